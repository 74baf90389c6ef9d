"""The database and the broker, and the variables that tell children where they are."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from devtools.broker import start_broker
from devtools.postgres import APP_USER, start_cluster
from devtools.processes import Child

#: The role that owns the tables, for what changes them; see docs/operators.md.
OWNER_URL = "BINCARD_DATABASE_OWNER_URL"
#: Memory that Linux shows as a folder. The tests make a thousand databases of some hundred files each: on a
#: disk that was half of their time.
MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder in it that is ours alone
#: What the tests fill at most, twice over.
BYTES_OF_MEMORY = 8 * 2**30


@dataclass(frozen=True)
class Services:
    #: Where things are, for the children's environment.
    env: dict[str, str]
    servers: list[Child] = field(default_factory=list)


@contextmanager
def services(home: Path, *, durable: bool, throw_away: bool = False) -> Iterator[Services]:
    """Start what the user didn't name, and stop it in the end."""
    home.mkdir(parents=True, exist_ok=True)
    up = Services({"BINCARD_DATA": str(home)})
    with ExitStack() as stack:
        if "BROKER_URL" not in os.environ:
            broker = start_broker(home / "broker", remove=[home / "broker"] if throw_away else [])
            stack.callback(broker.stop)
            up.servers.append(broker.server)
            up.env["BROKER_URL"] = broker.url
        if "DATABASE_URL" not in os.environ:
            cluster = start_cluster(home / "postgres", durable=durable, remove=[home] if throw_away else [])
            stack.callback(cluster.stop)
            up.servers.append(cluster.server)
            up.env["DATABASE_URL"] = cluster.url()
            if not throw_away:  # tests and benches make databases of their own, which only an owner may
                up.env.update({"DATABASE_URL": cluster.url(user=APP_USER), OWNER_URL: cluster.url()})
        yield up


@contextmanager
def throw_away_services(*, durable: bool = False) -> Iterator[Services]:
    """Services that nothing else shares, in a folder that goes with them."""
    home = Path(tempfile.mkdtemp(prefix="bincard-", dir=_place(durable)))
    home.chmod(0o711)  # the server's user, who isn't us when we are root, must get through
    try:
        with services(home, durable=durable, throw_away=True) as up:
            yield up
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _place(durable: bool) -> Path | None:
    """The folder for throw-away homes; None is the system's own for temporary files."""
    if durable:  # not /tmp: that may be memory, and fsync would cost nothing there
        return Path("/var/tmp")  # noqa: S108 - mkdtemp makes a folder that is ours alone
    if "TMPDIR" in os.environ:  # somebody has said where
        return None
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= BYTES_OF_MEMORY
    return MEMORY if roomy else None
