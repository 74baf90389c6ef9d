"""Whom a run concerns before it is applied: invoices that earn less by it, and prices below the least margin.

Problem: 100 came at 1.00, 50 of them are on an invoice over 60.00; the list has 1.08. The invoice earned
10.00 and will have earned 6.00; and a customer's list has 1.10, which earned 9 % and earns 2 %. Rule: what a
run does to the cost of a sold move is shared out over its invoices by quantity, to the cent; and each price
for customers that holds on the run's day, in the currency of the books, is held against the latest price at
the receipt's rate: shown is what falls below the least margin of the maker, else of the company.

What customers owe never changes by it; of an invoice is said on which statement they have it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from addons.accounting.services.chart import books_of
from addons.pricing.services.previewing import Preview, accepted_effects, summed
from addons.pricing.services.screening import REPRICE
from addons.stock.services.costs import share
from core import m
from core.db import AnySession, round_to, smallest_unit
from core.security import acts

#: How many of each are shown, the worst first.
MOST = 100
_ZERO = Decimal(0)
_TIES = text("""
    SELECT x.move_id, l.invoice_id, x.quantity, sum(x.quantity) OVER (PARTITION BY x.move_id) AS whole
      FROM sales_invoiced_move x JOIN accounting_invoice_line l ON l.id = x.invoice_line_id
     WHERE x.move_id = ANY(:ids) AND x.cost IS NOT NULL ORDER BY x.move_id, x.id
""")
#: What documents are over, and what the goods on them cost by now, in the currency of the books.
_INVOICES = text("""
    SELECT i.id, i.number, p.name AS customer,
           CASE WHEN i.kind = 'credit_note' THEN -1 ELSE 1 END * i.net * i.exchange_rate AS net,
           (SELECT sum(x.quantity / v.quantity * -(SELECT sum(amount) FROM stock_value WHERE move_id = v.id))
              FROM accounting_invoice_line l JOIN sales_invoiced_move x ON x.invoice_line_id = l.id
              JOIN stock_move v ON v.id = x.move_id WHERE l.invoice_id = i.id) AS cost
      FROM accounting_invoice i JOIN partner p ON p.id = i.partner_id WHERE i.id = ANY(:ids)
""")
_BELOW = text("""
    WITH cost AS (SELECT product_id, max(latest_price * rate) AS cost, max(price * rate) AS before
                    FROM pricing_run_line WHERE run_id = :run AND accepted GROUP BY product_id)
    SELECT l.id, l.name, coalesce(p.name, g.name) AS customer, coalesce(nullif(d.mpn, ''), d.code) AS part,
           r.min_quantity, r.unit_price / r.per AS price, cost.cost, cost.before, f.floor
      FROM cost JOIN product d ON d.id = cost.product_id JOIN company c ON c.id = d.company_id
      LEFT JOIN maker k ON k.id = d.maker_id
     CROSS JOIN LATERAL (SELECT coalesce(k.margin_floor, c.margin_floor) AS floor) f
      JOIN pricing_price r ON r.product_id = d.id AND r.unit_price > 0
      JOIN pricing_price_list l ON l.id = r.price_list_id AND l.side = 'sale' AND l.active
       AND l.currency_code = c.currency_code
       AND coalesce(l.valid_from, :day) <= :day AND coalesce(l.valid_until, :day) >= :day
      LEFT JOIN partner p ON p.id = l.partner_id LEFT JOIN partner_group g ON g.id = l.partner_group_id
     WHERE cost.cost > cost.before AND r.unit_price / r.per * (1 - f.floor) < cost.cost
     ORDER BY cost.cost / (r.unit_price / r.per) DESC, r.id LIMIT :most
""")


@dataclass(frozen=True)
class Earned:
    """An invoice whose goods cost more or less: its margin, and what it will be."""

    id: int
    number: str
    customer: str
    net: Decimal
    before: Decimal
    after: Decimal
    #: The number of the statement that the customer has it on; empty where on none.
    statement: str = ""

    @property
    def change(self) -> Decimal:
        """By how much it earns more."""
        return self.after - self.before


@dataclass(frozen=True)
class Consequences:
    """What a run would do, and to whom."""

    preview: Preview
    #: The worst first, and how many there are.
    invoices: Sequence[Earned]
    invoices_count: int
    #: Prices for customers that earn less than the least margin.
    below: Sequence[Any]


def consequences(session: AnySession, run: Any) -> Consequences:
    """What the accepted lines of an open run would do; nothing is written. Raises StockError."""
    acts.require(session, REPRICE)
    books = books_of(session, run.company_id)
    lines, effects = accepted_effects(session, run)
    sold = books.account("cost_of_goods_sold")
    costs = {one.move_id: one.accounts[sold] for one in effects if one.accounts.get(sold)}
    unit = smallest_unit(books.currency)
    changes = {key: change for key, change in _by_invoice(session, costs, unit).items() if change}
    earned = sorted(_earned(session, changes, unit), key=lambda one: (one.change, one.id))
    below = session.execute(_BELOW, {"run": run.id, "day": run.date, "most": MOST}).all()
    shown = _stated(session, earned[:MOST])
    return Consequences(summed(books, lines, effects), shown, len(earned), below)


def _stated(session: AnySession, earned: Sequence[Earned]) -> list[Earned]:
    """The same with the statements that they stand on."""
    numbers = m.AccountingInvoice.statements_of(session, [one.id for one in earned])
    return [replace(one, statement=numbers.get(one.id, "")) for one in earned]


def _by_invoice(session: AnySession, costs: Mapping[int, Decimal], unit: Decimal) -> dict[int, Decimal]:
    """What each document's goods cost more; of a move the documents' shares sum to its change."""
    reached: dict[int, Decimal] = {}
    found: dict[int, Decimal] = {}
    for tie in session.execute(_TIES, {"ids": list(costs)}) if costs else ():
        if not tie.whole:
            continue
        start = reached.get(tie.move_id, _ZERO)
        end = reached[tie.move_id] = start + tie.quantity
        change, whole = costs[tie.move_id], tie.whole
        part = share(change, whole, end, unit) - share(change, whole, start, unit)
        found[tie.invoice_id] = found.get(tie.invoice_id, _ZERO) + part
    return found


def _earned(session: AnySession, changes: Mapping[int, Decimal], unit: Decimal) -> list[Earned]:
    invoice = m.AccountingInvoice
    visible = list(session.scalars(select(invoice.id).where(invoice.id.in_(changes))))
    rows = session.execute(_INVOICES, {"ids": visible}) if visible else ()
    found = []
    for row in rows:
        before = round_to(row.net - row.cost, unit)
        after = before - changes[row.id]
        found.append(Earned(row.id, row.number, row.customer, round_to(row.net, unit), before, after))
    return found
