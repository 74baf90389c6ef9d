"""Call off what was agreed for months, part by part.

A line of 30,000 is agreed once; its call-offs say how much of it moves when. They may be written anew at any
time for what is still open: what is planned follows, and the change says what was planned and what is now.
Example: 10,000 are planned for 2 March; call-offs of 4,000 in March and 6,000 in April leave “10,000 on
Mar 2, 2026” and “4,000 on Mar 2, 2026; 6,000 on Apr 1, 2026” on the order, and two transfers instead of one.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete

from addons.products.services.units import why_not_whole
from addons.stock.services.orders.changing import confirmed, replan, trace
from addons.stock.services.orders.drafts import ScheduleDraft
from addons.stock.services.orders.planning import parts_of_open
from addons.stock.services.orders.sides import Side
from core.db import AnySession
from core.i18n import _, format_number
from core.security import acts

Plan = Mapping[date, Decimal]
#: What of lines may be planned anew: not what has moved, or has come and waits for its inspection.
_LINES = """
    SELECT l.id, l.order_id, l.position, p.code, p.kind, p.unit, p.countable,
           l.quantity - l.cancelled AS most,
           coalesce(l.promised, o.promised, o.date) AS promised,
           l.quantity - l.cancelled - l.{moved} - coalesce(w.quantity, 0) AS quantity
      FROM {line} l JOIN {order} o ON o.id = l.order_id LEFT JOIN product p ON p.id = l.product_id
      LEFT JOIN LATERAL (SELECT sum(v.quantity) AS quantity
                           FROM stock_move v JOIN stock_transfer t ON t.id = v.transfer_id
                          WHERE v.{key} = l.id AND v.state IN ('planned', 'reserved')
                            AND v.returns_id IS NULL AND NOT ({movable})) w ON true
     WHERE l.id = ANY(:ids) ORDER BY l.id
"""
_PLANNED = """
    SELECT v.{key} AS line_id, v.date, sum(v.quantity) AS quantity
      FROM stock_move v JOIN stock_transfer t ON t.id = v.transfer_id
     WHERE v.{key} = ANY(:ids) AND v.state IN ('planned', 'reserved') AND v.returns_id IS NULL AND {movable}
     GROUP BY 1, 2 ORDER BY 1, 2
"""


def call_off(
    session: AnySession, side: Side, calls: Mapping[int, Sequence[ScheduleDraft]], reason: str = ""
) -> None:
    """Write the call-offs of lines of confirmed orders anew, and plan by them; raises the side's error."""
    acts.require(session, side.confirm)
    session.flush()
    lines = session.execute(side.sql(_LINES), {"ids": list(calls)}).all()
    if {line.id for line in lines} != set(calls):
        raise side.error(_("There is no such line: somebody has removed it."))
    confirmed(session, side, {line.order_id for line in lines})
    for line in lines:
        _refuse(side, line, calls[line.id])
    _write(session, side, calls)
    planned = _planned(session, side, list(calls))
    changed = [line for line in lines if _wanted(line, calls[line.id]) != planned.get(line.id, {})]
    for line in changed:
        wanted = _text(_wanted(line, calls[line.id]))
        record = session.get_one(side.line_cls, line.id, populate_existing=True)
        trace(session, side, record, "schedules", _text(planned.get(line.id, {})), wanted, reason)
    if changed:
        replan(session, side, sorted({line.order_id for line in changed}), [line.id for line in changed])


def _refuse(side: Side, line: Any, calls: Sequence[ScheduleDraft]) -> None:
    if any(call.quantity is None or call.quantity <= 0 for call in calls):
        raise side.error(_("Call off a quantity above zero."))
    if why := why_not_whole(line, *(call.quantity for call in calls)):
        raise side.error(why)
    together = sum((call.quantity for call in calls), Decimal(0))
    if together > line.most:
        raise side.error(
            _(
                "The call-offs of line %(position)s come to %(together)s, and %(most)s are agreed.",
                position=line.position,
                together=format_number(together),
                most=format_number(line.most),
            )
        )


def _write(session: AnySession, side: Side, calls: Mapping[int, Sequence[ScheduleDraft]]) -> None:
    table = side.schedule_cls.__table__
    session.execute(delete(table).where(table.c.line_id.in_(list(calls))))
    side.schedule_cls._bulk(
        session,
        [
            {"line_id": line, "date": call.date, "quantity": call.quantity}
            for line, wanted in calls.items()
            for call in wanted
        ],
    )
    for held in [one for one in session.identity_map.values() if isinstance(one, side.schedule_cls)]:
        session.expunge(held)


def _planned(session: AnySession, side: Side, lines: Sequence[int]) -> dict[int, dict[date, Decimal]]:
    found: dict[int, dict[date, Decimal]] = {}
    for row in session.execute(side.sql(_PLANNED), {"ids": list(lines)}):
        found.setdefault(row.line_id, {})[row.date] = row.quantity
    return found


def _wanted(line: Any, calls: Sequence[ScheduleDraft]) -> Plan:
    return dict(parts_of_open(line, sorted(calls, key=lambda call: call.date)))


def _text(plan: Plan) -> str:
    """As it is kept: `telling` says it in the language of its reader."""
    return "; ".join(f"{day.isoformat()}: {plan[day].normalize():f}" for day in sorted(plan))[:1000]
