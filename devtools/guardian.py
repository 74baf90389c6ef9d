"""Run one command and see to it that the command does not outlive whoever asked for it.

Problem: a signal handler can't run in a process that was killed with SIGKILL, so a parent alone can't promise
to take its servers along. The guardian is a small process in a session of its own, with its standard input a
pipe whose other end only the parent holds. The kernel closes that end however the parent dies; the guardian
then reads end-of-file and stops the command. An orderly stop is the same thing: the parent closes the pipe.
Should the guardian itself be killed, Linux sends the stop signal to the command (PR_SET_PDEATHSIG).

It runs as a plain script (`python -I -S guardian.py PLAN`), PLAN being JSON with the fields of `Plan`.
"""

import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
#: What the command leaves behind in groups of its own (PostgreSQL's backends) ends by itself, soon.
SECONDS_FOR_ORPHANS = 5
ORDERS_TO_STOP = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


@dataclass(frozen=True)
class Plan:
    command: list[str]
    #: The signal that asks the command for an orderly end, and the seconds it gets for that.
    stop_signal: int
    grace: float
    cwd: str | None
    #: Run the command as this user and group, which only root can ask for.
    user: int | None
    group: int | None
    #: Folders to delete when the command has ended.
    remove: list[str]
    #: The descriptor on which the parent waits for the command's pid.
    status_fd: int


def die_with_parent(number: int) -> Callable[[], None]:
    """A preexec_fn: the kernel signals the child when its parent dies (Linux; elsewhere nothing)."""
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def preexec() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:  # it died before we could ask
                os.kill(os.getpid(), signal.SIGKILL)

    return preexec


def adopt_orphans() -> None:
    """Have the kernel give us what the command leaves behind, so that no zombie stays (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def launch(plan: Plan) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        plan.command,
        stdin=subprocess.DEVNULL,
        cwd=plan.cwd,
        user=plan.user,
        group=plan.group,
        extra_groups=None if plan.user is None else [],
        process_group=0,
        preexec_fn=die_with_parent(plan.stop_signal),
    )


def listen_for_signals() -> int:
    """Make signals readable from a descriptor, so that one select() waits for them and for the pipe."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGCHLD, *ORDERS_TO_STOP):
        signal.signal(number, lambda *_: None)
    return reader


def wait_for_end(child: subprocess.Popen[bytes], signals: int) -> None:
    """Return when the child has ended, the parent is gone, or somebody told us to stop."""
    while child.poll() is None:
        ready, _, _ = select.select([0, signals], [], [])
        if 0 in ready and not os.read(0, 1024):
            return
        if signals in ready and ORDERS_TO_STOP.intersection(os.read(signals, 1024)):
            return


def stop(child: subprocess.Popen[bytes], plan: Plan, signals: int) -> None:
    deadline = time.monotonic() + plan.grace
    if child.poll() is None:
        child.send_signal(plan.stop_signal)
    while child.poll() is None and (left := deadline - time.monotonic()) > 0:
        if select.select([signals], [], [], left)[0]:
            os.read(signals, 1024)
    try:
        # The command's own children are in its group; with it still alive, this is also its end.
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody is left; macOS says so with EPERM
        pass
    child.wait()
    bury_orphans(time.monotonic() + SECONDS_FOR_ORPHANS, signals)


def bury_orphans(deadline: float, signals: int) -> None:
    while (left := deadline - time.monotonic()) > 0:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0 and select.select([signals], [], [], left)[0]:
            os.read(signals, 1024)


def main() -> int:
    plan = Plan(**json.loads(sys.argv[1]))
    signals = listen_for_signals()
    adopt_orphans()
    child = launch(plan)
    os.write(plan.status_fd, str(child.pid).encode())
    os.close(plan.status_fd)
    wait_for_end(child, signals)
    stop(child, plan, signals)
    for folder in plan.remove:
        shutil.rmtree(folder, ignore_errors=True)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main())
