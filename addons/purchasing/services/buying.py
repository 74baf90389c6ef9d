"""The side of suppliers: what requests and purchase orders are that orders of customers are not."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.rates import rates_on
from addons.purchasing.services.drafts import LineMove, OrderDraft
from addons.purchasing.services.errors import PurchasingError
from addons.stock.services.orders.drafts import OrderLineDraft
from addons.stock.services.orders.sides import Side, Words
from core.clock import today
from core.db import AnySession, round_money
from core.i18n import _, _l, format_money
from core.security.actor import actor_of

_PARTNERS = text("""
    SELECT p.id, p.company_id, p.is_supplier, coalesce(p.currency_code, c.currency_code) AS currency,
           p.receipt_tolerance
      FROM partner p JOIN company c ON c.id = p.company_id WHERE p.id = ANY(:ids)
""")
_NUMBERS = text("""
    SELECT DISTINCT ON (n.partner_id, n.product_id) n.partner_id, n.product_id, n.number
      FROM unnest(CAST(:partners AS bigint[]), CAST(:products AS bigint[])) AS a (partner, product)
      JOIN product_part_number n ON n.partner_id = a.partner AND n.product_id = a.product
       AND n.kind = 'supplier'
     ORDER BY n.partner_id, n.product_id, n.id
""")
#: Parts that their supplier may be asked for, and no more.
_NOT_APPROVED = text("""
    SELECT l.order_id, l.position, p.code
      FROM purchasing_order o JOIN purchasing_order_line l ON l.order_id = o.id
      JOIN purchasing_supplier_part s ON s.partner_id = o.partner_id AND s.product_id = l.product_id
      JOIN product p ON p.id = l.product_id
     WHERE o.id = ANY(:ids) AND NOT s.approved ORDER BY l.order_id, l.position
""")
_LIMITS = text("SELECT id, approval_limit FROM company WHERE id = ANY(:ids) AND approval_limit IS NOT NULL")


class Buying(Side):
    """Requests to suppliers, and their orders."""

    addon = "purchasing"
    error = PurchasingError
    draft = OrderDraft
    open_state = "request"
    moved = "received"
    key = "purchase_line_id"
    booked = "l.billed"
    transfer = "receipt"
    goes_out = False
    # What has come and waits for its inspection is no plan any more.
    movable = "t.inspection <> 'waiting'"
    write = "purchasing.write"
    confirm = "purchasing.confirm"
    release = "purchasing.approve"
    move = "purchasing.receive"
    release_act = "approve"
    released = ("approval_reason", "approved_by_id", "approved_at")
    words = Words(
        no_quantity=_l("Order a quantity above zero; what goes back is a return."),
        nothing_open=_l("Everything is received: nothing is left to cancel."),
        has_begun=_l("Something of %(number)s is received or billed: cancel the rest."),
        below_done=_l(
            "Of line %(position)s %(done)s are received, billed or given up: it can't go below that."
        ),
        price_is_booked=_l("Line %(position)s is billed: its price stays."),
        no_reason=_l("Say why it is approved: the reason is kept with the order."),
        never_moved=_l("This was never received: a return names the receipt that it takes back."),
    )

    def partners(self, session: AnySession, ids: Sequence[int]) -> Mapping[int, Any]:
        return {row.id: row for row in session.execute(_PARTNERS, {"ids": list(ids)})}

    def complete(self, session: AnySession, order: Any, partner: Any) -> None:
        if partner is None or not partner.is_supplier:
            raise PurchasingError(_("There is no such supplier: choose one of the list."))
        order.buyer_id = order.buyer_id or actor_of(session).user_id

    def complete_lines(
        self, session: AnySession, lines: Sequence[tuple[Any, Any]], partners: Mapping[int, Any]
    ) -> None:
        for order, line in lines:
            if not isinstance(line, OrderLineDraft) or line.tolerance is None:
                line.tolerance = tolerance_of(line.quantity, partners[order.partner_id].receipt_tolerance)
        _give_numbers(
            session, [(o, x) for o, x in lines if not x.partner_number and x.product_id is not None]
        )

    def refuse(self, session: AnySession, orders: Sequence[int]) -> None:
        rows = session.execute(_NOT_APPROVED, {"ids": list(orders)})
        PurchasingError.refuse({row.order_id: _not_approved(row) for row in rows})

    def holds_of(self, session: AnySession, rows: Sequence[Any]) -> Mapping[int, str]:
        return holds_of(session, rows)

    def changed(self, line: Any, names: Sequence[str]) -> None:
        if "quantity" in names:
            line.tolerance = tolerance_of(line.quantity, line.order.partner.receipt_tolerance)

    def booked_of(self, line: Any) -> Decimal:
        return Decimal(line.billed)

    def line_move(
        self, product_id: int | None, quantity: Decimal, line_id: int, returns_id: int | None = None
    ) -> LineMove:
        return LineMove(product_id, quantity, returns_id=returns_id, purchase_line_id=line_id)

    def paper_number(self, row: Any) -> str:
        return str(row.number)


BUYING = Buying()


def tolerance_of(quantity: Decimal, percent: Decimal) -> Decimal:
    """So many percent of a quantity, in whole units: 5 % of 1,010 are 50."""
    return (quantity * percent / 100).to_integral_value(ROUND_DOWN)


def _give_numbers(session: AnySession, lines: Sequence[tuple[Any, Any]]) -> None:
    if not lines:
        return
    values = {"partners": [o.partner_id for o, _x in lines], "products": [x.product_id for _o, x in lines]}
    found = {(r.partner_id, r.product_id): r.number for r in session.execute(_NUMBERS, values)}
    for order, line in lines:
        line.partner_number = found.get((order.partner_id, line.product_id), "")


def _not_approved(row: Any) -> str:
    return _(
        "This supplier is not approved for %(code)s on line %(position)s: approve it in the supplier's "
        "terms, or order elsewhere.",
        code=row.code,
        position=row.position,
    )


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
