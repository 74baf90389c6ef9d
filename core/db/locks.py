"""Locks, in one order and with a limit, so that two users never wait for each other for ever."""

import zlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import scoped_session, selectinload

from core.db.session import AnySession

_LIMIT = text("SET LOCAL lock_timeout = '3s'")
#: In the information of a session: the transaction in which the limit was set.
_LIMITED = "lock_timeout_of"


def limit_waiting(session: AnySession) -> None:
    """Let whatever this transaction locks wait for 3 seconds at most; said once a transaction."""
    own = session() if isinstance(session, scoped_session) else session
    own.connection()
    begun = own.get_nested_transaction() or own.get_transaction()
    of = begun
    while of is not None:
        if session.info.get(_LIMITED) is of:
            return
        of = of.parent
    session.execute(_LIMIT)
    session.info[_LIMITED] = begun


def lock_rows(session: AnySession, model: Any, ids: Sequence[int], *loaded: str) -> list[Any]:
    """Lock these rows until commit, in the order of their ids, and return them fresh.

    The relationships that are named are `loaded` too, each for all at once, as `loading` says.

    Raises `sqlalchemy.exc.OperationalError` when another user holds one for over 3 seconds.
    """
    limit_waiting(session)
    query = select(model).where(model.id.in_(ids)).order_by(model.id).with_for_update()
    query = query.options(*(loading(model, path) for path in loaded))
    return list(session.scalars(query.execution_options(populate_existing=True)))


def loading(model: Any, path: str) -> Any:
    """The option that loads a relationship of all records at once, or one of one: `partner.contacts`."""
    first, *others = path.split(".")
    relation = getattr(model, first)
    option = selectinload(relation)
    for name in others:
        relation = getattr(relation.property.mapper.class_, name)
        option = option.selectinload(relation)
    return option


def lock_key(name: str) -> int:
    """The number under which a named advisory lock is known: stable over processes."""
    return zlib.crc32(name.encode()) - 2**31


def advisory_lock(session: AnySession, name: str) -> None:
    """Wait for a named lock and hold it until the session commits or rolls back."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key(name)})
