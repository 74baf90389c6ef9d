"""How an act on records begins.

Each act on a document is a class method of its model that takes the session and a set of records: what
the ORM has loaded, or ids, as batches have them. All of them ask first whether the actor may, lock the
records in the order of their ids, so that two users never wait for each other for ever, and look at them
as they are now:

    @classmethod
    def confirm(cls, session, orders):
        acts.require(session, "sales.confirm")
        rows = acts.locked(session, cls, orders)
        SalesError.refuse({row.id: _("…") for row in rows if row.state != "draft"})
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, TextClause, text
from sqlalchemy.orm.util import identity_key

from core.db import AnySession
from core.db.locks import limit_waiting
from core.errors import UserError
from core.i18n import _
from core.security.actor import actor_of

#: Records below which an act uses the plans that its connection has kept.
_FEW = 50


class NotAllowedError(UserError):
    """Nobody has granted the actor what the act needs; says which permission that is."""


def require(session: AnySession, permission: str) -> None:
    """Return if the actor of the session may do this; raises NotAllowedError."""
    if not actor_of(session).may(permission):
        raise NotAllowedError(
            _(
                "You may not do this: ask an administrator for a role with “%(permission)s”.",
                permission=permission,
            )
        )


def ids_of(session: AnySession, records: Iterable[Any]) -> list[int]:
    """The ids of records that are given as objects or as ids, each once, in the order given.

    What was changed in an object is written first: acts look at what the database has.
    """
    given = list(records)
    if any(not isinstance(record, int) for record in given):
        session.flush()
    return list(dict.fromkeys(record if isinstance(record, int) else record.id for record in given))


def locked(
    session: AnySession, model: Any, records: Iterable[Any], *, of_few_lines: bool = False
) -> Sequence[Any]:
    """The rows of these records, locked until commit in the order of their ids, and returned in the
    order given.

    Plain rows, for a set of thousands as for one. `of_few_lines`: each of them is about as much as a person
    enters, not a run over all there is, so that an act on a few needs no plans of its own.

    Raises `sqlalchemy.exc.OperationalError` when another user holds one for over 3 seconds. Record rules are
    the affair of whoever brought the records.
    """
    ids = ids_of(session, records)
    limit_waiting(session, few=of_few_lines and len(ids) < _FEW)
    found = {row.id: row for row in session.execute(_lock(model.__table__), {"ids": ids})}
    return [found[i] for i in ids if i in found]


@lru_cache(maxsize=256)
def _lock(table: Table) -> TextClause:
    """Written out, since to put it together takes longer than to do it."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    sql = f'SELECT {names} FROM "{table.name}" WHERE id = ANY(:ids) ORDER BY id FOR UPDATE'  # noqa: S608  # our names
    return text(sql)


def forget(session: AnySession, model: Any, ids: Iterable[int]) -> None:
    """Let objects that the session holds of these rows be read anew: statements changed them."""
    known = session.identity_map
    for record_id in ids if len(known) else ():
        record = known.get(identity_key(model, record_id))
        if record is not None:
            session.expire(record)
