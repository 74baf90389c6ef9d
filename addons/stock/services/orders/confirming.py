"""Turn quotations and requests into orders, unless something holds them until a second role lets them go."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from addons.stock.services.orders.holding import HOLD
from addons.stock.services.orders.planning import plan
from addons.stock.services.orders.sides import Side
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

_LINES = """
    SELECT l.order_id, l.id, l.position, l.unit_price, p.code, p.active
      FROM {line} l LEFT JOIN product p ON p.id = l.product_id
     WHERE l.order_id = ANY(:ids) ORDER BY l.order_id, l.position
"""
_CONFIRM = """
    {with_confirming}
    UPDATE {order} SET state = 'confirmed', confirmed_at = :now, hold = '', revision = revision + 1
     WHERE id = ANY(:ids)
"""
_RELEASE = """
    UPDATE {order} SET {why} = :reason, {who} = :user, {when} = :now WHERE id = ANY(:ids)
"""
_LET_GO = "UPDATE {order} SET hold = '' WHERE id = ANY(:ids)"


def confirm(session: AnySession, side: Side, orders: Iterable[Any]) -> Mapping[int, str]:
    """Confirm what nothing holds; returns the reasons of what is held. Raises the side's error."""
    acts.require(session, side.confirm)
    rows = acts.locked(session, side.cls, orders, of_few_lines=True)
    _refuse(session, side, rows)
    held = side.holds_of(session, rows)
    if held:
        session.execute(side.sql(HOLD), {"ids": list(held), "holds": list(held.values())})
        record(session, "hold", side.name, list(held))
    _confirm(session, side, [row.id for row in rows if row.id not in held])
    acts.forget(session, side.cls, held)
    return held


def release(session: AnySession, side: Side, orders: Iterable[Any], reason: str) -> None:
    """Confirm what is held, or let go what was changed, for a reason; raises the side's error."""
    acts.require(session, side.release)
    rows = acts.locked(session, side.cls, orders, of_few_lines=True)
    side.error.refuse(
        {row.id: _("%(number)s is not held: confirm it.", number=row.number) for row in rows if not row.hold}
    )
    if not reason.strip():
        raise side.error(str(side.words.no_reason))
    waiting = [row for row in rows if row.state == side.open_state]
    _refuse(session, side, waiting)
    ids = [row.id for row in rows]
    values = {"ids": ids, "reason": reason.strip(), "user": actor_of(session).user_id}
    session.execute(side.sql(_RELEASE), {**values, "now": datetime.now(UTC)})
    session.execute(side.sql(_LET_GO), {"ids": ids})
    record(session, side.release_act, side.name, ids)
    _confirm(session, side, [row.id for row in waiting])
    acts.forget(session, side.cls, ids)


def _refuse(session: AnySession, side: Side, rows: Sequence[Any]) -> None:
    side.error.refuse({row.id: _not_open(row) for row in rows if row.state != side.open_state})
    ids = [row.id for row in rows]
    lines: dict[int, list[Any]] = {}
    for line in session.execute(side.sql(_LINES), {"ids": ids}):
        lines.setdefault(line.order_id, []).append(line)
    side.error.refuse({row.id: why for row in rows if (why := _incomplete(row, lines.get(row.id, ())))})
    side.refuse(session, ids)


def _not_open(row: Any) -> str:
    if row.state == "cancelled":
        return _("%(number)s is cancelled: reopen it first.", number=row.number)
    return _("%(number)s is confirmed already.", number=row.number)


def _incomplete(row: Any, lines: Sequence[Any]) -> str:
    if not lines:
        return _("%(number)s has no lines: add one first.", number=row.number)
    return next((why for line in lines if (why := _why_not(line))), "")


def _why_not(line: Any) -> str:
    if line.unit_price is None:
        return _("Line %(position)s has no price: give it one.", position=line.position)
    if line.active is False:
        return _(
            "%(code)s on line %(position)s is archived: restore it, or choose another part.",
            code=line.code,
            position=line.position,
        )
    return ""


def _confirm(session: AnySession, side: Side, ids: Sequence[int]) -> None:
    if not ids:
        return
    session.execute(side.sql(_CONFIRM), {"ids": list(ids), "now": datetime.now(UTC)})
    record(session, "confirm", side.name, ids)
    plan(session, side, ids)
    acts.forget(session, side.cls, ids)
