"""The statement runs of the last closed months: one sent long ago, the latest waiting to be previewed."""

from typing import Any

from sqlalchemy import func, select, update

from addons.accounting.periods import last_closed
from addons.billing_statements.services.creation import create_statements
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
        for period in (last_closed("monthly", before.start), before):
            run = m.BillingRun(
                company_id=company.id, cycle="monthly", period_start=period.start, period_end=period.end
            )
            session.add(run)
            session.flush()
            create_statements(session, run)
        _dispute(session, run)
        start_rendering(session, run)
    return []


def _dispute(session: Any, run: Any) -> None:
    """One customer of each sales rep finds a line wrong, and one all right."""
    statement, line = m.BillingStatement, m.BillingStatementLine
    rows = session.execute(
        select(statement, func.min(line.id))
        .join(line, line.statement_id == statement.id)
        .join(m.Partner, m.Partner.id == statement.partner_id)
        .where(statement.run_id == run.id, m.Partner.salesperson_id.is_not(None), line.amount > 0)
        .group_by(statement.id)
        .order_by(statement.number)
    ).all()
    answers: dict[int, int] = {}
    for found, line_id in rows:
        seller = found.partner.salesperson_id
        answers[seller] = answers.get(seller, 0) + 1
        if answers[seller] > 2:
            continue
        (answer,) = m.BillingAnswer.ask(session, [found])
        wrong = {line_id: "Price is that of last year"} if answers[seller] == 1 else {}
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
