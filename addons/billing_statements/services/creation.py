"""Create the statements of all customers that are due, set by set.

Problem: 1,000 customers with 50,000 documents must get statements on which each document stands exactly
once, nothing is lost, and the closing balance of one is the opening balance of the next, whatever is
posted late. Rule: a statement begins on the day after the customer's last one, and takes every document
up to the period's end that stands on no living statement. What lies before the period is brought forward
on a customer's first statement, and is shown as a late entry on any later one. Example: January closed
with 100.00; in February an invoice of 20.00 dated 31 January and one of 50.00 dated 3 February are
posted: opening 100.00, late entry 20.00, movement 50.00, closing 170.00.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import text

from addons.accounting.periods import Period
from addons.billing_statements.services.members import MEMBERS, values_of
from addons.billing_statements.services.stating import by_indexes, put_documents
from core import m
from core.db import AnySession, advisory_lock, reserve_ids
from core.i18n import _
from core.records.sequences import next_numbers
from core.security import acts
from core.security.audit import record

RUN = "billing_statements.run"

#: Customers of the cycle, or those named, with what they have that is on no statement, and their last closing
#: balance. Whoever owes, or is owed, is among them, also when he is no longer marked as a customer, or
#: archived. Each is looked up by itself: joined as sets, they are all read again for each of them as long as
#: the statistics of the tables are older than the documents of the month.
_CANDIDATES = f"""
    WITH member AS ({MEMBERS}), due AS (
        SELECT h.id, h.code, h.is_customer AND h.active AS is_customer, h.statement_when, h.statement_form,
               coalesce(h.currency_code, :currency) AS usual, h.statement_together, member.ids AS members
          FROM (SELECT stated_id, array_agg(partner_id) AS ids FROM member GROUP BY 1) member
          JOIN partner h ON h.id = member.stated_id
    )
    SELECT due.id AS partner_id, coalesce(found.currency_code, due.usual) AS currency_code,
           due.statement_when, due.statement_form, coalesce(found.documents, 0) AS documents,
           coalesce(found.closing, 0) AS previous, found.period_end AS last_end,
           CASE WHEN due.statement_together
                THEN coalesce(found.stood, 0) - coalesce(found.closing, 0) ELSE 0 END AS transferred,
           CASE WHEN due.statement_together THEN coalesce(found.stood, 0)
                ELSE coalesce(found.closing, 0) END + coalesce(found.fresh, 0) AS closing,
           found.closing IS NOT NULL AS has_previous
      FROM due LEFT JOIN LATERAL (
           SELECT * FROM (
               SELECT i.currency_code, count(*) FILTER (WHERE NOT i.stands) AS documents,
                      sum(i.amount) FILTER (WHERE NOT i.stands) AS fresh,
                      sum(i.amount) FILTER (WHERE i.stands AND due.statement_together) AS stood
                 FROM (SELECT i.currency_code, i.amount, i.date, EXISTS (
                              SELECT 1 FROM billing_statement_line l
                               WHERE l.open_item_id = i.id AND l.live OFFSET 0) AS stands
                         FROM accounting_open_item i
                        WHERE i.partner_id = ANY(due.members) AND i.side = 'receivable' OFFSET 0) i
                WHERE i.date <= :end OR i.stands
                GROUP BY 1 HAVING bool_or(NOT i.stands OR due.statement_together)
           ) item FULL JOIN (
               SELECT DISTINCT ON (s.currency_code) s.currency_code, s.closing, s.period_end
                 FROM billing_statement s WHERE s.partner_id = due.id AND s.state <> 'superseded'
                ORDER BY s.currency_code, s.period_end DESC
           ) last USING (currency_code)
      ) found ON true
     WHERE due.is_customer OR found.documents > 0 OR found.closing <> 0 OR found.stood <> 0
     ORDER BY due.code, 2
"""  # noqa: S608  # our own words


def candidates(
    session: AnySession, company_id: int, cycle: str, period: Period, partners: Sequence[int] | None = None
) -> Sequence[Any]:
    """The customers of the cycle, one row a currency, with what a run would put on their statements."""
    values = values_of(company_id, cycle, period, partners)
    currency = session.get_one(m.Company, company_id).currency_code
    with by_indexes(session):
        return session.execute(text(_CANDIDATES), {**values, "currency": currency}).all()


def skip_reason(row: Any, period: Period) -> str | None:
    """Why a candidate gets no statement; None when it gets one."""
    if row.last_end is not None and row.last_end >= period.end:
        return _("has a statement up to %(day)s already", day=row.last_end)
    if row.statement_when == "open" and row.closing == 0:
        return _("nothing is open, and this customer is stated only then")
    if row.statement_when != "always" and not (row.documents or row.previous or row.transferred):
        return _("no movement and nothing open")
    return None


def create_statements(
    session: AnySession,
    run: Any,
    partners: Sequence[int] | None = None,
    refused: Mapping[int, str] = MappingProxyType({}),
) -> list[int]:
    """Create what the run still lacks, of all customers of its cycle or of those named; returns the ids.

    Two runs of one company at once wait for each other.
    """
    acts.require(session, RUN)
    advisory_lock(session, f"billing_statements {run.company_id}")
    period = Period(run.period_start, run.period_end)
    rows = candidates(session, run.company_id, run.cycle, period, partners)
    due = [row for row in rows if skip_reason(row, period) is None and row.partner_id not in refused]
    _note_skips(session, run, period, rows, {row.partner_id for row in due}, refused)
    ids = _insert(session, run, due)
    if ids:
        following = [i for i, row in zip(ids, due, strict=True) if row.has_previous]
        put_documents(session, ids, following)
        record(session, "create", "billing.statement", ids)
    return ids


def _insert(session: AnySession, run: Any, due: Sequence[Any]) -> list[int]:
    if not due:
        return []
    numbers = next_numbers(session, "billing.statement", run.company_id, run.period_end.year, len(due))
    ids = list(reserve_ids(session, m.BillingStatement.__table__, len(due)))
    issued = datetime.now(UTC).replace(microsecond=0)
    rows = (
        {
            "id": statement_id,
            "company_id": run.company_id,
            "run_id": run.id,
            "partner_id": row.partner_id,
            "number": number,
            "currency_code": row.currency_code,
            "period_start": run.period_start if row.last_end is None else row.last_end + timedelta(days=1),
            "period_end": run.period_end,
            "form": row.statement_form,
            "opening": row.previous,
            "transferred": row.transferred,
            "closing": row.previous + row.transferred,
            "not_due": row.previous + row.transferred,
            "issued_at": issued,
        }
        for statement_id, number, row in zip(ids, numbers, due, strict=True)
    )
    m.BillingStatement._bulk(session, rows)
    return ids


def _note_skips(
    session: AnySession,
    run: Any,
    period: Period,
    rows: Sequence[Any],
    served: set[int],
    refused: Mapping[int, str],
) -> None:
    """A row for each customer without any statement of the run."""
    session.execute(text("DELETE FROM billing_run_skip WHERE run_id = :run"), {"run": run.id})
    has_one = set(
        session.scalars(
            text("SELECT partner_id FROM billing_statement WHERE run_id = :run AND state <> 'superseded'"),
            {"run": run.id},
        )
    )
    reasons = {partner: why for partner, why in refused.items() if partner not in has_one}
    for row in rows:
        if row.partner_id not in served | has_one:
            reasons.setdefault(row.partner_id, skip_reason(row, period) or "")
    skips = [{"run_id": run.id, "partner_id": p, "reason": reason} for p, reason in reasons.items()]
    m.BillingRunSkip._bulk(session, skips)
