"""The statement runs of the last closed months: one sent long ago, the latest waiting to be previewed."""

from typing import Any

from sqlalchemy import func, select, update

from addons.accounting.periods import Period, last_closed
from addons.billing_statements.services.creation import create_statements
from addons.billing_statements.services.delivery import reachable
from addons.billing_statements.services.runs import start_rendering
from core import m
from core.clock import today
from core.security.actor import Actor, acting
from core.security.users import LogIn


def load(session: Any, company: Any) -> list[LogIn]:
    """State two months and let the later one be printed; the month after them is the user's to run."""
    if session.scalar(select(m.BillingRun.id).where(m.BillingRun.company_id == company.id).limit(1)):
        return []
    _spread_cycles(session, company)
    latest = last_closed("monthly", today())
    before = last_closed("monthly", latest.start)
    with acting(session, Actor(None, "demo", company.id, is_superuser=True)):
        answered, waiting = (
            _run(session, company, period) for period in (last_closed("monthly", before.start), before)
        )
        _answer(session, answered)
        start_rendering(session, waiting)
    return []


def _run(session: Any, company: Any, period: Period) -> Any:
    of = {"cycle": "monthly", "period_start": period.start, "period_end": period.end}
    run = m.BillingRun(company_id=company.id, **of)
    session.add(run)
    session.flush()
    create_statements(session, run)
    return run


def _answer(session: Any, run: Any) -> None:
    """One customer of each sales rep has found a line wrong, and one all right, of what they were mailed."""
    statement, line = m.BillingStatement, m.BillingStatementLine
    rows = session.execute(
        select(statement, func.min(line.id))
        .join(line, line.statement_id == statement.id)
        .join(m.Partner, m.Partner.id == statement.partner_id)
        .where(statement.run_id == run.id, m.Partner.salesperson_id.is_not(None), line.amount > 0)
        .group_by(statement.id)
        .order_by(statement.number)
    ).all()
    asked: dict[int, list[tuple[Any, int]]] = {}
    for found, line_id in rows:
        asked.setdefault(found.partner.salesperson_id, []).append((found, line_id))
    first_two = [(found, line, n == 0) for two in asked.values() for n, (found, line) in enumerate(two[:2])]
    ids = [found.id for found, _line, _is_wrong in first_two]
    m.BillingStatement.render(session, ids)
    m.BillingStatement.release(session, ids)
    m.BillingStatement.send(session, reachable(session, ids))
    for found, line_id, is_wrong in first_two:
        (answer,) = m.BillingAnswer.ask(session, [found])
        wrong = {line_id: "Price is that of last year"} if is_wrong else {}
        m.BillingAnswer.answer(session, [answer], not wrong, found.partner.name, remarks=wrong)


def _spread_cycles(session: Any, company: Any) -> None:
    """One customer in ten is billed weekly, two half-monthly."""
    for digit, cycle in (("0", "weekly"), ("1", "half_monthly"), ("2", "half_monthly")):
        customers = (m.Partner.company_id == company.id) & m.Partner.code.like(f"C%{digit}")
        session.execute(update(m.Partner).where(customers).values(statement_cycle=cycle))
    _wishes(session, company)


def _wishes(session: Any, company: Any) -> None:
    """Some want open documents listed, or statements only while they owe; two are branches of a third."""
    own = (m.Partner.company_id == company.id) & m.Partner.is_customer
    for digits, wish in (("05", {"statement_form": "open_items"}), ("07", {"statement_when": "open"})):
        session.execute(update(m.Partner).where(own, m.Partner.code.like(f"C%{digits}")).values(wish))
    asked = select(m.Partner.id).where(own, m.Partner.code.like("C0001%")).order_by(m.Partner.code).limit(3)
    group = session.scalars(asked).all()
    together = m.Partner.id.in_(group[1:])
    session.execute(update(m.Partner).where(together).values(statement_partner_id=next(iter(group), None)))
