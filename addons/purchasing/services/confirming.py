"""Turn requests into orders, unless somebody has to approve them first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.rates import rates_on
from addons.purchasing.services.errors import PurchasingError
from addons.purchasing.services.receiving import plan
from core import m
from core.clock import today
from core.db import AnySession, round_money
from core.i18n import _, format_money
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

CONFIRM, APPROVE = "purchasing.confirm", "purchasing.approve"
_LINES = text("""
    SELECT l.order_id, l.id, l.position, l.unit_price, p.code, p.active,
           coalesce(s.approved, true) AS approved
      FROM purchasing_order o JOIN purchasing_order_line l ON l.order_id = o.id
      LEFT JOIN product p ON p.id = l.product_id
      LEFT JOIN purchasing_supplier_part s ON s.partner_id = o.partner_id AND s.product_id = l.product_id
     WHERE l.order_id = ANY(:ids) ORDER BY l.order_id, l.position
""")
_CONFIRM = text("""
    UPDATE purchasing_order SET state = 'confirmed', confirmed_at = :now, hold = '', revision = revision + 1
     WHERE id = ANY(:ids)
""")
_APPROVE = text("""
    UPDATE purchasing_order SET approval_reason = :reason, approved_by_id = :user, approved_at = :now
     WHERE id = ANY(:ids)
""")
_HOLD = text("""
    UPDATE purchasing_order o SET hold = p.hold
      FROM unnest(CAST(:ids AS bigint[]), CAST(:holds AS text[])) AS p (id, hold) WHERE o.id = p.id
""")
_LIMITS = text("SELECT id, approval_limit FROM company WHERE id = ANY(:ids) AND approval_limit IS NOT NULL")


def confirm(session: AnySession, orders: Iterable[Any]) -> Mapping[int, str]:
    """Confirm what nobody has to approve; returns the reasons of what is held. Raises PurchasingError."""
    acts.require(session, CONFIRM)
    rows = acts.locked(session, m.PurchasingOrder, orders)
    _refuse(session, rows)
    held = holds_of(session, rows)
    if held:
        session.execute(_HOLD, {"ids": list(held), "holds": list(held.values())})
        record(session, "hold", "purchasing.order", list(held))
    _confirm(session, [row for row in rows if row.id not in held])
    acts.forget(session, m.PurchasingOrder, held)
    return held


def approve(session: AnySession, orders: Iterable[Any], reason: str) -> None:
    """Confirm what is held; raises PurchasingError."""
    acts.require(session, APPROVE)
    rows = acts.locked(session, m.PurchasingOrder, orders)
    PurchasingError.refuse(
        {row.id: _("%(number)s is not held: confirm it.", number=row.number) for row in rows if not row.hold}
    )
    if not reason.strip():
        raise PurchasingError(_("Say why it is approved: the reason is kept with the order."))
    _refuse(session, rows)
    ids = [row.id for row in rows]
    values = {"ids": ids, "reason": reason.strip(), "user": actor_of(session).user_id}
    session.execute(_APPROVE, {**values, "now": datetime.now(UTC)})
    record(session, "approve", "purchasing.order", ids)
    _confirm(session, rows)


def _refuse(session: AnySession, rows: Sequence[Any]) -> None:
    PurchasingError.refuse({row.id: _no_request(row) for row in rows if row.state != "request"})
    lines: dict[int, list[Any]] = {}
    for line in session.execute(_LINES, {"ids": [row.id for row in rows]}):
        lines.setdefault(line.order_id, []).append(line)
    PurchasingError.refuse({row.id: why for row in rows if (why := _incomplete(row, lines.get(row.id, ())))})


def _no_request(row: Any) -> str:
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
    if not line.approved:
        return _(
            "This supplier is not approved for %(code)s on line %(position)s: approve it in the supplier's "
            "terms, or order elsewhere.",
            code=line.code,
            position=line.position,
        )
    return ""


def holds_of(session: AnySession, rows: Sequence[Any]) -> Mapping[int, str]:
    """Why each of these orders needs an approval, by its id; orders that need none are left out."""
    companies = {"ids": sorted({row.company_id for row in rows})}
    limits: dict[int, Decimal] = {i: limit for i, limit in session.execute(_LIMITS, companies)}
    books = {company_id: books_of(session, company_id) for company_id in limits}
    found = {}
    for row in rows:
        limit = limits.get(row.company_id)
        if limit is not None and _in_books(session, books[row.company_id], row) > limit:
            currency = books[row.company_id].currency
            found[row.id] = _(
                "Orders over %(limit)s need an approval, and this one comes to %(total)s.",
                limit=format_money(limit, currency),
                total=format_money(row.total, row.currency_code),
            )
    return found


def _in_books(session: AnySession, books: Books, row: Any) -> Decimal:
    if row.currency_code == books.currency:
        return Decimal(row.total)
    on = today()
    rate = rates_on(session, books, [(row.currency_code, on)]).get((row.currency_code, on))
    if rate is None:
        raise PurchasingError(
            _(
                "There is no exchange rate of %(currency)s for today, and nobody can say whether the order "
                "needs an approval: add one under Exchange rates.",
                currency=row.currency_code,
            )
        )
    return round_money(row.total * rate, books.currency)


def _confirm(session: AnySession, rows: Sequence[Any]) -> None:
    if not rows:
        return
    ids = [row.id for row in rows]
    session.execute(_CONFIRM, {"ids": ids, "now": datetime.now(UTC)})
    record(session, "confirm", "purchasing.order", ids)
    plan(session, ids)
    acts.forget(session, m.PurchasingOrder, ids)
