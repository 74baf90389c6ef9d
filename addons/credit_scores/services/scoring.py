"""How well a customer pays, as a number from 0 to 100 that can be checked by hand.

Problem: whoever agrees on terms with a customer wants to know how it pays, and a number that nobody can
explain is believed or not. Rule: 100 points, less one for each day that payments of the last year came late
on average, weighted by amount (at most 40); less 40 times the share of what is open now that is overdue; less
4 for each disputed line that is open (at most 20). Who has bought for less than a year is drawn to the
middle: 50 points and so many twelfths of the rest as there are months. Example: paid 15.0 days late on
average, 25 % overdue, one dispute, eight months → 100 − 15 − 10 − 4 = 71; 50 + 21 × 8 / 12 = 64.

Suggested are terms by the score, and a limit: what is sold in a month on average, for the months of the terms
and one more, times the score. Example: 10,000 a month, 64 points → net 30, 2 months × 10,000 × 0.64 = 12,800.
Nothing is set by that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select, text

from core import m
from core.db import AnySession
from core.i18n import _, format_number
from core.security.actor import actor_of

LATE, OVERDUE, DISPUTES = 40, 40, 20
A_DISPUTE, MIDDLE, YEAR = 4, 50, 12
#: From so many points on, so many days; 0 is payment in advance.
TERMS = ((80, 60), (60, 30), (40, 14), (0, 0))
#: Limits are round: to so much.
ROUND = Decimal(100)
_ZERO, _ONE = Decimal(0), Decimal(1)

_BEHAVIOUR = text("""
    WITH paid AS (
        SELECT i.partner_id, sum(a.amount * i.exchange_rate) AS amount,
               sum(a.amount * i.exchange_rate * greatest(a.date - i.due_date, 0)) AS late
          FROM accounting_allocation a
          JOIN accounting_open_item i ON i.id = a.debit_id AND i.document = 'invoice'
          JOIN accounting_open_item c ON c.id = a.credit_id AND c.document = 'payment'
         WHERE i.partner_id = ANY(:partners) AND a.side = 'receivable' AND a.reverses_id IS NULL
           AND a.date > CAST(:day AS date) - 365 AND a.date <= :day
           AND NOT EXISTS (SELECT 1 FROM accounting_allocation b WHERE b.reverses_id = a.id)
         GROUP BY 1
    ), owed AS (
        SELECT partner_id, sum((amount - allocated) * exchange_rate) AS amount,
               sum((amount - allocated) * exchange_rate) FILTER (WHERE due_date < :day) AS overdue
          FROM accounting_open_item
         WHERE partner_id = ANY(:partners) AND side = 'receivable' AND amount > 0 AND allocated <> amount
         GROUP BY 1
    ), sold AS (
        SELECT partner_id, min(date) AS first,
               sum(CASE WHEN kind = 'credit_note' THEN -total ELSE total END * exchange_rate)
                   FILTER (WHERE date > CAST(:day AS date) - 365) AS amount
          FROM accounting_invoice
         WHERE partner_id = ANY(:partners) AND state = 'posted' AND date <= :day GROUP BY 1
    ), disputed AS (
        SELECT partner_id, count(*) AS lines FROM billing_dispute
         WHERE partner_id = ANY(:partners) AND state = 'open' GROUP BY 1
    )
    SELECT s.partner_id, s.first, coalesce(s.amount, 0) AS sold, coalesce(p.amount, 0) AS paid,
           coalesce(p.late, 0) AS late, coalesce(o.amount, 0) AS owed, coalesce(o.overdue, 0) AS overdue,
           coalesce(d.lines, 0) AS disputes
      FROM sold s
      LEFT JOIN paid p ON p.partner_id = s.partner_id
      LEFT JOIN owed o ON o.partner_id = s.partner_id
      LEFT JOIN disputed d ON d.partner_id = s.partner_id
""")


@dataclass(frozen=True)
class Behaviour:
    """What is known of how a customer pays; amounts in the currency of the books."""

    partner_id: int
    #: On average, weighted by amount; 0 where nothing was paid.
    days_late: Decimal
    #: Of what is open, from 0 to 1.
    overdue_share: Decimal
    #: Since the first invoice; whole ones.
    months: int
    #: Open lines.
    disputes: int
    #: What is sold in a month.
    monthly: Decimal

    @property
    def late_points(self) -> Decimal:
        """What late payments cost."""
        return min(self.days_late, Decimal(LATE))

    @property
    def overdue_points(self) -> Decimal:
        """What is overdue now costs so much."""
        return OVERDUE * self.overdue_share

    @property
    def dispute_points(self) -> Decimal:
        """What open disputes cost."""
        return Decimal(min(A_DISPUTE * self.disputes, DISPUTES))

    @property
    def raw(self) -> Decimal:
        """The points of whoever has bought for a year."""
        return 100 - self.late_points - self.overdue_points - self.dispute_points

    @property
    def score(self) -> int:
        """The points, drawn to the middle where the history is short."""
        known = Decimal(min(self.months, YEAR)) / YEAR
        return int((MIDDLE + (self.raw - MIDDLE) * known).quantize(_ONE, ROUND_HALF_UP))

    @property
    def term(self) -> int:
        """How many days to pay are suggested; 0 for payment in advance."""
        return next(days for points, days in TERMS if self.score >= points)

    @property
    def limit(self) -> Decimal:
        """What may be open at the most, as it is suggested."""
        if not self.term:
            return _ZERO
        whole = self.monthly * (Decimal(self.term) / 30 + 1) * self.score / 100
        return max((whole / ROUND).quantize(_ONE, ROUND_DOWN) * ROUND, _ZERO)

    @property
    def reasons(self) -> Sequence[tuple[str, Decimal]]:
        """What it is made of, in words, each with its points."""
        share = format_number((100 * self.overdue_share).quantize(_ONE, ROUND_HALF_UP))
        late = _("Paid %(days)s days late on average, by amount", days=_short(self.days_late))
        known = _("Known for %(months)s months of twelve", months=self.months)
        if self.months >= YEAR:
            known = _("Rounded to whole points")
        return [
            (_("Whoever pays in time"), Decimal(100)),
            (late, -self.late_points),
            (_("%(share)s %% of what is open is overdue", share=share), -self.overdue_points),
            (_("Disputed lines: %(count)s", count=self.disputes), -self.dispute_points),
            (known, self.score - self.raw),
        ]


def _short(days: Decimal) -> str:
    return format_number(days.quantize(Decimal("0.1"), ROUND_HALF_UP))


def behaviour(session: AnySession, partners: Sequence[int], day: date) -> dict[int, Behaviour]:
    """Of these customers, which the caller may see; who was never invoiced is left out."""
    rows = session.execute(_BEHAVIOUR, {"partners": list(partners), "day": day})
    return {row.partner_id: _of(row, day) for row in rows}


def _of(row: Any, day: date) -> Behaviour:
    months = (day.year - row.first.year) * 12 + day.month - row.first.month - (day.day < row.first.day)
    return Behaviour(
        partner_id=row.partner_id,
        days_late=row.late / row.paid if row.paid else _ZERO,
        overdue_share=row.overdue / row.owed if row.owed else _ZERO,
        months=months,
        disputes=row.disputes,
        monthly=row.sold / max(1, min(months, YEAR)),
    )


def visible(session: AnySession) -> dict[int, Any]:
    """The customers that the user sees, by their ids."""
    partner = m.Partner
    own = (partner.company_id == actor_of(session).company_id) & partner.is_customer
    return {one.id: one for one in session.scalars(select(partner).where(own))}
