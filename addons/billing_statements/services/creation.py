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
from core import m
from core.db import AnySession, advisory_lock, reserve_ids
from core.i18n import _
from core.records.sequences import next_numbers
from core.security import acts
from core.security.audit import record

RUN = "billing_statements.run"

#: Customers of the cycle, or those named, with what they have that is on no statement, and their last closing
#: balance. Whoever owes, or is owed, is among them, also when he is no longer marked as a customer, or
#: archived.
_CANDIDATES = f"""
    WITH member AS ({MEMBERS}), due AS (
        SELECT id, code, is_customer AND active AS is_customer, statement_when, statement_form,
               coalesce(currency_code, :currency) AS usual, statement_together
          FROM partner WHERE id IN (SELECT stated_id FROM member)
    ), fresh AS (
        SELECT member.stated_id AS partner_id, i.currency_code, count(*) AS documents, sum(i.amount) AS amount
          FROM accounting_open_item i JOIN member USING (partner_id)
         WHERE i.side = 'receivable' AND i.date <= :end AND NOT EXISTS (
               SELECT 1 FROM billing_statement_line l WHERE l.open_item_id = i.id AND l.live)
         GROUP BY 1, 2
    ), last AS (
        SELECT DISTINCT ON (s.partner_id, s.currency_code)
               s.partner_id, s.currency_code, s.closing, s.period_end
          FROM billing_statement s JOIN due ON due.id = s.partner_id
         WHERE s.state <> 'superseded'
         ORDER BY s.partner_id, s.currency_code, s.period_end DESC
    ), stood AS (
        SELECT member.stated_id AS partner_id, i.currency_code, sum(i.amount) AS amount
          FROM member JOIN due ON due.id = member.stated_id AND due.statement_together
          JOIN accounting_open_item i ON i.partner_id = member.partner_id
          JOIN billing_statement_line l ON l.open_item_id = i.id AND l.live
         GROUP BY 1, 2
    )
    SELECT due.id AS partner_id, coalesce(currency_code, due.usual) AS currency_code,
           due.statement_when, due.statement_form, coalesce(fresh.documents, 0) AS documents,
           coalesce(last.closing, 0) AS previous, last.period_end AS last_end,
           CASE WHEN due.statement_together
                THEN coalesce(stood.amount, 0) - coalesce(last.closing, 0) ELSE 0 END AS transferred,
           CASE WHEN due.statement_together THEN coalesce(stood.amount, 0)
                ELSE coalesce(last.closing, 0) END + coalesce(fresh.amount, 0) AS closing,
           last.partner_id IS NOT NULL AS has_previous
      FROM due
      LEFT JOIN (fresh FULL JOIN last USING (partner_id, currency_code)
                 FULL JOIN stood USING (partner_id, currency_code)) ON partner_id = due.id
     WHERE due.is_customer OR fresh.documents > 0 OR last.closing <> 0 OR stood.amount <> 0
     ORDER BY due.code, 2
"""  # noqa: S608  # our own words

_LINES = text("""
    WITH stated AS MATERIALIZED (
        SELECT s.id, s.company_id, p.id AS partner_id, s.partner_id AS head_id, s.currency_code,
               s.period_start, s.period_end
          FROM billing_statement s JOIN partner p ON coalesce(p.statement_partner_id, p.id) = s.partner_id
         WHERE s.id = ANY(:ids)
    )
    INSERT INTO billing_statement_line
           (statement_id, open_item_id, position, kind, document, number, reference, date, due_date, amount,
            branch_id)
    SELECT s.id, i.id, row_number() OVER (PARTITION BY s.id ORDER BY i.date, i.id),
           CASE WHEN i.date >= s.period_start THEN 'movement'
                WHEN s.id = ANY(:following) THEN 'late' ELSE 'brought_forward' END,
           i.document, i.number, i.reference, i.date, i.due_date, i.amount, nullif(i.partner_id, s.head_id)
      FROM stated s
      JOIN accounting_open_item i ON i.partner_id = s.partner_id AND i.date <= s.period_end
       AND i.company_id = s.company_id AND i.currency_code = s.currency_code
     WHERE i.side = 'receivable' AND NOT EXISTS (
           SELECT 1 FROM billing_statement_line l WHERE l.open_item_id = i.id AND l.live)
""")

_TOTALS = text("""
    UPDATE billing_statement s
       SET opening = t.opening, debits = t.debits, credits = t.credits,
           closing = t.opening + s.transferred + t.debits - t.credits,
           not_due = t.opening + s.transferred + t.debits - t.credits
      FROM (SELECT s.id,
                   s.opening
                     + coalesce(sum(l.amount) FILTER (WHERE l.kind = 'brought_forward'), 0) AS opening,
                   coalesce(sum(l.amount) FILTER (
                     WHERE l.kind <> 'brought_forward' AND l.amount > 0), 0) AS debits,
                   coalesce(-sum(l.amount) FILTER (
                     WHERE l.kind <> 'brought_forward' AND l.amount < 0), 0) AS credits
              FROM billing_statement s LEFT JOIN billing_statement_line l ON l.statement_id = s.id
             WHERE s.id = ANY(:ids) GROUP BY s.id) t
     WHERE s.id = t.id
""")

#: What was still open at the period's end, by how long it had been due: the items due before it, less what
#: had been allocated to them; what is open of credits is not yet applied to anything, and has no age. An
#: allocation counts from the day on which both its sides exist. No sum is made item by item: the planner
#: can't guess the size of such a step, and would run it once a document.
_AGEING = text("""
    WITH stated AS (
        SELECT s.id, s.company_id, p.id AS partner_id, s.currency_code, s.period_end
          FROM billing_statement s JOIN partner p ON coalesce(p.statement_partner_id, p.id) = s.partner_id
         WHERE s.id = ANY(:ids)
    ), aged AS (
        SELECT s.id, i.amount < 0 AS is_credit, s.period_end - i.due_date AS days, i.amount AS open
          FROM stated s
          JOIN accounting_open_item i ON i.partner_id = s.partner_id AND i.date <= s.period_end
           AND i.company_id = s.company_id AND i.currency_code = s.currency_code AND i.side = 'receivable'
        UNION ALL
        SELECT s.id, side.is_credit, s.period_end - side.due_date, side.amount
          FROM stated s
          JOIN accounting_allocation a ON a.partner_id = s.partner_id
           AND a.company_id = s.company_id AND a.currency_code = s.currency_code AND a.side = 'receivable'
          JOIN accounting_open_item d ON d.id = a.debit_id
          JOIN accounting_open_item c ON c.id = a.credit_id
         CROSS JOIN LATERAL (VALUES (false, d.due_date, -a.amount), (true, c.due_date, a.amount))
               AS side (is_credit, due_date, amount)
         WHERE greatest(a.date, d.date, c.date) <= s.period_end
    ), sums AS (
        SELECT id, coalesce(sum(open) FILTER (WHERE is_credit), 0) AS credit,
               coalesce(sum(open) FILTER (WHERE NOT is_credit AND days BETWEEN 1 AND 30), 0) AS d30,
               coalesce(sum(open) FILTER (WHERE NOT is_credit AND days BETWEEN 31 AND 60), 0) AS d60,
               coalesce(sum(open) FILTER (WHERE NOT is_credit AND days BETWEEN 61 AND 90), 0) AS d90,
               coalesce(sum(open) FILTER (WHERE NOT is_credit AND days > 90), 0) AS over
          FROM aged GROUP BY id
    )
    UPDATE billing_statement s
       SET not_due = s.closing - d30 - d60 - d90 - over - credit, unapplied = credit,
           due_30 = d30, due_60 = d60, due_90 = d90, due_over = over
      FROM sums WHERE sums.id = s.id
""")

#: Each document that was still open at the period's end, and what of it, for customers who want these.
_OPEN = text("""
    WITH stated AS (
        SELECT s.id, s.company_id, p.id AS partner_id, s.partner_id AS head_id, s.currency_code, s.period_end
          FROM billing_statement s JOIN partner p ON coalesce(p.statement_partner_id, p.id) = s.partner_id
         WHERE s.id = ANY(:ids) AND s.form = 'open_items'
    ), settled AS (
        SELECT s.id, side.item_id, sum(side.amount) AS amount
          FROM stated s
          JOIN accounting_allocation a ON a.partner_id = s.partner_id
           AND a.company_id = s.company_id AND a.currency_code = s.currency_code AND a.side = 'receivable'
          JOIN accounting_open_item d ON d.id = a.debit_id
          JOIN accounting_open_item c ON c.id = a.credit_id
         CROSS JOIN LATERAL (VALUES (d.id, a.amount), (c.id, -a.amount)) AS side (item_id, amount)
         WHERE greatest(a.date, d.date, c.date) <= s.period_end
         GROUP BY 1, 2
    )
    INSERT INTO billing_open_document
           (statement_id, open_item_id, position, document, number, reference, date, due_date, amount,
            residual, branch_id)
    SELECT s.id, i.id, row_number() OVER (PARTITION BY s.id ORDER BY i.due_date, i.date, i.id),
           i.document, i.number, i.reference, i.date, i.due_date, i.amount,
           i.amount - coalesce(settled.amount, 0), nullif(i.partner_id, s.head_id)
      FROM stated s
      JOIN accounting_open_item i ON i.partner_id = s.partner_id AND i.date <= s.period_end
       AND i.company_id = s.company_id AND i.currency_code = s.currency_code AND i.side = 'receivable'
      LEFT JOIN settled ON settled.id = s.id AND settled.item_id = i.id
     WHERE i.amount <> coalesce(settled.amount, 0)
""")


def candidates(
    session: AnySession, company_id: int, cycle: str, period: Period, partners: Sequence[int] | None = None
) -> Sequence[Any]:
    """The customers of the cycle, one row a currency, with what a run would put on their statements."""
    values = values_of(company_id, cycle, period, partners)
    currency = session.get_one(m.Company, company_id).currency_code
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
        session.execute(_LINES, {"ids": ids, "following": following})
        session.execute(_TOTALS, {"ids": ids})
        session.execute(_AGEING, {"ids": ids})
        session.execute(_OPEN, {"ids": ids})
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
