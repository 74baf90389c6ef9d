"""Whatever can be killed is, at moments and in an order that a seed gives; a supervisor starts it again.

The supervisor is what a real installation has (systemd, a container's restart policy): it starts the very
thing that died, and does nothing else.
"""

import os
import random
import signal
from collections.abc import Callable

from devtools.processes import send_signal, wait_until
from tests.live.stack import Stack
from tests.patience import PATIENCE

VICTIMS = ["worker's child"] * 6 + ["worker"] * 4 + ["web"] * 2 + ["web's child"] * 2
VICTIMS += ["postgres"] * 4 + ["broker"] * 2


class Killer:
    """Twenty kills, some for each phase of the work, spread over its progress."""

    def __init__(self, stack: Stack, seed: int) -> None:
        self.stack = stack
        self.chance = random.Random(seed)
        self.victims = self.chance.sample(VICTIMS, len(VICTIMS))
        self.killed: list[str] = []

    def work_through(self, kills: int, progress: Callable[[], float]) -> None:
        """Kill `kills` times, each time that the work has got a little further, and wait for its end.

        `progress` is the part that is done, from 0 to 1.
        """
        moments = sorted(self.chance.uniform(0, 0.9) for _ in range(kills))
        for moment in moments:
            self._wait(lambda moment=moment: progress() >= moment)
            self.kill()
        self._wait(lambda: progress() >= 1)

    def _wait(self, condition: Callable[[], bool]) -> None:
        def supervised() -> bool:
            self._supervise()
            return condition()

        assert wait_until(supervised, PATIENCE, 0.02), f"{self.killed}\n{self.stack.logs()}"

    def _supervise(self) -> None:
        """Start what has ended by itself: Celery gives up when a child dies before it was ready to work."""
        for name, child in list(self.stack.children.items()):
            if not child.running():
                print(f"{name} has ended, and is started again", flush=True)
                child.stop()
                self.stack.start(name)

    def kill(self) -> None:
        victim = self.victims.pop()
        self.killed.append(victim)
        print(f"kill -9 {victim}", flush=True)
        getattr(self, f"_kill_{victim.replace(' ', '_').replace(chr(39), '')}")()

    def _kill_postgres(self) -> None:
        self.stack.cluster.kill()
        self.stack.restart_cluster()

    def _kill_broker(self) -> None:
        self.stack.broker.kill()
        self.stack.restart_broker()

    def _kill_worker(self) -> None:
        self._restart("worker")

    def _kill_web(self) -> None:
        self._restart("web")

    def _kill_workers_child(self) -> None:
        self._one_child("worker")

    def _kill_webs_child(self) -> None:
        self._one_child("web")

    def _restart(self, name: str) -> None:
        os.kill(self.stack.children[name].pid, signal.SIGKILL)
        self.stack.children[name].stop()
        self.stack.start(name)

    def _one_child(self, name: str) -> None:
        """Its own parent starts another."""
        before = self.stack.pids_below(name)
        child = self.chance.choice(before)
        send_signal(child, signal.SIGKILL)
        self._wait(lambda: child not in (now := self.stack.pids_below(name)) and len(now) >= len(before))
