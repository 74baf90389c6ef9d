"""Three steps, a hold, a run of a month ago that was sent, and one of today that waits to be reviewed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core import m
from core.clock import today
from core.security.actor import Actor, acting
from core.security.users import LogIn

FINANCE = "finance@demo.example"
STEPS: tuple[dict[str, Any], ...] = (
    {"position": 1, "name": "Reminder", "days": 7, "minimum": Decimal(20), "letter": "reminder"},
    {
        "position": 2,
        "name": "Second reminder",
        "days": 21,
        "minimum": Decimal(20),
        "fee": Decimal(10),
        "interest": True,
        "letter": "second",
    },
    {
        "position": 3,
        "name": "Final demand",
        "days": 35,
        "fee": Decimal(25),
        "interest": True,
        "letter": "final",
    },
)


def load(session: Any, company: Any) -> list[LogIn]:
    """Ask once; whoever logs in as finance does the dunning."""
    run = m.DunningRun
    finance = session.scalars(select(m.User).where(m.User.email == FINANCE)).one_or_none()
    if finance is None or session.scalar(select(run.id).where(run.company_id == company.id).limit(1)):
        return []
    role = select(m.Role).where(m.Role.name == "dunning.clerk")
    finance.roles.append(session.scalars(role).one())
    with acting(session, Actor(finance.id, finance.name, company.id, is_superuser=True)):
        company.arrears_rate = Decimal(8)
        session.add_all(m.DunningStep(company_id=company.id, **values) for values in STEPS)
        session.flush()
        _hold(session, company)
        _run(session, company, 16)
        _run(session, company, 0)
    return []


def _run(session: Any, company: Any, days: int) -> None:
    """One that is released, but for that of today."""
    run = m.DunningRun(company_id=company.id, date=today() - timedelta(days=days))
    m.DunningRun.create(session, [run])
    session.expire_all()
    if days:
        m.DunningRun.release(session, [run])


def _hold(session: Any, company: Any) -> None:
    """Somebody talks to the customer who is late longest."""
    item = m.AccountingOpenItem
    late = (item.company_id == company.id) & (item.side == "receivable") & (item.amount > 0)
    first = session.execute(
        select(item.partner_id)
        .where(late, item.amount != item.allocated, item.due_date < today())
        .order_by(item.due_date, item.id)
        .limit(1)
    ).first()
    if first is not None:
        hold = m.DunningHold(
            company_id=company.id,
            partner_id=first.partner_id,
            until=today() + timedelta(days=20),
            reason="Agreed to pay in three parts",
        )
        session.add(hold)
        session.flush()
