"""Locks, in one order and with a limit, so that two users never wait for each other for ever."""

import zlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text

from core.db.session import AnySession

LOCK_TIMEOUT = "3s"


def lock_rows(session: AnySession, model: Any, ids: Sequence[int]) -> list[Any]:
    """Lock these rows until commit, in the order of their ids, and return them fresh.

    Raises `sqlalchemy.exc.OperationalError` when another user holds one for over 3 seconds.
    """
    session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    query = select(model).where(model.id.in_(ids)).order_by(model.id).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def lock_key(name: str) -> int:
    """The number under which a named advisory lock is known: stable over processes."""
    return zlib.crc32(name.encode()) - 2**31


def advisory_lock(session: AnySession, name: str) -> None:
    """Wait for a named lock and hold it until the session commits or rolls back."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key(name)})
