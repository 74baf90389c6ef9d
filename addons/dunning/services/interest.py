"""Interest on what is overdue, by item and day.

Problem: an invoice of 1,000.00 was due on 31 March; 400.00 were paid on 20 April, and the rest is open on 30
April. Rule: interest runs on what was open on each day, from the day after it was due up to the day of the
run, that of a payment included: rate × amount × days / 365, summed up and rounded once for each document.
Example, at 9 %: 1,000.00 for 20 days and 600.00 for 10 are 26,000 amount-days → 26,000 × 0.09 / 365 = 6.41.
What an invoice has charged already is left out: interest begins after the day up to which it ran. Fees and
interest that were invoiced bear none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from core.db import AnySession, round_money

DAYS_A_YEAR = 365
#: An allocation counts up to its own day, its taking back from there on: the signs of both do that.
_AMOUNT_DAYS = text("""
    WITH charged AS (
        SELECT l.open_item_id, max(r.date) AS until
          FROM dunning_line l
          JOIN dunning_letter x ON x.id = l.letter_id
          JOIN dunning_run r ON r.id = l.run_id
         WHERE l.open_item_id = ANY(:items) AND x.invoice_id IS NOT NULL AND l.interest > 0
           AND NOT EXISTS (SELECT 1 FROM accounting_invoice b WHERE b.reverses_id = x.invoice_id)
         GROUP BY 1
    ), item AS (
        SELECT o.id, o.currency_code, o.amount - o.allocated AS residual,
               greatest(o.due_date, coalesce(c.until, o.due_date)) AS since,
               EXISTS (SELECT 1 FROM accounting_entry_line e
                         JOIN accounting_invoice i ON i.entry_id = e.entry_id
                         JOIN dunning_letter x ON x.invoice_id = i.id
                        WHERE e.id = o.entry_line_id) AS own
          FROM accounting_open_item o LEFT JOIN charged c ON c.open_item_id = o.id
         WHERE o.id = ANY(:items)
    ), settled AS (
        SELECT i.id, sum(a.amount * (least(a.date, :day) - i.since)) AS amount_days
          FROM item i JOIN accounting_allocation a ON a.debit_id = i.id AND a.date > i.since
         GROUP BY i.id
    )
    SELECT i.id, i.currency_code, i.since,
           CASE WHEN i.own THEN 0
                ELSE i.residual * (:day - i.since) + coalesce(s.amount_days, 0) END AS amount_days
      FROM item i LEFT JOIN settled s ON s.id = i.id
""")


@dataclass(frozen=True)
class Arrears:
    """Since which day interest runs, and on how much: the amounts that were open, day by day, added up."""

    since: date
    amount_days: Decimal
    currency: str

    def interest(self, rate: Decimal) -> Decimal:
        """At so many percent a year."""
        return round_money(self.amount_days * rate / (100 * DAYS_A_YEAR), self.currency)


def arrears(session: AnySession, items: Sequence[int], day: date) -> Mapping[int, Arrears]:
    """What bears interest of each of these open items up to the end of a day."""
    rows = session.execute(_AMOUNT_DAYS, {"items": list(items), "day": day})
    return {row.id: Arrears(row.since, max(row.amount_days, Decimal(0)), row.currency_code) for row in rows}
