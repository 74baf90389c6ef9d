"""Turn quotations into orders, unless something holds them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from addons.sales.services.delivering import plan
from addons.sales.services.errors import SalesError
from addons.sales.services.holds import holds_of
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

CONFIRM, RELEASE = "sales.confirm", "sales.release"
_LINES = text("""
    SELECT l.order_id, l.id, l.position, l.unit_price, p.code, p.active
      FROM sales_order_line l LEFT JOIN product p ON p.id = l.product_id
     WHERE l.order_id = ANY(:ids) ORDER BY l.order_id, l.position
""")
#: Lines whose maker the customer refuses, or does not name among those that are allowed.
_UNWANTED = text("""
    SELECT l.order_id, l.position, k.name FROM sales_order o
      JOIN sales_order_line l ON l.order_id = o.id
      JOIN product p ON p.id = l.product_id JOIN maker k ON k.id = p.maker_id
     WHERE o.id = ANY(:ids)
       AND EXISTS (SELECT 1 FROM sales_maker_rule r WHERE r.partner_id = o.partner_id
                      AND (r.allowed OR r.maker_id = k.id))
       AND NOT EXISTS (SELECT 1 FROM sales_maker_rule r WHERE r.partner_id = o.partner_id
                          AND r.maker_id = k.id AND r.allowed)
     ORDER BY l.order_id, l.position
""")
_CONFIRM = text("""
    UPDATE sales_order SET state = 'confirmed', confirmed_at = :now, hold = '', revision = revision + 1
     WHERE id = ANY(:ids)
""")
_RELEASE = text("""
    UPDATE sales_order SET release_reason = :reason, released_by_id = :user, released_at = :now
     WHERE id = ANY(:ids)
""")
_HOLD = text("""
    UPDATE sales_order o SET hold = p.hold
      FROM unnest(CAST(:ids AS bigint[]), CAST(:holds AS text[])) AS p (id, hold) WHERE o.id = p.id
""")
#: What goods cost when they were sold: the margin of an order is that of its day.
_COST = text("""
    UPDATE sales_order_line l SET unit_cost = coalesce(round(w.amount / nullif(w.quantity, 0), 6), p.cost)
      FROM product p LEFT JOIN stock_worth w ON w.product_id = p.id
     WHERE (l.order_id = ANY(:ids) OR l.id = ANY(:lines)) AND p.id = l.product_id
""")


def keep_costs(session: AnySession, orders: Sequence[int] = (), lines: Sequence[int] = ()) -> None:
    """Keep with the lines of these orders, and with these lines, what their goods cost now."""
    session.execute(_COST, {"ids": list(orders), "lines": list(lines)})


def confirm(session: AnySession, orders: Iterable[Any]) -> Mapping[int, str]:
    """Confirm what nothing holds; returns the reasons of what is held. Raises SalesError."""
    acts.require(session, CONFIRM)
    rows = acts.locked(session, m.SalesOrder, orders)
    _refuse(session, rows)
    held = holds_of(session, [row.id for row in rows])
    if held:
        values = {"ids": list(held), "holds": list(held.values())}
        session.execute(_HOLD, values)
        record(session, "hold", "sales.order", list(held))
    _confirm(session, [row for row in rows if row.id not in held])
    acts.forget(session, m.SalesOrder, held)
    return held


def release_hold(session: AnySession, orders: Iterable[Any], reason: str) -> None:
    """Confirm what is held; raises SalesError."""
    acts.require(session, RELEASE)
    rows = acts.locked(session, m.SalesOrder, orders)
    SalesError.refuse(
        {row.id: _("%(number)s is not held: confirm it.", number=row.number) for row in rows if not row.hold}
    )
    if not reason.strip():
        raise SalesError(_("Say why it is released: the reason is kept with the order."))
    _refuse(session, rows)
    ids = [row.id for row in rows]
    values = {"ids": ids, "reason": reason.strip(), "user": actor_of(session).user_id}
    session.execute(_RELEASE, {**values, "now": datetime.now(UTC)})
    record(session, "release_hold", "sales.order", ids)
    _confirm(session, rows)


def _refuse(session: AnySession, rows: Sequence[Any]) -> None:
    SalesError.refuse({row.id: _no_quotation(row) for row in rows if row.state != "quotation"})
    lines: dict[int, list[Any]] = {}
    for line in session.execute(_LINES, {"ids": [row.id for row in rows]}):
        lines.setdefault(line.order_id, []).append(line)
    SalesError.refuse({row.id: why for row in rows if (why := _incomplete(row, lines.get(row.id, ())))})
    unwanted = session.execute(_UNWANTED, {"ids": [row.id for row in rows]})
    SalesError.refuse({line.order_id: _not_wanted(line) for line in unwanted})


def _not_wanted(line: Any) -> str:
    return _(
        "The customer takes nothing of %(maker)s (line %(position)s): choose another maker's part.",
        maker=line.name,
        position=line.position,
    )


def _no_quotation(row: Any) -> str:
    if row.state == "cancelled":
        return _("%(number)s is cancelled: reopen it first.", number=row.number)
    return _("%(number)s is confirmed already.", number=row.number)


def _incomplete(row: Any, lines: Sequence[Any]) -> str:
    if not lines:
        return _("%(number)s has no lines: add one first.", number=row.number)
    for line in lines:
        if line.unit_price is None:
            return _("Line %(position)s has no price: give it one.", position=line.position)
        if line.active is False:
            return _(
                "%(code)s on line %(position)s is archived: restore it, or choose another part.",
                code=line.code,
                position=line.position,
            )
    return ""


def _confirm(session: AnySession, rows: Sequence[Any]) -> None:
    if not rows:
        return
    ids = [row.id for row in rows]
    session.execute(_CONFIRM, {"ids": ids, "now": datetime.now(UTC)})
    keep_costs(session, orders=ids)
    record(session, "confirm", "sales.order", ids)
    plan(session, ids)
    acts.forget(session, m.SalesOrder, ids)
