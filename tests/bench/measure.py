"""What a piece of work costs: CPU of this process, its children and the database server together.

Wall time on a shared machine means little; CPU time means the same everywhere on one kind of machine. The
server's share is read from /proc for the postmaster and everything below it, with the processes that it has
reaped: 20 ms of Python that makes the server work for 200 ms cost 220. What else uses the same server at
the time is counted along, so a bench wants a server of its own, as `./dev bench` gives it.
"""

import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Result:
    """The cost of one case."""

    case: str
    #: What a unit is: a document, a mail, a line.
    unit: str
    units: int = 0
    #: Counts of the work that was done.
    work: dict[str, int] = field(default_factory=dict)
    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_rss_mb: float = 0.0
    queries: int = 0
    #: Of one unit, such as the rows of a document; cases that differ in it show how the cost grows.
    size: int = 0
    #: False where the server runs on another machine, whose CPU can't be read.
    server_counted: bool = True

    @property
    def cpu_ms_per_unit(self) -> float:
        """CPU of one unit in milliseconds."""
        return self.cpu_s * 1000 / self.units if self.units else 0.0

    @property
    def queries_per_unit(self) -> float:
        """Statements of one unit."""
        return self.queries / self.units if self.units else 0.0

    def as_json(self) -> dict[str, Any]:
        """The keys that comparisons read."""
        return {
            **{k: round(v, 3) if isinstance(v, float) else v for k, v in asdict(self).items()},
            "cpu_ms_per_unit": round(self.cpu_ms_per_unit, 3),
            "queries_per_unit": round(self.queries_per_unit, 3),
        }


@contextmanager
def measured(
    case: str,
    unit: str,
    *,
    engine: Engine | None = None,
    size: int = 0,
    uncounted: frozenset[int] = frozenset(),
) -> Iterator[Result]:
    """Measure the block; it sets `units` and `work` of the result.

    `uncounted` are child processes that stand for the world outside, such as a mail server.
    """
    result = Result(case, unit, size=size)
    server = _postmaster(engine) if engine is not None else None
    result.server_counted = engine is None or server is not None
    _forget_peak()
    with _counting(engine, result):
        cpu, wall = _cpu(server, uncounted), time.perf_counter()
        yield result
        result.cpu_s = _cpu(server, uncounted) - cpu
        result.wall_s = time.perf_counter() - wall
    result.peak_rss_mb = _peak_rss_mb()


@contextmanager
def _counting(engine: Engine | None, result: Result) -> Iterator[None]:
    def count(*_arguments: object) -> None:
        result.queries += 1

    if engine is None:
        yield
        return
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)


def _cpu(server: int | None, uncounted: frozenset[int]) -> float:
    """Seconds of this process, its living and its reaped children, and the server."""
    seconds = time.process_time()
    reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds += reaped.ru_utime + reaped.ru_stime
    if not PROC.is_dir():
        return seconds
    parents = _parents()
    family = _below(os.getpid(), parents, uncounted) - {os.getpid()}
    if server is not None and server not in family:
        family |= _below(server, parents, frozenset())
    return seconds + sum(_seconds_of(pid) for pid in family)


def _parents() -> Mapping[int, int]:
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            found[int(entry.name)] = int(fields[1])
    return found


def _below(root: int, parents: Mapping[int, int], without: frozenset[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for pid, parent in parents.items():
        children.setdefault(parent, []).append(pid)
    found, waiting = set(), [root]
    while waiting:
        pid = waiting.pop()
        if pid not in without:
            found.add(pid)
            waiting += children.get(pid, [])
    return found


def _seconds_of(pid: int) -> float:
    """User and system time of a process and of the children that it has reaped."""
    fields = _stat(pid)
    return sum(int(value) for value in fields[11:15]) / _TICKS if fields else 0.0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name; empty when the process has gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _postmaster(engine: Engine) -> int | None:
    """The parent of our backend, when it runs on this machine."""
    with engine.connect() as connection:
        backend = connection.scalar(text("SELECT pg_backend_pid()"))
        fields = _stat(int(backend)) if PROC.is_dir() else []
        if not fields or "postgres" not in (PROC / str(backend) / "cmdline").read_text():
            return None
        return int(fields[1])


def _forget_peak() -> None:
    """Let the peak of memory begin anew, where the system can."""
    try:
        (PROC / "self/clear_refs").write_text("5")
    except OSError:
        pass  # the peak is then that of the whole process


def _peak_rss_mb() -> float:
    status = PROC / "self/status"
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def growth(first: Result, other: Result) -> float:
    """How the cost of a unit grows with its size, against the first case: 1.0 is linear."""
    if not (first.size and other.size and first.cpu_s and other.size != first.size):
        return 0.0
    return (other.cpu_ms_per_unit / first.cpu_ms_per_unit) / (other.size / first.size)
