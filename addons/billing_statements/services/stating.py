"""Put documents on new statements, and say what they sum up to and what is overdue.

Problem: statistics of tables are minutes old, and a run adds a million rows in one. A plan that was made for
two hundred statements looks through all of them for each line, when its key is checked too: of 240 ms for
7,400 lines that took 130, and it grows with the square of the statements. Rule: within `by_indexes` rows are
found by indexes, whatever the statistics say, and each statement is written once.

What was open at the end of the period is what is open by now, and what has been settled since; so the years
that are settled are not read again. A settlement counts from the day on which it and both its sides exist.
Example: of an invoice of 100.00 from January 60.00 were paid on 3 March and 40.00 on 5 February; at the end
of February 0.00 + 60.00 was open.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import text

from core.db import AnySession

#: The new statements, each with the partners whose documents stand on it, and whether it follows on another.
_STATED = """
    stated AS MATERIALIZED (
        SELECT s.id, s.company_id, s.partner_id AS head_id, s.currency_code, s.period_start, s.period_end,
               s.form, s.id = ANY(:following) AS follows, array_agg(p.id) AS members
          FROM billing_statement s JOIN partner p ON coalesce(p.statement_partner_id, p.id) = s.partner_id
         WHERE s.id = ANY(:ids) GROUP BY s.id
    )
"""


def _of_members(table: str, when: str) -> str:
    """The rows of a table that belong to a statement `s`, of those for which `when` holds.

    OFFSET lets them be found by the partner alone: with statistics of before the month any other index looks
    as good, and reads what all customers have for each of them.
    """
    return f"""
        SELECT r.* FROM (SELECT * FROM {table} WHERE partner_id = ANY(s.members) AND {when} OFFSET 0) r
         WHERE r.company_id = s.company_id AND r.currency_code = s.currency_code AND r.side = 'receivable'
    """  # noqa: S608  # our own words


_UP_TO_END = _of_members("accounting_open_item", "date <= s.period_end")
_STILL_OPEN = _of_members("accounting_open_item", "date <= s.period_end AND allocated <> amount")
_AFTER_END = _of_members("accounting_open_item", "date > s.period_end")
_SETTLED_AFTER_END = _of_members("accounting_allocation", "date > s.period_end")
#: Settlements that did not count by the end yet: of a later day, or of a later document. Both their sides.
_SINCE = f"""
    later AS (
        SELECT s.id, a.id AS allocation_id
          FROM stated s CROSS JOIN LATERAL ({_SETTLED_AFTER_END}) a
        UNION
        SELECT s.id, a.id
          FROM stated s CROSS JOIN LATERAL ({_AFTER_END}) i
          JOIN accounting_allocation a ON i.id IN (a.debit_id, a.credit_id)
    ), since AS (
        SELECT later.id, side.item_id, side.amount
          FROM later JOIN accounting_allocation a ON a.id = later.allocation_id
         CROSS JOIN LATERAL (VALUES (a.debit_id, a.amount), (a.credit_id, -a.amount))
               AS side (item_id, amount)
    )
"""  # noqa: S608  # our own words

_LINES = text(f"""
    WITH {_STATED}, added AS (
        INSERT INTO billing_statement_line
               (statement_id, open_item_id, position, kind, document, number, reference, date, due_date,
                amount, branch_id)
        SELECT s.id, i.id, i.position,
               CASE WHEN i.date >= s.period_start THEN 'movement'
                    WHEN s.follows THEN 'late' ELSE 'brought_forward' END,
               i.document, i.number, i.reference, i.date, i.due_date, i.amount,
               nullif(i.partner_id, s.head_id)
          FROM stated s CROSS JOIN LATERAL (
               SELECT i.*, row_number() OVER (ORDER BY i.date, i.id) AS position
                 FROM ({_UP_TO_END}) i
                WHERE NOT EXISTS (SELECT 1 FROM billing_statement_line l
                                   WHERE l.open_item_id = i.id AND l.live OFFSET 0)) i
        RETURNING statement_id, kind, amount
    ), totals AS (
        SELECT statement_id AS id,
               coalesce(sum(amount) FILTER (WHERE kind = 'brought_forward'), 0) AS brought,
               coalesce(sum(amount) FILTER (WHERE kind <> 'brought_forward' AND amount > 0), 0) AS debits,
               coalesce(-sum(amount) FILTER (WHERE kind <> 'brought_forward' AND amount < 0), 0) AS credits
          FROM added GROUP BY statement_id
    ), {_SINCE}, open AS (
        SELECT s.id, i.amount < 0 AS is_credit, s.period_end - i.due_date AS days,
               i.amount - i.allocated AS amount
          FROM stated s CROSS JOIN LATERAL ({_STILL_OPEN}) i
        UNION ALL
        SELECT s.id, i.amount < 0, s.period_end - i.due_date, since.amount
          FROM since JOIN stated s USING (id)
          JOIN accounting_open_item i ON i.id = since.item_id AND i.date <= s.period_end
    ), aged AS (
        SELECT id, coalesce(sum(amount) FILTER (WHERE is_credit), 0) AS credit,
               coalesce(sum(amount) FILTER (WHERE NOT is_credit AND days BETWEEN 1 AND 30), 0) AS d30,
               coalesce(sum(amount) FILTER (WHERE NOT is_credit AND days BETWEEN 31 AND 60), 0) AS d60,
               coalesce(sum(amount) FILTER (WHERE NOT is_credit AND days BETWEEN 61 AND 90), 0) AS d90,
               coalesce(sum(amount) FILTER (WHERE NOT is_credit AND days > 90), 0) AS over
          FROM open GROUP BY id
    ), summed AS (
        SELECT stated.id, coalesce(brought, 0) AS brought, coalesce(debits, 0) AS debits,
               coalesce(credits, 0) AS credits, coalesce(credit, 0) AS credit, coalesce(d30, 0) AS d30,
               coalesce(d60, 0) AS d60, coalesce(d90, 0) AS d90, coalesce(over, 0) AS over
          FROM stated LEFT JOIN totals USING (id) LEFT JOIN aged USING (id)
    )
    UPDATE billing_statement s
       SET opening = s.opening + t.brought, debits = t.debits, credits = t.credits,
           closing = s.closing + t.brought + t.debits - t.credits,
           not_due = s.closing + t.brought + t.debits - t.credits - d30 - d60 - d90 - over - credit,
           due_30 = d30, due_60 = d60, due_90 = d90, due_over = over, unapplied = credit
      FROM summed t WHERE t.id = s.id
""")  # noqa: S608  # our own words

#: Each document that was still open at the period's end, and what of it, for customers who want these.
_OPEN = text(f"""
    WITH {_STATED}, {_SINCE}, settled AS (
        SELECT id, item_id, sum(amount) AS amount FROM since GROUP BY 1, 2
    )
    INSERT INTO billing_open_document
           (statement_id, open_item_id, position, document, number, reference, date, due_date, amount,
            residual, branch_id)
    SELECT s.id, i.id, row_number() OVER (PARTITION BY s.id ORDER BY i.due_date, i.date, i.id),
           i.document, i.number, i.reference, i.date, i.due_date, i.amount,
           i.amount - i.allocated + coalesce(settled.amount, 0), nullif(i.partner_id, s.head_id)
      FROM stated s CROSS JOIN LATERAL ({_UP_TO_END}) i
      LEFT JOIN settled ON settled.id = s.id AND settled.item_id = i.id
     WHERE s.form = 'open_items' AND i.amount - i.allocated + coalesce(settled.amount, 0) <> 0
""")  # noqa: S608  # our own words


_SET = text("SELECT set_config('enable_seqscan', :seqscan, true), set_config('jit', :jit, true)")


def put_documents(session: AnySession, ids: Sequence[int], following: Sequence[int]) -> None:
    """Write the lines of new statements, their totals and ageing, and what is open, for whom that is listed.

    `following` are those of customers who had one before.
    """
    values = {"ids": list(ids), "following": list(following)}
    with by_indexes(session):
        session.execute(_LINES, values)
        session.execute(_OPEN, values)


@contextmanager
def by_indexes(session: AnySession) -> Iterator[None]:
    """Let all plans of this time, those of keys too, use indexes; an error ends it with the transaction.

    A plan that can't is said to cost so much that its compilation would pay: that takes seconds, and doesn't.
    """
    session.execute(_SET, {"seqscan": "off", "jit": "off"})
    yield
    session.execute(_SET, {"seqscan": None, "jit": None})  # as they were
