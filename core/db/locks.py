"""Locks, in one order and with a limit, so that two users never wait for each other for ever."""

import zlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import scoped_session, selectinload

from core.db.session import AnySession

_LIMIT = text("SELECT set_config('lock_timeout', '3s', true)")
#: To plan a statement for a few documents takes PostgreSQL longer than to do it: it goes by the plan that its
#: connection has kept, and by indexes, since the first plan is made while the tables are small.
_LIMIT_FEW = text("""
    SELECT set_config('lock_timeout', '3s', true), set_config('plan_cache_mode', 'force_generic_plan', true),
           set_config('enable_seqscan', 'off', true)
""")
_PLAN_ANEW = text("""
    SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'on', true)
""")
#: In the information of a session: the transaction in which it was said, and whether for a few.
_LIMITED = "lock_timeout_of"


def limit_waiting(session: AnySession, *, few: bool = False) -> None:
    """Let whatever this transaction locks wait for 3 seconds at most; said once a transaction.

    `few`: what follows is about some documents of some lines, and needs no plans of its own. An act on many
    in the same transaction says so, too, and is planned by what it is.
    """
    own = session() if isinstance(session, scoped_session) else session
    own.connection()
    begun = own.get_nested_transaction() or own.get_transaction()
    limited, for_few = session.info.get(_LIMITED, (None, False))
    if not _is_within(begun, limited):
        session.execute(_LIMIT_FEW if few else _LIMIT)
    elif for_few and not few:
        session.execute(_PLAN_ANEW)
    else:
        return
    session.info[_LIMITED] = (begun, few)


def _is_within(transaction: Any, outer: Any) -> bool:
    while transaction is not None and transaction is not outer:
        transaction = transaction.parent
    return transaction is not None


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
