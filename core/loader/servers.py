"""Which folders of addons the running servers know, so that no install takes them down.

A server finds addons in the folders of its own `BINCARD_ADDONS_PATH`. One that was started without a folder
cannot load what is installed from there. So each connection of a server (web process or worker) holds a
shared advisory lock for the server and one for each folder, for as long as it is open: that needs no row that
a dead server leaves behind, and every role sees locks.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from core.db.locks import lock_key
from core.loader.discovery import AddonSource

_CLASS = lock_key("bincard.server")
#: The lock that every server holds, whatever its folders are.
_ANY = 0
_HELD = text(
    "SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory' AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND classid::bigint = :class AND objid::bigint = :key AND granted"
)


class UnknownFolderError(Exception):
    """Running servers do not know the folder of an addon; the message says what to do."""


def announce(engine: Engine, folders: Sequence[Path]) -> None:
    """Let all further connections of this process say which folders it finds addons in."""
    keys = [_ANY, *map(_key, folders)]

    @event.listens_for(engine, "connect")
    def hold(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            for key in keys:
                cursor.execute("SELECT pg_advisory_lock_shared(%s::int, %s::int)", (_CLASS, key))
        connection.commit()


def refuse_unknown(connection: Connection, new: Iterable[AddonSource]) -> None:
    """Raise UnknownFolderError where a running server does not know the folder of one of these addons."""
    servers = _holding(connection, _ANY)
    for source in new:
        # What pip installed is found by every process of this machine.
        if source.module.startswith("addons.") and servers - _holding(connection, _key(source.path.parent)):
            raise UnknownFolderError(
                f"{source.name} lies in {source.path.parent}, which a running server or worker does not look "
                f"into: it could not load the new set. Add the folder to BINCARD_ADDONS_PATH of all of them "
                f"and restart them first, or install with --anyway: those servers then go on with the old "
                f"set until they are restarted"
            )


def _holding(connection: Connection, key: int) -> set[int]:
    # PostgreSQL shows both numbers without their sign.
    asked = {"class": _CLASS % 2**32, "key": key % 2**32}
    return set(connection.execute(_HELD, asked).scalars())


def _key(folder: Path) -> int:
    return lock_key(str(folder.resolve()))
