"""The side of customers: what quotations and orders are that requests to suppliers are not."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.sales.services.drafts import LineMove, OrderDraft
from addons.sales.services.errors import SalesError
from addons.sales.services.holds import holds_of
from addons.stock.services.orders.sides import Side, Words
from core.db import AnySession
from core.i18n import _, _l

_PARTNERS = text("""
    SELECT p.id, p.company_id, coalesce(p.currency_code, c.currency_code) AS currency, p.invoicing,
           p.salesperson_id,
           ARRAY(SELECT id FROM accounting_tax WHERE company_id = p.company_id AND active LIMIT 2) AS taxes
      FROM partner p JOIN company c ON c.id = p.company_id WHERE p.id = ANY(:ids)
""")
#: Lines whose maker the customer refuses, or does not name among those that are allowed.
_UNWANTED = text("""
    WITH ruled AS MATERIALIZED (
      SELECT o.id, coalesce(array_agg(r.maker_id) FILTER (WHERE r.allowed), '{}') AS allowed,
             coalesce(array_agg(r.maker_id) FILTER (WHERE NOT r.allowed), '{}') AS refused
        FROM sales_order o JOIN sales_maker_rule r ON r.partner_id = o.partner_id
       WHERE o.id = ANY(:ids) GROUP BY o.id)
    SELECT l.order_id, l.position, k.name FROM ruled
      JOIN sales_order_line l ON l.order_id = ruled.id
      JOIN product p ON p.id = l.product_id JOIN maker k ON k.id = p.maker_id
     WHERE k.id <> ALL(ruled.allowed) AND (ruled.allowed <> '{}' OR k.id = ANY(ruled.refused))
     ORDER BY l.order_id, l.position
""")
#: What goods cost when they were sold: the margin of an order is that of its day.
_COST = """
    UPDATE sales_order_line l
       SET unit_cost = coalesce(round(w.amount / nullif(w.quantity, 0), 6), p.cost){further}
      FROM product p LEFT JOIN stock_worth w ON w.product_id = p.id
     WHERE {which} AND p.id = l.product_id
"""
_COST_OF_LINES = text(_COST.format(further="", which="l.id = ANY(:lines)"))
#: What was free of them when an order was quoted says nothing any more: what is reserved does.
_COST_OF_ORDERS = _COST.format(further=", availability = ''", which="l.order_id = ANY(:ids)")


class Selling(Side):
    """Quotations to customers, and their orders."""

    addon = "sales"
    error = SalesError
    draft = OrderDraft
    open_state = "quotation"
    moved = "delivered"
    key = "order_line_id"
    booked = "l.invoiced - l.credited"
    transfer = "delivery"
    goes_out = True
    write = "sales.write"
    confirm = "sales.confirm"
    release = "sales.release"
    move = "sales.deliver"
    release_act = "release_hold"
    released = ("release_reason", "released_by_id", "released_at")
    with_confirming = f"WITH costs AS ({_COST_OF_ORDERS})"
    words = Words(
        no_quantity=_l("Order a quantity above zero; what comes back is a return."),
        nothing_open=_l("Everything is delivered: nothing is left to cancel."),
        has_begun=_l("Something of %(number)s is delivered or invoiced: cancel the rest."),
        below_done=_l(
            "Of line %(position)s %(done)s are delivered, invoiced or given up: it can't go below that."
        ),
        price_is_booked=_l("Line %(position)s is invoiced: credit it before its price changes."),
        no_reason=_l("Say why it is released: the reason is kept with the order."),
        never_moved=_l("This was never delivered: a return names the delivery that it brings back."),
    )

    def partners(self, session: AnySession, ids: Sequence[int]) -> Mapping[int, Any]:
        return {row.id: row for row in session.execute(_PARTNERS, {"ids": list(ids)})}

    def complete(self, session: AnySession, order: Any, partner: Any) -> None:
        if partner is None:
            raise SalesError(_("There is no such customer: choose one of the list."))
        order.invoicing = order.invoicing or partner.invoicing
        order.salesperson_id = order.salesperson_id or partner.salesperson_id

    def complete_lines(
        self, session: AnySession, lines: Sequence[tuple[Any, Any]], partners: Mapping[int, Any]
    ) -> None:
        for order, line in lines:
            line.tolerance = line.tolerance or Decimal(0)
            partner = partners.get(order.partner_id)
            # The company's tax, where it has only one.
            if line.tax_id is None and not line.id and partner is not None and len(partner.taxes) == 1:
                line.tax_id = partner.taxes[0]

    def refuse(self, session: AnySession, orders: Sequence[int]) -> None:
        unwanted = session.execute(_UNWANTED, {"ids": list(orders)})
        SalesError.refuse({line.order_id: _not_wanted(line) for line in unwanted})

    def holds_of(self, session: AnySession, rows: Sequence[Any]) -> Mapping[int, str]:
        return holds_of(session, [row.id for row in rows])

    def changed(self, line: Any, names: Sequence[str]) -> None:
        """Nothing follows: a tolerance is agreed line by line."""

    def booked_of(self, line: Any) -> Decimal:
        return Decimal(line.invoiced - line.credited)

    def line_move(
        self, product_id: int | None, quantity: Decimal, line_id: int, returns_id: int | None = None
    ) -> LineMove:
        return LineMove(product_id, quantity, returns_id=returns_id, order_line_id=line_id)

    def paper_number(self, row: Any) -> str:
        return str(row.reference or row.number)


SELLING = Selling()


def keep_costs(session: AnySession, lines: Sequence[int]) -> None:
    """Keep with these lines what their goods cost now."""
    session.execute(_COST_OF_LINES, {"lines": list(lines)})


def _not_wanted(line: Any) -> str:
    return _(
        "The customer takes nothing of %(maker)s (line %(position)s): choose another maker's part.",
        maker=line.name,
        position=line.position,
    )
