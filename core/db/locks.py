"""How a transaction locks and plans.

Locks come in one order and with a limit, so that two users never wait for each other for ever.
"""

import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import TextClause, select, text
from sqlalchemy.orm import scoped_session, selectinload

from core.db.session import AnySession

_LIMIT = {"lock_timeout": "3s"}
#: To plan a statement for a few documents takes PostgreSQL longer than to do it: it goes by the plan that its
#: connection has kept, and by indexes, since the first plan is made while the tables are small.
_KEPT = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}
_ANEW = {"plan_cache_mode": "force_custom_plan", "enable_seqscan": "on"}
#: How many documents, or lines that are asked about, are a few.
FEW = 50
#: In the information of a session: a transaction, and what it was told.
_TOLD = "settings of this transaction"


def limit_waiting(session: AnySession, *, few: bool = False) -> None:
    """Let whatever this transaction locks wait for 3 seconds at most; said once a transaction.

    `few`: what follows is about some documents of some lines, and needs no plans of its own. An act on many
    in the same transaction says so, too, and is planned by what it is.
    """
    told = _told(session)
    if few:
        _tell(session, _LIMIT | (_KEPT if "plan_cache_mode" not in told else {}))
    else:
        _tell(session, _LIMIT | (_ANEW if told.get("plan_cache_mode") == _KEPT["plan_cache_mode"] else {}))


def keep_plans(session: AnySession) -> None:
    """Let what follows in this transaction, about a few documents, go by plans that are kept."""
    if "plan_cache_mode" not in _told(session):
        _tell(session, _KEPT)


def _told(session: AnySession) -> Mapping[str, str]:
    """What the transaction of the session was told; a savepoint knows what the one around it was."""
    own = session() if isinstance(session, scoped_session) else session
    within, told = own.info.get(_TOLD, (None, {}))
    transaction: Any = own.get_nested_transaction() or own.get_transaction()
    while transaction is not None and transaction is not within:
        transaction = transaction.parent
    return told if transaction is not None else {}


def _tell(session: AnySession, settings: Mapping[str, str]) -> None:
    told = _told(session)
    if new := tuple((name, value) for name, value in settings.items() if told.get(name) != value):
        session.execute(_set(new))
        own = session() if isinstance(session, scoped_session) else session
        within = own.get_nested_transaction() or own.get_transaction()
        own.info[_TOLD] = (within, {**told, **settings})


@cache
def _set(settings: tuple[tuple[str, str], ...]) -> TextClause:
    return text("SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings))


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
