"""A private PostgreSQL: on a unix socket only, ended with whoever started it, sound again after a crash.

A cluster's home folder holds `data`, the socket's folder `s`, a log and a lock. The lock belongs to the
guardian of the server (see guardian.py), so it is free exactly when no server of ours is running here. As
root the server runs as `nobody`; if nobody can't enter the chosen path, the home moves to /var/lib/bincard
and a link `home` points to it.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from devtools import binaries, places
from devtools.binaries import PostgresPrograms
from devtools.processes import (
    Child,
    Process,
    SetupError,
    alive,
    kill_family,
    process_table,
    send_signal,
    start_child,
    take_lock,
    wait_until,
)

#: Owns the tables; made by initdb.
USER = "bincard"
#: Reads and writes rows; made by `bincard init`.
APP_USER = "bincard_app"
DATABASE = "bincard"
SECONDS_TO_START = 300
SECONDS_TO_STOP = 30
#: An orphan's or a dying predecessor's time to leave the data folder.
SECONDS_TO_TAKE_OVER = 40


@dataclass(frozen=True)
class Cluster:
    path: Path
    home: Path
    sockets: Path
    server: Child

    @property
    def pid(self) -> int:
        return self.server.pid

    def url(self, dbname: str = DATABASE, user: str = USER) -> str:
        return f"postgresql+psycopg://{user}@/{quote(dbname, safe='')}?host={quote(str(self.sockets))}"

    def stop(self) -> None:
        self.server.stop()

    def kill(self) -> None:
        """The crash: SIGKILL for every process of the server. (Its children lead groups of their own.)"""
        kill_family(self.pid)
        self.server.stop()

    def remove(self) -> None:
        """Stop the server and delete all its data, also where root keeps it elsewhere."""
        self.server.stop()
        remove_cluster(self.path)


def start_cluster(
    path: Path, *, durable: bool, bindir: Path | None = None, remove: Sequence[Path] = ()
) -> Cluster:
    """Start the server that lives at `path`, and make it first if there is none.

    Not durable: without fsync, for tests. `remove`: folders to delete when the server has ended.
    """
    user = places.server_user()
    home = _home(path, user)
    lock = take_lock(home / "lock", SECONDS_TO_TAKE_OVER)
    if lock is None:
        raise SetupError(f"Another process is using the database in {home}. Stop that one first.")
    try:
        programs = _programs(home / "data", bindir)
        _end_orphans(home / "data")
        if not (home / "data").exists():
            _create(home, programs, user, durable)
        return _start(path, home, programs, user, durable, lock, remove)
    finally:
        os.close(lock)


def remove_cluster(path: Path) -> None:
    """Delete a stopped cluster."""
    shutil.rmtree((path / "home").resolve(), ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)


def _home(path: Path, user: tuple[int, int] | None) -> Path:
    """The folder itself, or what its link `home` names. The link moves along when the repository is moved."""
    path = path.absolute()
    path.mkdir(parents=True, exist_ok=True)
    link = path / "home"
    if link.is_symlink():
        link.resolve().mkdir(parents=True, exist_ok=True)
        return link.resolve()
    if places.reachable(path, user):
        return path
    home = places.STATE_OF_ROOT / f"cluster-{places.short_name(path)}"
    shutil.rmtree(
        home, ignore_errors=True
    )  # no link leads there any more: the remains of a deleted repository
    home.mkdir(parents=True)
    places.STATE_OF_ROOT.chmod(0o755)
    home.chmod(0o755)
    link.symlink_to(home)
    return home


def _programs(data: Path, bindir: Path | None) -> PostgresPrograms:
    version = data / "PG_VERSION"
    major = int(version.read_text()) if version.exists() else None
    return binaries.find_postgres(major, bindir)


def _environment() -> dict[str, str]:
    """Neither the caller's PG… variables nor its language may change what the server does."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _create(home: Path, programs: PostgresPrograms, user: tuple[int, int] | None, durable: bool) -> None:
    """initdb in a side folder, renamed at the end: a half-made cluster is never taken for a whole one."""
    unfinished = home / "data.new"
    for locale in ("C.UTF-8", "C"):  # macOS and musl have no C.UTF-8
        shutil.rmtree(unfinished, ignore_errors=True)
        places.make_private(unfinished, user)
        made = _run_initdb(programs, unfinished, locale, user, durable)
        if made.returncode == 0:
            break
    else:
        raise SetupError(f"PostgreSQL could not make a database in {unfinished}:\n{made.stdout}")
    _create_database(programs, unfinished, user)
    unfinished.rename(home / "data")


def _run_initdb(
    programs: PostgresPrograms, data: Path, locale: str, user: tuple[int, int] | None, durable: bool
) -> subprocess.CompletedProcess[str]:
    options = ["--auth=trust", "--encoding=UTF8", f"--locale={locale}", f"--username={USER}"]
    if not durable:
        options.append("--no-sync")
    return _run_as(user, [programs["initdb"], *options, "-D", str(data)], data)


def _create_database(programs: PostgresPrograms, data: Path, user: tuple[int, int] | None) -> None:
    """In single-user mode: it needs no client program, which not every installation has."""
    made = _run_as(
        user,
        [programs["postgres"], "--single", "-D", str(data), "postgres"],
        data,
        f"CREATE DATABASE {DATABASE}",
    )
    if made.returncode != 0 or "ERROR" in made.stdout:
        raise SetupError(f"PostgreSQL could not make the database {DATABASE}:\n{made.stdout}")


def _run_as(
    user: tuple[int, int] | None, command: list[str], cwd: Path, text: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_environment(),
        user=user[0] if user else None,
        group=user[1] if user else None,
        extra_groups=[] if user else None,
        check=False,
    )


def _settings(sockets: Path, durable: bool) -> list[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "120",
        "shared_buffers": "256MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if not durable:
        # Commits still reach the kernel: they survive the server's death, though not the machine's.
        settings |= {"fsync": "off", "full_page_writes": "off"}
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _start(
    path: Path,
    home: Path,
    programs: PostgresPrograms,
    user: tuple[int, int] | None,
    durable: bool,
    lock: int,
    remove: Sequence[Path],
) -> Cluster:
    data, log = home / "data", home / "postgres.log"
    sockets = places.socket_dir(home / "s", ".s.PGSQL.5432", user)
    if log.exists():
        log.rename(home / "postgres.log.1")
    server = start_child(
        "PostgreSQL",
        [programs["postgres"], "-D", data, *_settings(sockets, durable)],
        env=_environment(),
        cwd=data,
        log=log,
        stop_signal=signal.SIGINT,  # "fast": ends the sessions, then writes the data out
        grace=SECONDS_TO_STOP,
        user=user,
        lock=lock,
        remove=[*remove, *places.passing(sockets, home)],
    )
    wait_until(lambda: _ready(data, server.pid) or not server.running(), SECONDS_TO_START)
    if not _ready(data, server.pid):
        server.stop()
        raise SetupError(f"PostgreSQL did not start:\n{server.log_tail()}")
    return Cluster(path, home, sockets, server)


def _ready(data: Path, pid: int) -> bool:
    """As pg_ctl does it: line 1 of postmaster.pid is the pid, line 8 the state."""
    lines = _pid_file(data)
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _end_orphans(data: Path) -> None:
    """Clear what a crash left. We hold the lock, so nobody supervises a server that is still at work here."""
    for server in _servers(data):
        send_signal(server.pid, signal.SIGINT)
    if not wait_until(lambda: not _servers(data), SECONDS_TO_STOP):
        for server in _servers(data):
            kill_family(server.pid)
    # PostgreSQL checks the pid in its file, but takes any living process of its user for a server. Only if
    # that process is known to be another program may the file go: it also names a dying server's memory.
    lines = _pid_file(data)
    if lines and alive(int(lines[0])):
        (data / "postmaster.pid").unlink()


def _servers(data: Path) -> list[Process]:
    return [process for process in process_table() if _works_in(process, data)]


def _works_in(process: Process, data: Path) -> bool:
    """A server and its children work in the data folder; without /proc, the server's command names it."""
    try:
        return Path(os.readlink(f"/proc/{process.pid}/cwd")) == data.resolve()
    except OSError:
        return "postgres" in process.command and f"-D {data}" in process.command
