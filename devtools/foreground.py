"""Runs a command that owns the terminal (a debugger must be able to read from it), and ends with us."""

import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from devtools.guardian import die_with_parent

#: Ctrl-C reaches the command as well: its time to write a summary before we ask again.
SECONDS_AFTER_CTRL_C = 20
SECONDS_TO_END = 10


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdout: IO[str] | None = None,
) -> int:
    """The command's exit code. On a signal to us the command is stopped first."""
    child = subprocess.Popen(
        [str(part) for part in command],
        env=env,
        cwd=cwd,
        stdout=stdout,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        return child.wait()
    except KeyboardInterrupt:
        _wait(child, SECONDS_AFTER_CTRL_C)
        raise
    finally:
        _end(child)


def _wait(child: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        if not _wait(child, SECONDS_TO_END):
            child.kill()
            child.wait()


@contextmanager
def signals_as_exceptions() -> Iterator[None]:
    """SIGTERM and a closed terminal unwind the stack as Ctrl-C does: everything is stopped in order."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    # A shell starts background jobs with Ctrl-C ignored; `kill -INT` shall work there, too.
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
