"""What holds an order until somebody else releases it.

Three reasons: with this order the customer would owe more than the credit limit; something has been overdue
for longer than the company allows; the order earns less than the least margin. Owed is what is open, what
was delivered and not yet invoiced, and what is ordered: all that the order's customer may still have to
pay, in the company's currency at the rate of the day. Example: limit 10,000; open 6,000, on order 3,000,
this one 1,500 → 10,500, held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import books_of
from addons.accounting.services.rates import rates_on
from addons.sales.services.errors import SalesError
from core.clock import today
from core.db import AnySession, round_money
from core.i18n import _, format_money, format_number

_ZERO = Decimal(0)
_ORDERS = text("""
    SELECT o.id, o.state, o.company_id, o.partner_id, o.currency_code, o.total, p.credit_limit,
           c.hold_overdue_days, c.margin_floor, c.currency_code AS own_currency,
           c.margin_floor IS NOT NULL
             OR EXISTS (SELECT 1 FROM maker WHERE margin_floor IS NOT NULL) AS has_floor
      FROM sales_order o JOIN partner p ON p.id = o.partner_id JOIN company c ON c.id = o.company_id
     WHERE o.id = ANY(:ids) ORDER BY o.id
""")
_OWED = text("""
    SELECT partner_id, sum((amount - allocated) * exchange_rate) AS owed,
           min(due_date) FILTER (WHERE amount > 0) AS due
      FROM accounting_open_item
     WHERE partner_id = ANY(:partners) AND side = 'receivable' AND allocated <> amount GROUP BY partner_id
""")
#: What is agreed and on no invoice yet, taxes in proportion.
_ORDERED = text("""
    SELECT o.partner_id, o.currency_code,
           sum(l.net * (l.quantity - l.cancelled - l.returned - l.invoiced + l.credited) / l.quantity
               * CASE WHEN o.net = 0 THEN 1 ELSE o.total / o.net END) AS amount
      FROM sales_order o JOIN sales_order_line l ON l.order_id = o.id
     WHERE o.partner_id = ANY(:partners) AND o.state = 'confirmed' GROUP BY o.partner_id, o.currency_code
""")
_MARGINS = text("""
    SELECT l.order_id, l.position, l.net, k.margin_floor,
           l.quantity * coalesce(w.amount / nullif(w.quantity, 0), p.cost) AS cost
      FROM sales_order_line l JOIN product p ON p.id = l.product_id
      LEFT JOIN maker k ON k.id = p.maker_id
      LEFT JOIN stock_worth w ON w.product_id = p.id
     WHERE l.order_id = ANY(:ids) ORDER BY l.order_id, l.position
""")


@dataclass
class Standing:
    """What a customer owes and has ordered, in the company's currency, and since when something is due."""

    owed: Decimal = _ZERO
    ordered: Decimal = _ZERO
    due: date | None = None


def holds_of(session: AnySession, ids: Sequence[int]) -> Mapping[int, str]:
    """Why each of these orders is held, by its id; orders that nothing holds are left out."""
    orders = session.execute(_ORDERS, {"ids": list(ids)}).all()
    standings = _standings(session, orders)
    margins = _margins(session, [order for order in orders if order.has_floor])
    found = {}
    for order in orders:
        rate = _rate(session, order, order.currency_code)
        # What is confirmed already, and was changed, stands among what is ordered.
        more = _ZERO if order.state == "confirmed" else order.total * rate
        reasons = _reasons(order, standings[order.partner_id], more)
        reasons += _thin(order, margins.get(order.id, ()), rate)
        if reasons:
            found[order.id] = " ".join(reasons)
        else:
            standings[order.partner_id].ordered += more
    return found


def _rate(session: AnySession, order: Any, currency: str) -> Decimal:
    if currency == order.own_currency:
        return Decimal(1)
    on = today()
    rate = rates_on(session, books_of(session, order.company_id), [(currency, on)]).get((currency, on))
    if rate is None:
        raise SalesError(
            _(
                "There is no exchange rate of %(currency)s for today, and the credit limit can't be checked: "
                "add one under Exchange rates.",
                currency=currency,
            )
        )
    return rate


def _standings(session: AnySession, orders: Sequence[Any]) -> dict[int, Standing]:
    found = {order.partner_id: Standing() for order in orders}
    limited = sorted(
        {o.partner_id for o in orders if o.credit_limit is not None or o.hold_overdue_days is not None}
    )
    if not limited:
        return found
    of = {order.partner_id: order for order in orders}
    for row in session.execute(_OWED, {"partners": limited}):
        found[row.partner_id].owed, found[row.partner_id].due = row.owed, row.due
    for row in session.execute(_ORDERED, {"partners": limited}):
        found[row.partner_id].ordered += row.amount * _rate(session, of[row.partner_id], row.currency_code)
    return found


def _reasons(order: Any, standing: Standing, more: Decimal) -> list[str]:
    found, currency = [], order.own_currency
    after = standing.owed + standing.ordered + more
    if order.credit_limit is not None and after > order.credit_limit:
        found.append(
            _(
                "With this order %(after)s are owed or ordered, and the credit limit is %(limit)s.",
                after=format_money(round_money(after, currency), currency),
                limit=format_money(order.credit_limit, currency),
            )
        )
    late = (today() - standing.due).days if standing.due else 0
    if order.hold_overdue_days is not None and late > order.hold_overdue_days:
        found.append(_("Something has been overdue for %(days)s days.", days=late))
    return found


def _margins(session: AnySession, orders: Sequence[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.execute(_MARGINS, {"ids": [o.id for o in orders]}) if orders else ():
        found.setdefault(row.order_id, []).append(row)
    return found


def _thin(order: Any, lines: Sequence[Any], rate: Decimal) -> list[str]:
    """The lines that earn less than the least margin; their numbers alone, since costs are not for all."""
    thin = [line for line in lines if _is_thin(line, order.margin_floor, rate)]
    if not thin:
        return []
    listed = ", ".join(format_number(line.position) for line in thin)
    return [_("Below the least margin: line %(lines)s.", lines=listed)]


def _is_thin(line: Any, floor: Decimal | None, rate: Decimal) -> bool:
    least = line.margin_floor if line.margin_floor is not None else floor
    if least is None or line.cost is None:
        return False
    net = line.net * rate
    return bool(net - line.cost < least * net)
