"""Which statements are due today, in all cycles at once.

Problem: customers are stated weekly, half-monthly, monthly, up to days of their own, and nobody should have
to remember which of them is due. Rule: of each cycle that a customer has, the last period that is over is due
for whoever has no statement up to its end and has something to state. A statement begins on the day after the
customer's last one, so that periods that no run has covered are caught up, and said. Example on 2 March: no
run was made for January; February is due, and the statements of customers who were last stated up to 31
December begin on 1 January. A customer is due with one period at a time, the one that ended first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from addons.accounting.periods import Period, last_closed
from addons.billing_statements.errors import StatementError
from addons.billing_statements.services import members
from addons.billing_statements.services.creation import candidates, skip_reason
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _


@dataclass(frozen=True)
class Expected:
    """What preparing a run books for a customer in a currency: so many documents, of so much together."""

    documents: int
    amount: Decimal


@dataclass(frozen=True)
class Candidate:
    """A customer in a currency, and what a statement would come to."""

    partner_id: int
    currency_code: str
    #: The closing balance of the last statement, and its last day.
    previous: Decimal
    last_end: date | None
    documents: int
    closing: Decimal
    #: When the customer is stated, and what branches bring with them.
    statement_when: str = "moved"
    transferred: Decimal = Decimal(0)
    #: What of the closing balance the run books first.
    expected: Decimal = Decimal(0)


@dataclass(frozen=True)
class Due:
    """A cycle whose last period is over: whom it states, and who is left out for which reason."""

    cycle: str
    period: Period
    rows: Sequence[Candidate]
    skipped: Mapping[int, str]
    #: How many more there are of customers who are due with an earlier period too, and stated for that first.
    again: int = 0

    @property
    def since(self) -> date:
        """The first day that is stated; before the period's first where periods are caught up."""
        ends = [row.last_end for row in self.rows if row.last_end is not None]
        return min([self.period.start, *(end + timedelta(days=1) for end in ends)])

    @property
    def count(self) -> int:
        """How many statements it makes."""
        return len(self.rows)

    @property
    def documents(self) -> int:
        """How many documents stand on its statements."""
        return sum(row.documents for row in self.rows)

    @property
    def totals(self) -> dict[str, Decimal]:
        """The closing balances by currency."""
        found: dict[str, Decimal] = {}
        for row in self.rows:
            found[row.currency_code] = found.get(row.currency_code, Decimal(0)) + row.closing
        return found


def due_of(session: AnySession, company_id: int, cycle: str, period: Period) -> Due:
    """Whom a run of this period would state; nothing is written."""
    rows = candidates(session, company_id, cycle, period)
    expected = m.BillingRun.expected(session, sorted({row.partner_id for row in rows}), period)
    found = _with_expected(rows, expected)
    served = [row for row in found if skip_reason(row, period) is None]
    known = {row.partner_id for row in served}
    skipped = {r.partner_id: skip_reason(r, period) or "" for r in found if r.partner_id not in known}
    return Due(cycle, period, served, skipped)


def _with_expected(rows: Sequence[Any], expected: Mapping[tuple[int, str], Expected]) -> list[Candidate]:
    found = {
        (row.partner_id, row.currency_code): Candidate(
            row.partner_id,
            row.currency_code,
            row.previous,
            row.last_end,
            row.documents,
            row.closing,
            row.statement_when,
            row.transferred,
        )
        for row in rows
    }
    for (partner_id, currency), more in expected.items():
        row = found.get((partner_id, currency))
        row = row or Candidate(partner_id, currency, Decimal(0), None, 0, Decimal(0))
        found[partner_id, currency] = replace(
            row,
            documents=row.documents + more.documents,
            closing=row.closing + more.amount,
            expected=more.amount,
        )
    return list(found.values())


def due_today(session: AnySession, company_id: int) -> list[Due]:
    """The cycles of which somebody is due, the period that ended first before the others."""
    periods = {(cycle, _last(cycle, until)) for cycle, until in members.cycles(session, company_id)}
    found: list[Due] = []
    known: set[int] = set()
    for cycle, period in sorted(periods, key=lambda one: (one[1].end, one[0])):
        due = due_of(session, company_id, cycle, period)
        first = [row for row in due.rows if row.partner_id not in known]
        found.append(replace(due, rows=first, again=len(due.rows) - len(first)))
        known.update(row.partner_id for row in first)
    return [one for one in found if one.rows or one.again]


def _last(cycle: str, until: date | None) -> Period:
    """The last period that is over, the last of all where a change has ended the cycle."""
    over = until is not None and until < today()
    return members.cut(cycle, until) if over and until else last_closed(cycle, today())


def start_due(session: AnySession, company_id: int) -> list[tuple[Any, list[int]]]:
    """Start a run of each cycle that is due; again, only what is still missing. Raises StatementError."""
    due = due_today(session, company_id)
    if not due:
        raise StatementError(_("Nothing is due: every customer has a statement up to the last period."))
    return [m.BillingRun.start(session, company_id, one.cycle, one.period) for one in due]
