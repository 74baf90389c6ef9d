"""The cost of what was sold, booked with its invoice.

Problem: a delivery moves goods from inventory to “goods shipped, not invoiced”; when all is invoiced
nothing may be left there, not a cent, whatever parts of a move are invoiced when. Rule: what is invoiced of
a move takes the move's cost up to its last piece less that up to its first, each rounded; so the parts add
up to the move. A return that is credited gives its cost back the same way, and so does a reversal: whatever
happens, the cost of goods sold has the share of the move that is invoiced, also after the cost of the move
has changed. Example: a move of 3 that cost 0.10, invoiced one by one → 0.03, 0.04 and 0.03.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.ledger import Amount, EntryDraft, write_entries
from addons.stock.services.costs import share
from core.db import AnySession, smallest_unit

_ZERO = Decimal(0)
#: What is tied and not booked. A delivery costs what left stock, a return gives it back: `went` has its sign.
_TIES = text("""
    SELECT x.id, x.company_id, x.move_id, x.quantity, v.quantity AS moved, v.returns_id, i.id AS invoice_id,
           i.number, greatest(i.date, v.date) AS date, i.partner_id, -s.amount AS went,
           coalesce(b.quantity, 0) AS before
      FROM accounting_invoice_line l
      JOIN accounting_invoice i ON i.id = l.invoice_id AND i.state = 'posted'
      JOIN sales_invoiced_move x ON x.invoice_line_id = l.id AND x.cost IS NULL
      JOIN stock_move v ON v.id = x.move_id
      LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM stock_value WHERE move_id = v.id) s ON true
      LEFT JOIN LATERAL (SELECT sum(quantity) AS quantity FROM sales_invoiced_move
                          WHERE move_id = v.id AND cost IS NOT NULL) b ON true
     WHERE l.invoice_id = ANY(:ids) ORDER BY i.id, x.id
""")
#: Of moves how much is invoiced and booked.
_INVOICED = text("""
    SELECT v.id, v.quantity AS moved, coalesce(b.quantity, 0) AS invoiced
      FROM stock_move v
      LEFT JOIN LATERAL (SELECT sum(quantity) AS quantity FROM sales_invoiced_move
                          WHERE move_id = v.id AND cost IS NOT NULL) b ON true
     WHERE v.id = ANY(:ids)
""")
_BOOKED = text("""
    UPDATE sales_invoiced_move x SET cost = p.cost, entry_id = p.entry
      FROM unnest(CAST(:ids AS bigint[]), CAST(:costs AS numeric[]), CAST(:entries AS bigint[]))
           AS p (id, cost, entry)
     WHERE x.id = p.id
""")


def book(session: AnySession, invoices: Sequence[int]) -> None:
    """Book the cost of what is tied to these documents, an entry for each document and day."""
    ties = session.execute(_TIES, {"ids": list(invoices)}).all()
    if not ties:
        return
    for company_id in sorted({tie.company_id for tie in ties}):
        books = books_of(session, company_id)
        _book(session, books, [tie for tie in ties if tie.company_id == company_id])


def _book(session: AnySession, books: Books, ties: Sequence[Any]) -> None:
    costs = _costs(ties, smallest_unit(books.currency))
    sums: dict[tuple[int, date], Decimal] = {}
    for tie, cost in zip(ties, costs, strict=True):
        key = (tie.invoice_id, tie.date)
        sums[key] = sums.get(key, _ZERO) + cost
    of = {(tie.invoice_id, tie.date): tie for tie in ties}
    drafts = {key: _entry(books, of[key], cost) for key, cost in sums.items() if cost}
    write_entries(session, books, list(drafts.values()))
    entries = [drafts[k].id if (k := (tie.invoice_id, tie.date)) in drafts else None for tie in ties]
    session.execute(_BOOKED, {"ids": [tie.id for tie in ties], "costs": costs, "entries": entries})


def _costs(ties: Sequence[Any], unit: Decimal) -> list[Decimal]:
    before: dict[int, Decimal] = {}
    found = []
    for tie in ties:
        start = before.setdefault(tie.move_id, tie.before)
        end = before[tie.move_id] = start + tie.quantity
        went = tie.went or _ZERO
        found.append(share(went, tie.moved, end, unit) - share(went, tie.moved, start, unit))
    return found


def accounts_of(
    session: AnySession, costs: Mapping[int, tuple[Decimal, Decimal]], unit: Decimal
) -> dict[int, dict[str, Decimal]]:
    """Where changes of the cost of moves stand: with what was sold as far as they are invoiced, else shipped.

    `costs` has of each move what it cost and what it costs now.
    """
    found = {}
    for row in session.execute(_INVOICED, {"ids": list(costs)}) if costs else ():
        before, after = costs[row.id]
        sold = share(after, row.moved, row.invoiced, unit) - share(before, row.moved, row.invoiced, unit)
        found[row.id] = {"cost_of_goods_sold": sold, "goods_shipped": after - before - sold}
    return found


def _entry(books: Books, tie: Any, cost: Decimal) -> EntryDraft:
    return EntryDraft(
        journal="general",
        date=tie.date,
        currency=books.currency,
        exchange_rate=Decimal(1),
        narration=tie.number,
        counterpart=Amount(books.account("cost_of_goods_sold"), cost),
        amounts=[Amount(books.account("goods_shipped"), -cost, tie.partner_id)],
    )
