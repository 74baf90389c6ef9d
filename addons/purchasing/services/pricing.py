"""What goods cost that come in for orders, in the books' currency, and what may not come in.

Problem: 1,000 pieces were ordered at 0.0310 EUR less 5 %, and come on a day on which a euro is 1.0850
dollars; the books are in dollars. Rule: one unit costs the net price of the order, rounded like any unit
price, times the rate of the day of the receipt: 0.0310 × 0.95 = 0.029450 EUR, × 1.0850 = 0.031953 USD; the
receipt is worth 1,000 × 0.031953 = 31.95. Price, currency and rate stay on the move. Without a rate nothing
comes in.

More than was ordered, with the tolerance, is refused, and what already waits for an inspection counts as
come; orders and lines are locked before, so that of two people who take in the same line the second one is
told.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import books_of
from addons.accounting.services.rates import RateError, no_rate, rates_on
from addons.purchasing.services.errors import PurchasingError
from addons.stock.services.orders.prices import untaxed
from core import m
from core.clock import today
from core.db import AnySession, round_to
from core.i18n import _, format_number

UNIT = Decimal("0.000001")
#: Of a receipt `t` from a supplier `s` with a part `p`: that somebody has to look at it before.
_IS_UNSEEN = "t.inspection <> 'passed' AND (s.inspected OR p.inspected)"
_UNSEEN = text(f"""
    SELECT EXISTS (
        SELECT 1 FROM stock_move v
          JOIN stock_transfer t ON t.id = v.transfer_id JOIN product p ON p.id = v.product_id
          JOIN purchasing_order_line l ON l.id = v.purchase_line_id
          JOIN purchasing_order o ON o.id = l.order_id JOIN partner s ON s.id = o.partner_id
         WHERE v.transfer_id = :transfer AND v.returns_id IS NULL AND {_IS_UNSEEN})
""")  # noqa: S608  # a piece of SQL of our own
#: What comes in; what goes back is priced by what it brings back.
_LINES = text(f"""
    SELECT l.id, l.company_id, l.position, l.quantity, l.cancelled, l.received, l.tolerance,
           {untaxed("l")} AS unit_price, l.discount, o.number, o.currency_code, o.partner_id,
           l.order_id, v.product_id,
           v.id AS move, coalesce(v.picked, v.quantity) AS coming,
           t.number AS receipt, {_IS_UNSEEN} AS is_unseen,
           CASE WHEN t.inspection = '' THEN (
               SELECT coalesce(sum(w.quantity), 0)
                 FROM stock_move w JOIN stock_transfer i ON i.id = w.transfer_id
                WHERE w.purchase_line_id = l.id AND w.state = 'planned' AND w.returns_id IS NULL
                  AND i.inspection = 'waiting') ELSE 0 END AS waiting
      FROM stock_move v
      JOIN stock_transfer t ON t.id = v.transfer_id
      JOIN product p ON p.id = v.product_id
      JOIN purchasing_order_line l ON l.id = v.purchase_line_id
      JOIN purchasing_order o ON o.id = l.order_id
      JOIN partner s ON s.id = o.partner_id
     WHERE v.transfer_id = ANY(:ids) AND v.state IN ('planned', 'reserved') AND v.returns_id IS NULL
     ORDER BY l.id, v.id FOR UPDATE OF o, l
""")  # noqa: S608  # a piece of SQL of our own
_GOES_BACK = text("""
    SELECT EXISTS (SELECT 1 FROM stock_move WHERE transfer_id = ANY(:ids) AND returns_id IS NOT NULL
                      AND purchase_line_id IS NOT NULL)
""")
_PRICE = text("""
    UPDATE stock_move v SET unit_cost = p.cost, document_price = p.price, document_currency_code = p.currency,
           document_rate = p.rate
      FROM unnest(CAST(:ids AS bigint[]), CAST(:costs AS numeric[]), CAST(:prices AS numeric[]),
                  CAST(:currencies AS text[]), CAST(:rates AS numeric[]))
           AS p (id, cost, price, currency, rate)
     WHERE v.id = p.id
""")


def price(session: AnySession, transfers: Sequence[int], on: date | None) -> int:
    """Give what comes in for orders its cost; returns how many moves that were. Refuses as said above."""
    rows = session.execute(_LINES, {"ids": list(transfers)}).all()
    if not rows:
        return 0
    _refuse_unseen(rows)
    _refuse_excess(rows)
    day = on or today()
    for company_id in sorted({row.company_id for row in rows}):
        own = [row for row in rows if row.company_id == company_id]
        _price(session, own, _rates(session, company_id, {row.currency_code for row in own}, day), day)
    return len(rows)


def is_unseen(session: AnySession, transfer: int) -> bool:
    """Whether a receipt brings goods for orders that are inspected before they are taken in."""
    return bool(session.scalar(_UNSEEN, {"transfer": transfer}))


def goes_back(session: AnySession, transfers: Sequence[int]) -> bool:
    """Whether something of orders was sent back by these transfers."""
    return bool(session.scalar(_GOES_BACK, {"ids": list(transfers)}))


def refuse_excess(session: AnySession, transfers: Sequence[int]) -> None:
    """Refuse receipts of more than was ordered; raises PurchasingError."""
    if transfers:
        _refuse_excess(session.execute(_LINES, {"ids": list(transfers)}).all())


def _refuse_unseen(rows: Sequence[Any]) -> None:
    for row in rows:
        if row.is_unseen:
            raise PurchasingError(
                _(
                    "The goods of %(number)s are inspected: receive them on their order, and say what has "
                    "passed.",
                    number=row.receipt,
                )
            )


def _refuse_excess(rows: Sequence[Any]) -> None:
    coming: dict[int, Decimal] = {}
    for row in rows:
        coming[row.id] = coming.get(row.id, Decimal(0)) + row.coming
        ordered, come = row.quantity - row.cancelled, row.received + row.waiting
        if come + coming[row.id] > ordered + row.tolerance:
            raise PurchasingError(
                _(
                    "On line %(position)s of %(number)s %(ordered)s are ordered and %(received)s have come; "
                    "at most %(most)s more can come in, not %(quantity)s. Change the order, or take in less.",
                    position=row.position,
                    number=row.number,
                    ordered=format_number(ordered),
                    received=format_number(come),
                    most=format_number(max(ordered + row.tolerance - come, Decimal(0))),
                    quantity=format_number(coming[row.id]),
                )
            )


def _rates(session: AnySession, company_id: int, currencies: set[str], on: date) -> Mapping[str, Decimal]:
    books = books_of(session, company_id)
    foreign = sorted(currencies - {books.currency})
    found = rates_on(session, books, [(currency, on) for currency in foreign])
    for currency in foreign:
        if (currency, on) not in found:
            raise RateError(no_rate(currency, on))
    return {books.currency: Decimal(1), **{currency: rate for (currency, _on), rate in found.items()}}


def net_price(unit_price: Decimal, discount: Decimal) -> Decimal:
    """The price of one unit less the discount in percent, rounded like any unit price."""
    return round_to(unit_price * (100 - discount) / 100 if discount else unit_price, UNIT)


def receipt_prices(rows: Sequence[Any]) -> dict[int, Decimal]:
    """The ordered price of one unit of what comes in, less its discount, by the move's id."""
    return {row.move: net_price(row.unit_price, row.discount) for row in rows}


def _price(session: AnySession, rows: Sequence[Any], rates: Mapping[str, Decimal], on: date) -> None:
    found = m.StockMove.receipt_prices(session, rows, on)
    prices = [found[row.move] for row in rows]
    of = [rates[row.currency_code] for row in rows]
    values = {
        "ids": [row.move for row in rows],
        "costs": [round_to(one * rate, UNIT) for one, rate in zip(prices, of, strict=True)],
        "prices": prices,
        "currencies": [row.currency_code for row in rows],
        "rates": of,
    }
    session.execute(_PRICE, values)
