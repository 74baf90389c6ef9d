"""Children that end with us, locks that end with their holder, and waiting on a condition."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from devtools import guardian


class SetupError(Exception):
    """Something that the person at the keyboard can mend; the message says how."""


@dataclass(frozen=True)
class Child:
    name: str
    guardian: subprocess.Popen[bytes]
    pid: int
    grace: float
    log: Path | None

    def running(self) -> bool:
        return self.guardian.poll() is None

    def stop(self) -> None:
        """Ask for an orderly end and wait for it; the guardian kills what doesn't listen."""
        assert self.guardian.stdin is not None
        self.guardian.stdin.close()
        self.guardian.terminate()  # a process forked from ours may hold the pipe open
        self.guardian.wait(timeout=self.grace + 10)

    def log_tail(self, lines: int = 20) -> str:
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def start_child(
    name: str,
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    log: Path | None = None,
    stop_signal: int = signal.SIGTERM,
    grace: float = 10,
    user: tuple[int, int] | None = None,
    lock: int | None = None,
    remove: Sequence[Path] = (),
) -> Child:
    """Start a command under a guardian, which keeps `lock` (a descriptor) until the command has ended."""
    reader, writer = os.pipe()
    plan = guardian.Plan(
        command=[str(part) for part in command],
        stop_signal=stop_signal,
        grace=grace,
        cwd=str(cwd) if cwd else None,
        user=user[0] if user else None,
        group=user[1] if user else None,
        remove=[str(folder) for folder in remove],
        status_fd=writer,
    )
    process = _start_guardian(plan, env, log, [writer] if lock is None else [writer, lock])
    os.close(writer)
    with open(reader, "rb") as status:
        pid = status.read()
    child = Child(name, process, int(pid or 0), grace, log)
    if not pid:
        child.stop()
        raise SetupError(f"{name} did not start: {plan.command[0]}\n{child.log_tail()}")
    return child


def _start_guardian(
    plan: guardian.Plan, env: Mapping[str, str] | None, log: Path | None, keep: list[int]
) -> subprocess.Popen[bytes]:
    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__, json.dumps(asdict(plan))],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=env,
            pass_fds=keep,
            start_new_session=True,  # the terminal's Ctrl-C is for us; we then stop things in order
        )
    finally:
        if output:
            output.close()


def wait_until(condition: Callable[[], bool], seconds: float, interval: float = 0.02) -> bool:
    """Poll until the condition holds; False when it still doesn't after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(interval)
    return True


def take_lock(path: Path, seconds: float = 0) -> int | None:
    """A descriptor that holds the lock on this file, or None. The kernel frees it with its last holder."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def taken() -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    if wait_until(taken, seconds):
        return descriptor
    os.close(descriptor)
    return None


@contextmanager
def locked(path: Path, seconds: float, busy: str) -> Iterator[None]:
    descriptor = take_lock(path, seconds)
    if descriptor is None:
        raise SetupError(busy)
    try:
        yield
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    command: str


def process_table() -> list[Process]:
    """Every living process (a zombie is none)."""
    return list(_from_proc() if Path("/proc/self/stat").exists() else _from_ps())


def _from_proc() -> Iterator[Process]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            # pid (name) state parent …; the name may hold blanks and brackets.
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except (FileNotFoundError, ProcessLookupError):  # it ended while we looked
            continue
        if state not in "ZX":
            yield Process(int(entry.name), int(parent), command)


def _from_ps() -> Iterator[Process]:
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat=,command="], check=True, capture_output=True, text=True
    )
    for line in listing.stdout.splitlines():
        pid, parent, state, command = (*line.split(None, 3), "")[:4]
        if not state.startswith("Z"):
            yield Process(int(pid), int(parent), command)


def alive(pid: int) -> bool:
    return any(process.pid == pid for process in process_table())


def descendants(pid: int) -> list[int]:
    table = process_table()
    found = [pid]
    for ancestor in found:
        found.extend(process.pid for process in table if process.parent == ancestor)
    return found[1:]


def send_signal(pid: int, number: int) -> None:
    """Send a signal to a process that may just have ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def kill_family(pid: int) -> None:
    """SIGKILL a process and all below it, and wait until they are gone."""
    family = [pid, *descendants(pid)]
    for member in family:
        send_signal(member, signal.SIGKILL)
    wait_until(lambda: not {process.pid for process in process_table()}.intersection(family), 10)
