"""What is open on one side at the end of any day, by partner and by how long it is overdue.

Problem: a list of today's open items says nothing of the last day of a year, and its sum in the books must
be the balance of the account to the cent. Rule: of each item that was there on the day, take off what had
been settled by then; in the books each settlement takes the share of the item's value that it took when it
was made, so that the sum is the account's. Example: a bill of 100.00, due on 31 January, of which 40.00
were paid on 10 March: on 28 February 100.00 are open, 28 days overdue; on 31 March 60.00, 59 days. Money
that settles nothing yet stands apart, and lowers the total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import books_of
from core.db import AnySession, decimals_of

#: Days overdue, from and to; None is without end.
AGES: Sequence[tuple[int | None, int | None]] = ((None, 0), (1, 30), (31, 60), (61, 90), (91, None))

#: Amounts are positive where they are owed: by customers on the one side, by us on the other.
OPEN = """
    WITH item AS (
        SELECT o.* FROM accounting_open_item o
         WHERE o.company_id = :company AND o.side = :side AND o.date <= :day
           AND (CAST(:partner AS bigint) IS NULL OR o.partner_id = :partner)
           AND (o.allocated <> o.amount OR o.id IN (
                SELECT unnest(ARRAY[debit_id, credit_id]) FROM accounting_allocation
                 WHERE company_id = :company AND date > :day))
    ), taken AS (
        SELECT i.id AS item_id, a.id, a.date, a.amount, i.company_amount, i.amount AS whole
          FROM item i JOIN accounting_allocation a ON a.debit_id = i.id
         UNION ALL
        SELECT i.id, a.id, a.date, -a.amount, i.company_amount, i.amount
          FROM item i JOIN accounting_allocation a ON a.credit_id = i.id
    ), part AS (
        SELECT t.*, sum(amount) OVER (PARTITION BY item_id ORDER BY id) AS reached FROM taken t
    ), settled AS (
        SELECT item_id, sum(amount) AS amount,
               sum(round(company_amount * reached / whole, :digits)
                   - round(company_amount * (reached - amount) / whole, :digits)) AS value
          FROM part WHERE date <= :day GROUP BY item_id
    ), open AS (
        SELECT i.id, i.number, i.reference, i.document, i.date, i.due_date, i.partner_id, i.currency_code,
               :sign * i.amount AS amount,
               :sign * (i.amount - coalesce(s.amount, 0)) AS residual,
               :sign * (i.company_amount - coalesce(s.value, 0)) AS value,
               :day - i.due_date AS late
          FROM item i LEFT JOIN settled s ON s.item_id = i.id
    )
"""
_BY_PARTNER = text(f"""{OPEN}
    SELECT p.id AS partner_id, p.code, p.name, o.currency_code,
           sum(residual) FILTER (WHERE amount > 0 AND late <= 0) AS not_due,
           sum(residual) FILTER (WHERE amount > 0 AND late BETWEEN 1 AND 30) AS due_30,
           sum(residual) FILTER (WHERE amount > 0 AND late BETWEEN 31 AND 60) AS due_60,
           sum(residual) FILTER (WHERE amount > 0 AND late BETWEEN 61 AND 90) AS due_90,
           sum(residual) FILTER (WHERE amount > 0 AND late > 90) AS due_over,
           sum(residual) FILTER (WHERE amount < 0) AS unapplied,
           sum(residual) AS total, sum(value) AS value
      FROM open o JOIN partner p ON p.id = o.partner_id
     WHERE residual <> 0 OR value <> 0
     GROUP BY p.id, o.currency_code ORDER BY o.currency_code, total DESC, p.code
""")  # noqa: S608  # nothing but our own text
_OF_PARTNER = text(f"""{OPEN}
    SELECT * FROM open WHERE residual <> 0 ORDER BY currency_code, due_date, id
""")  # noqa: S608  # nothing but our own text
_BALANCE = text("""
    SELECT coalesce(sum(l.debit - l.credit), 0)
      FROM accounting_entry_line l JOIN accounting_entry e ON e.id = l.entry_id
     WHERE l.account_id = :account AND e.state = 'posted' AND e.date <= :day
""")

#: The columns of an aged row, as `AGES` has them, and what settles nothing yet.
BUCKETS = ("not_due", "due_30", "due_60", "due_90", "due_over", "unapplied")


@dataclass(frozen=True)
class Aged:
    """What was open of a partner in one currency, by age; `value` is its total in the books' currency."""

    partner_id: int
    code: str
    name: str
    currency: str
    amounts: Sequence[Decimal]
    total: Decimal
    value: Decimal


def aged(session: AnySession, company_id: int, side: str, day: date) -> list[Aged]:
    """The partners with something open on a side at the end of the day, by currency, the largest first.

    For whoever sees the ledger: no record rule narrows it.
    """
    rows = session.execute(_BY_PARTNER, _values(session, company_id, side, day))
    return [Aged(r.partner_id, r.code, r.name, r.currency_code, _amounts(r), r.total, r.value) for r in rows]


def documents(session: AnySession, company_id: int, side: str, day: date, partner_id: int) -> Sequence[Any]:
    """The items of one partner that were open at the end of the day, due earliest first."""
    return session.execute(_OF_PARTNER, _values(session, company_id, side, day, partner_id)).all()


def balance(session: AnySession, company_id: int, side: str, day: date) -> Decimal:
    """What the account of a side says at the end of the day, positive where it is owed as usual."""
    books = books_of(session, company_id)
    found: Decimal = session.execute(_BALANCE, {"account": books.account(side), "day": day}).scalar_one()
    return _sign(side) * found


def sums(rows: Sequence[Aged]) -> Mapping[str, tuple[list[Decimal], Decimal]]:
    """By currency the sum of each bucket, and of all."""
    found: dict[str, tuple[list[Decimal], Decimal]] = {}
    for row in rows:
        amounts, total = found.get(row.currency, ([Decimal(0)] * len(BUCKETS), Decimal(0)))
        found[row.currency] = ([a + b for a, b in zip(amounts, row.amounts, strict=True)], total + row.total)
    return found


def _amounts(row: Any) -> list[Decimal]:
    return [getattr(row, name) or Decimal(0) for name in BUCKETS]


def _values(
    session: AnySession, company_id: int, side: str, day: date, partner_id: int | None = None
) -> dict[str, Any]:
    digits = decimals_of(books_of(session, company_id).currency)
    return {
        "company": company_id,
        "side": side,
        "day": day,
        "partner": partner_id,
        "digits": digits,
        "sign": _sign(side),
    }


def _sign(side: str) -> int:
    return -1 if side == "payable" else 1
