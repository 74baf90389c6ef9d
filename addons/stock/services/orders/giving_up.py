"""Give up what is left of orders, or orders as a whole, and take them up again."""

from collections.abc import Iterable, Sequence
from typing import Any

from addons.stock.services.orders.changing import confirmed, revise, trace
from addons.stock.services.orders.planning import unplan
from addons.stock.services.orders.sides import Side
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

_REST = """
    UPDATE {line} SET cancelled = quantity - {moved}
     WHERE order_id = ANY(:ids) AND quantity > {moved} + cancelled RETURNING id, order_id, cancelled
"""
_CANCEL = "UPDATE {order} SET state = 'cancelled', hold = '' WHERE id = ANY(:ids)"
_GIVE_UP = "UPDATE {line} SET cancelled = quantity WHERE order_id = ANY(:ids)"
_REOPEN = "UPDATE {order} SET state = :state, confirmed_at = NULL WHERE id = ANY(:ids)"
_TAKE_UP = "UPDATE {line} SET cancelled = 0 WHERE order_id = ANY(:ids)"
_LINES_OF = "SELECT id FROM {line} WHERE order_id = ANY(:ids) ORDER BY id"
_BEGUN = """
    SELECT l.order_id, o.number FROM {line} l JOIN {order} o ON o.id = l.order_id
     WHERE l.order_id = ANY(:ids) AND (l.{moved} > 0 OR {booked} > 0) GROUP BY 1, 2
"""


def cancel_rest(session: AnySession, side: Side, orders: Iterable[Any]) -> None:
    """Give up what has not moved; raises the side's error."""
    acts.require(session, side.confirm)
    ids = confirmed(session, side, acts.ids_of(session, orders))
    rows = session.execute(side.sql(_REST), {"ids": ids}).all()
    side.error.refuse({i: str(side.words.nothing_open) for i in set(ids) - {row.order_id for row in rows}})
    unplan(session, side, [row.id for row in rows])
    for row in rows:
        trace(session, side, session.get_one(side.line_cls, row.id), "cancelled", None, row.cancelled)
    session.flush()
    revise(session, side, ids, "cancel_rest")


def cancel(session: AnySession, side: Side, orders: Iterable[Any]) -> None:
    """Give orders up; raises the side's error where something has moved or is booked."""
    acts.require(session, side.write)
    rows = acts.locked(session, side.cls, orders, of_few_lines=True)
    side.error.refuse(
        {
            row.id: _("%(number)s is cancelled already.", number=row.number)
            for row in rows
            if row.state == "cancelled"
        }
    )
    ids = _not_begun(session, side, rows)
    unplan(session, side, session.scalars(side.sql(_LINES_OF), {"ids": ids}).all())
    session.execute(side.sql(_GIVE_UP), {"ids": ids})
    session.execute(side.sql(_CANCEL), {"ids": ids})
    record(session, "cancel", side.name, ids)
    side.forget(session)


def reopen(session: AnySession, side: Side, orders: Iterable[Any]) -> None:
    """Turn cancelled orders into what they were before they were confirmed; raises the side's error."""
    acts.require(session, side.write)
    rows = acts.locked(session, side.cls, orders, of_few_lines=True)
    side.error.refuse(
        {
            row.id: _("%(number)s is not cancelled.", number=row.number)
            for row in rows
            if row.state != "cancelled"
        }
    )
    ids = _not_begun(session, side, rows)
    session.execute(side.sql(_REOPEN), {"ids": ids, "state": side.open_state})
    session.execute(side.sql(_TAKE_UP), {"ids": ids})
    record(session, "reopen", side.name, ids)
    side.forget(session)


def _not_begun(session: AnySession, side: Side, rows: Sequence[Any]) -> list[int]:
    ids = [row.id for row in rows]
    begun = session.execute(side.sql(_BEGUN), {"ids": ids})
    side.error.refuse({row.order_id: side.words.has_begun % {"number": row.number} for row in begun})
    return ids
