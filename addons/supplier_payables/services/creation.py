"""State what is owed to all suppliers that are due, set by set.

Problem: 200 suppliers with 30,000 received and returned lines must get statements on which each line stands
exactly once, nothing is lost, and what was disputed or came late is not forgotten. Rule: a statement takes
every done move up to the period's end that is not billed and stands on no statement, at the price that is
agreed by now. It begins on the day after the supplier's last one: days that no run has covered are caught up.
What is dated before that is late, and says so; what an earlier statement left open is carried over, with
what of it is not billed. Example: October has 100 and a return of 30, at 1.00 each → 100.00 − 30.00 =
70.00; of September, a receipt that was booked in October stands on it as late.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text

from addons.accounting.periods import CYCLES, Period, period_with
from addons.supplier_payables.services.errors import PayablesError
from core import m
from core.clock import today
from core.db import AnySession, advisory_lock, reserve_ids
from core.i18n import _
from core.records.sequences import next_numbers
from core.sayings import say
from core.security import acts
from core.security.audit import record

RUN = "supplier_payables.run"

#: Moves of a supplier that are to be stated: a return has the price of what it takes back.
_FRESH = """
    SELECT o.partner_id, v.id AS move_id, w.document_currency_code AS currency_code, v.date,
           o.number AS order_number, t.reference, t.number AS receipt, v.product_id, w.document_price,
           CASE WHEN v.returns_id IS NULL THEN v.quantity - v.billed
                ELSE v.billed - v.quantity END AS quantity
      FROM purchasing_order o
      JOIN purchasing_order_line x ON x.order_id = o.id
      JOIN stock_move v ON v.purchase_line_id = x.id AND v.state = 'done' AND v.billed < v.quantity
      JOIN stock_move w ON w.id = coalesce(v.returns_id, v.id) AND w.document_price IS NOT NULL
      JOIN stock_transfer t ON t.id = v.transfer_id
     WHERE o.company_id = :company AND o.partner_id = ANY(:partners) AND v.date <= :end
       AND NOT EXISTS (SELECT 1 FROM payables_line l WHERE l.move_id = v.id AND NOT l.carried)
"""
_DUE = text("""
    SELECT id, code, name, settlement FROM partner
     WHERE company_id = :company AND is_supplier
       AND CASE WHEN :everyone THEN settlement = 'period' AND settlement_cycle = :cycle
                ELSE id = ANY(:named) END
     ORDER BY code
""")
_SUMS = text(f"""
    WITH fresh AS ({_FRESH})
    SELECT partner_id, currency_code, count(*) AS lines FROM fresh GROUP BY 1, 2 ORDER BY 1, 2
""")  # noqa: S608  # made of constants
_LAST = text("""
    SELECT partner_id, currency_code, max(period_end) AS last FROM payables_statement
     WHERE company_id = :company AND partner_id = ANY(:partners) GROUP BY 1, 2
""")
_LINES = text(f"""
    WITH fresh AS ({_FRESH})
    INSERT INTO payables_line (company_id, statement_id, move_id, position, kind, date, order_number, receipt,
                               product_id, quantity, unit_price, amount)
    SELECT s.company_id, s.id, f.move_id, row_number() OVER (PARTITION BY s.id ORDER BY f.date, f.move_id),
           CASE WHEN EXISTS (SELECT 1 FROM payables_line c WHERE c.move_id = f.move_id) THEN 'carried'
                WHEN f.date < s.period_start THEN 'late' ELSE 'movement' END,
           f.date, f.order_number, coalesce(nullif(f.reference, f.order_number), f.receipt), f.product_id,
           f.quantity, f.document_price, round(f.quantity * f.document_price, c.digits)
      FROM fresh f
      JOIN payables_statement s ON s.partner_id = f.partner_id AND s.currency_code = f.currency_code
       AND s.id = ANY(:ids)
      JOIN currency c ON c.code = s.currency_code
""")  # noqa: S608  # made of constants
#: The receipts of lines, with the price that stands on them.
_RECEIPTS = text("""
    SELECT l.id, coalesce(v.returns_id, v.id) AS receipt, l.unit_price
      FROM payables_line l JOIN stock_move v ON v.id = l.move_id WHERE l.statement_id = ANY(:ids)
""")
_AGREED = text("""
    UPDATE payables_line l SET unit_price = w.price, amount = round(l.quantity * w.price, c.digits)
      FROM unnest(CAST(:lines AS bigint[]), CAST(:prices AS numeric[])) AS w (line, price),
           payables_statement s, currency c
     WHERE l.id = w.line AND s.id = l.statement_id AND c.code = s.currency_code
""")
_TOTALS = text("""
    UPDATE payables_statement s SET total = t.total
      FROM (SELECT statement_id, sum(amount) AS total FROM payables_line
             WHERE statement_id = ANY(:ids) GROUP BY 1) t
     WHERE s.id = t.statement_id
""")


def check_period(cycle: str, period: Period) -> None:
    """Refuse a period that is none of the cycle, or is not over."""
    if cycle not in CYCLES or period_with(cycle, period.end) != period:
        raise PayablesError(_("No period of this cycle ends on %(day)s.", day=period.end))
    if period.end >= today():
        raise PayablesError(
            _("The period is not over before %(day)s: run it from the next day on.", day=period.end)
        )


def start(
    session: AnySession, company_id: int, cycle: str, period: Period, partners: Sequence[int] | None
) -> tuple[Any, list[int]]:
    """Create what the run still lacks; two runs of one company at once wait for each other."""
    acts.require(session, RUN)
    check_period(cycle, period)
    advisory_lock(session, f"supplier_payables {company_id}")
    run = _run_of(session, company_id, cycle, period)
    given = {
        "company": company_id,
        "cycle": cycle,
        "named": list(partners or ()),
        "everyone": partners is None,
    }
    due = session.execute(_DUE, given).all()
    values = {"company": company_id, "partners": [one.id for one in due], "end": period.end}
    last = {(row.partner_id, row.currency_code): row.last for row in session.execute(_LAST, values)}
    rows = session.execute(_SUMS, values).all()
    chosen = [
        row for row in rows if (last.get((row.partner_id, row.currency_code)) or period.start) < period.end
    ]
    ids = _insert(session, run, chosen, last)
    if ids:
        session.execute(_LINES, {**values, "ids": ids})
        take_agreed(session, ids)
        record(session, "create", "payables.statement", ids)
    _note_skips(session, run, due, last)
    return run, ids


def take_agreed(session: AnySession, ids: Sequence[int]) -> list[int]:
    """Let lines of statements have the price that is agreed by now; returns those that had another."""
    rows = session.execute(_RECEIPTS, {"ids": list(ids)}).all()
    agreed = m.StockMove.agreed_prices(session, sorted({row.receipt for row in rows}))
    changed = {row.id: price for row in rows if (price := agreed[row.receipt]) != row.unit_price}
    if changed:
        session.execute(_AGREED, {"lines": list(changed), "prices": list(changed.values())})
    session.execute(_TOTALS, {"ids": list(ids)})
    return list(changed)


def _run_of(session: AnySession, company_id: int, cycle: str, period: Period) -> Any:
    run = m.PayablesRun
    query = select(run).where(run.company_id == company_id, run.cycle == cycle, run.period_end == period.end)
    found = session.scalars(query).one_or_none()
    if found is None:
        found = run(company_id=company_id, cycle=cycle, period_start=period.start, period_end=period.end)
        session.add(found)
        session.flush()
    return found


def _insert(session: AnySession, run: Any, rows: Sequence[Any], last: Any) -> list[int]:
    if not rows:
        return []
    numbers = next_numbers(session, "payables.statement", run.company_id, run.period_end.year, len(rows))
    ids = list(reserve_ids(session, m.PayablesStatement.__table__, len(rows)))
    made = []
    for key, number, row in zip(ids, numbers, rows, strict=True):
        before = last.get((row.partner_id, row.currency_code))
        made.append(
            {
                "id": key,
                "company_id": run.company_id,
                "run_id": run.id,
                "partner_id": row.partner_id,
                "number": number,
                "currency_code": row.currency_code,
                "period_start": before + timedelta(days=1) if before else run.period_start,
                "period_end": run.period_end,
            }
        )
    m.PayablesStatement._bulk(session, made)
    return ids


_SERVED = text("SELECT DISTINCT partner_id FROM payables_statement WHERE run_id = :run")


def _note_skips(session: AnySession, run: Any, due: Sequence[Any], last: Any) -> None:
    """A row with its reason for each supplier that has no statement of this run."""
    served = set(session.scalars(_SERVED, {"run": run.id}))
    ends = {partner: end for (partner, _currency), end in last.items()}
    gone = {"run": run.id, "ids": [one.id for one in due]}
    session.execute(
        text("DELETE FROM payables_run_skip WHERE run_id = :run AND partner_id = ANY(:ids)"), gone
    )
    rows = [
        {
            "company_id": run.company_id,
            "run_id": run.id,
            "partner_id": one.id,
            "reason": _why(run, ends.get(one.id)),
        }
        for one in due
        if one.id not in served
    ]
    m.PayablesRunSkip._bulk(session, rows)


def _why(run: Any, end: Any) -> str:
    if end is not None and end >= run.period_end:
        return say("has a statement up to %(day)s already", day=end)
    return say("nothing received or returned that is not billed or stated")


def redo(session: AnySession, statements: Iterable[Any]) -> list[int]:
    """Throw drafts away and state their suppliers anew, for the same period."""
    acts.require(session, RUN)
    rows = acts.locked(session, m.PayablesStatement, statements)
    refuse_posted(rows)
    made: list[int] = []
    ids = [row.id for row in rows]
    runs = {row.run_id: session.get_one(m.PayablesRun, row.run_id) for row in rows}
    session.execute(text("DELETE FROM payables_statement WHERE id = ANY(:ids)"), {"ids": ids})
    acts.forget(session, m.PayablesStatement, ids)
    for run_id, run in runs.items():
        named = sorted({row.partner_id for row in rows if row.run_id == run_id})
        period = Period(run.period_start, run.period_end)
        made += m.PayablesRun.start(session, run.company_id, run.cycle, period, named)[1]
    return made


def refuse_posted(rows: Iterable[Any]) -> None:
    """A posted statement never changes."""
    posted = [row for row in rows if row.state == "posted"]
    PayablesError.refuse(
        {
            row.id: _("%(number)s is posted: what is wrong is corrected on the next.", number=row.number)
            for row in posted
        }
    )
