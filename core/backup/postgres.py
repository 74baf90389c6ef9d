"""`pg_dump` and `pg_restore`: found by the version of the server, called without a password in sight."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine, text


class DumpError(Exception):
    """The program is missing or refused; the message says what it said, or what to install."""


@dataclass(frozen=True)
class Programs:
    """The client programs of one version."""

    folder: Path
    major: int


def programs_for(engine: Engine) -> Programs:
    """The oldest programs that understand this server; raises DumpError where there are none.

    A newer `pg_dump` reads an older server, not the other way round.
    """
    with engine.connect() as connection:
        number = connection.execute(text("SHOW server_version_num")).scalar_one()
    server = int(number) // 10_000
    found = sorted((p for p in _all() if p.major >= server), key=lambda p: p.major)
    if not found:
        raise DumpError(
            f"pg_dump {server} or newer was not found: install postgresql-client-{server}, or let "
            "BINCARD_PG_BIN name the folder that it is in"
        )
    return found[0]


def _all() -> Iterator[Programs]:
    for folder in _folders():
        if (folder / "pg_dump").is_file() and (folder / "pg_restore").is_file():
            said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True).stdout
            number = re.search(r" (\d+)", said)
            if number:
                yield Programs(folder, int(number[1]))


def _folders() -> Iterator[Path]:
    if chosen := os.environ.get("BINCARD_PG_BIN"):
        yield Path(chosen)
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).parent


def dump(programs: Programs, url: URL, snapshot: str, target: Path) -> None:
    """Write the database as the snapshot sees it, in PostgreSQL's custom format."""
    _run(
        programs,
        "pg_dump",
        url,
        "--format=custom",
        f"--snapshot={snapshot}",
        *_WITHOUT_ROLES,
        f"--file={target}",
    )


def load(programs: Programs, url: URL, source: Path) -> None:
    """Bring a dump into an empty database: all of it or nothing."""
    _run(programs, "pg_restore", url, "--single-transaction", "--exit-on-error", *_WITHOUT_ROLES, str(source))


#: Another server has other roles; rights are given anew after a restore.
_WITHOUT_ROLES = ("--no-owner", "--no-privileges")


def _run(programs: Programs, name: str, url: URL, *arguments: str) -> None:
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    command = [str(programs.folder / name), f"--dbname={address}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise DumpError(f"{name}: {done.stderr.strip()}")
