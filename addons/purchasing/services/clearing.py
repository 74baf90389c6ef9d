"""What a bill for goods of orders is debited to, and what is left when goods come after their bill.

Problem: 100 were ordered at 1.00 EUR and received at 1.10 USD a euro: 110.00 USD stand on goods received, not
billed. The bill says 1.05 EUR each, at 1.12. Rule: what was received goes off that account at what it was
received for, 100.00 EUR worth 110.00 USD; the 5.00 EUR that the price is higher go to price differences at
the bill's rate, 5.60 USD; the supplier gets 105.00 EUR, 117.60 USD; the 2.00 USD between are an exchange
difference.

What is billed before it comes is debited at the ordered price and the bill's rate. When it comes, what it is
worth beyond that is an exchange difference, so that nothing stays on the account.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.bills import Debit
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.ledger import Amount, EntryDraft, write_entries
from addons.purchasing.services.pricing import net_price
from addons.stock.services.orders.prices import untaxed
from core import m
from core.db import AnySession, round_to, smallest_unit

_ZERO = Decimal(0)
#: Lines for goods of orders with what they are tied to, in the order's currency and in the books'.
_LINES = text(f"""
    SELECT l.id, l.net, l.quantity, l.early_quantity, b.currency_code, b.exchange_rate, b.company_id,
           b.partner_id, o.currency_code AS ordered_in, {untaxed("x")} AS unit_price, x.discount,
           coalesce(t.value, 0) AS value
      FROM accounting_bill b JOIN accounting_bill_line l ON l.bill_id = b.id
      JOIN purchasing_order_line x ON x.id = l.purchase_line_id JOIN purchasing_order o ON o.id = x.order_id
      JOIN product p ON p.id = x.product_id AND p.kind = 'goods'
      LEFT JOIN LATERAL (SELECT sum(abs(y.value)) AS value FROM purchasing_billed_move y
                          WHERE y.bill_line_id = l.id) t ON true
     WHERE b.id = ANY(:ids) AND b.reverses_id IS NULL ORDER BY l.id
""")  # noqa: S608  # a piece of SQL of our own
#: What lines are tied to: the receipts, also of what went back.
_TIED = text("""
    SELECT y.bill_line_id, coalesce(v.returns_id, v.id) AS move_id, abs(y.quantity) AS quantity
      FROM purchasing_billed_move y JOIN stock_move v ON v.id = y.move_id
     WHERE y.bill_line_id = ANY(:lines)
""")
_EARLY = text("""
    UPDATE accounting_bill_line l SET early_value = w.value
      FROM unnest(CAST(:ids AS bigint[]), CAST(:values AS numeric[])) AS w (id, value) WHERE l.id = w.id
""")
#: Ties with a difference that no entry has.
_DIFFERENCES = text("""
    SELECT b.id AS bill_id, b.company_id, b.partner_id, b.number, greatest(b.date, max(v.date)) AS date,
           sum(y.difference) AS amount, array_agg(y.id) AS ties
      FROM accounting_bill b JOIN accounting_bill_line l ON l.bill_id = b.id
      JOIN purchasing_billed_move y ON y.bill_line_id = l.id AND y.difference <> 0 AND y.entry_id IS NULL
      JOIN stock_move v ON v.id = y.move_id
     WHERE (b.id = ANY(:bills) OR l.id = ANY(:lines)) AND b.state = 'posted' GROUP BY b.id ORDER BY b.id
""")
_BOOKED = text("""
    UPDATE purchasing_billed_move y SET entry_id = w.entry
      FROM unnest(CAST(:ids AS bigint[]), CAST(:entries AS bigint[])) AS w (id, entry) WHERE y.id = w.id
""")


def debits_of(session: AnySession, bills: Sequence[Any]) -> Mapping[int, Sequence[Debit]]:
    """The debits of each line for goods of orders, by its id; notes what is billed before it comes."""
    rows = session.execute(_LINES, {"ids": [bill.id for bill in bills]}).all()
    books = {company_id: books_of(session, company_id) for company_id in {row.company_id for row in rows}}
    amounts = _agreed(session, [row.id for row in rows])
    found, early = {}, {}
    for row in rows:
        of = books[row.company_id]
        unit = smallest_unit(row.currency_code)
        ahead = _ahead(row, unit)
        if ahead:
            early[row.id] = round_to(ahead * row.exchange_rate, smallest_unit(of.currency))
        found[row.id] = list(_debits(of, row, _received(of, row, amounts[row.id], unit), ahead))
    if early:
        session.execute(_EARLY, {"ids": list(early), "values": list(early.values())})
    return found


def _agreed(session: AnySession, lines: Sequence[int]) -> Mapping[int, Decimal]:
    """What is tied to each line at the agreed price, in the order's currency, not rounded."""
    tied = session.execute(_TIED, {"lines": list(lines)}).all()
    prices = m.StockMove.agreed_prices(session, sorted({one.move_id for one in tied}))
    amounts = dict.fromkeys(lines, _ZERO)
    for one in tied:
        amounts[one.bill_line_id] += one.quantity * prices[one.move_id]
    return amounts


def _received(books: Books, row: Any, amount: Decimal, unit: Decimal) -> Decimal:
    """What was received at the agreed price, in the currency of the bill."""
    if row.currency_code == books.currency:
        return Decimal(row.value)
    if row.currency_code == row.ordered_in:
        return round_to(amount, unit)
    return round_to(row.value / row.exchange_rate, unit)


def _ahead(row: Any, unit: Decimal) -> Decimal:
    """What is billed before it comes, at the ordered price; at the bill's own in another currency."""
    if not row.early_quantity:
        return _ZERO
    if row.currency_code == row.ordered_in:
        return round_to(row.early_quantity * net_price(row.unit_price, row.discount), unit)
    return round_to(row.net * row.early_quantity / row.quantity, unit)


def _debits(books: Books, row: Any, received: Decimal, ahead: Decimal) -> Any:
    goods = books.account("goods_received")
    if received or row.value:
        yield Debit(goods, received, row.value, row.partner_id)
    if ahead:
        yield Debit(goods, ahead, None, row.partner_id)
    if row.net != received + ahead or not (received or ahead or row.value):
        yield Debit(books.account("price_difference"), row.net - received - ahead)


def settle_differences(session: AnySession, bills: Sequence[int], lines: Sequence[int] = ()) -> None:
    """Book what goods were worth beyond what bills before them had booked, an entry a bill."""
    rows = session.execute(_DIFFERENCES, {"bills": list(bills), "lines": list(lines)}).all()
    for company_id in sorted({row.company_id for row in rows}):
        books = books_of(session, company_id)
        own = [row for row in rows if row.company_id == company_id]
        drafts = [_entry(books, row) for row in own if row.amount]
        write_entries(session, books, drafts)
        entries = iter(drafts)
        booked = [(tie, next(entries).id) for row in own if row.amount for tie in row.ties]
        session.execute(_BOOKED, {"ids": [i for i, _e in booked], "entries": [e for _i, e in booked]})


def _entry(books: Books, row: Any) -> EntryDraft:
    return EntryDraft(
        journal="general",
        date=row.date,
        currency=books.currency,
        exchange_rate=Decimal(1),
        narration=row.number,
        counterpart=Amount(books.account("goods_received"), row.amount, row.partner_id),
        amounts=[Amount(books.account("exchange_difference"), -row.amount)],
    )
