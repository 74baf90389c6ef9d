"""Bank accounts of three suppliers, a run that was paid, and one that waits for a second person."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, text

from core import m
from core.clock import today
from core.security.actor import Actor, acting
from core.security.users import LogIn

#: Valid by their check digits; of the German Bundesbank's own examples and the like.
OWN, THEIRS = (
    "DE02120300000000202051",
    (
        "DE89370400440532013000",
        "FR1420041010050500013M02606",
        "NL91ABNA0417164300",
    ),
)
FINANCE, ADMIN = "finance@demo.example", "admin@demo.example"
#: The suppliers, currency and what is due of those to whom most documents are owed.
_OWED = text("""
    SELECT o.currency_code, array_agg(DISTINCT o.partner_id) AS partners FROM accounting_open_item o
     WHERE o.company_id = :company AND o.side = 'payable' AND o.allocated <> o.amount AND o.amount < 0
     GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
""")


def load(session: Any, company: Any) -> list[LogIn]:
    """Pay once; whoever logs in as finance prepares runs, and an administrator approves them."""
    run = m.PaymentRun
    if session.scalar(select(run.id).where(run.company_id == company.id).limit(1)):
        return []
    finance, admin = (
        session.scalars(select(m.User).where(m.User.email == email)).one_or_none()
        for email in (FINANCE, ADMIN)
    )
    owed = session.execute(_OWED, {"company": company.id}).one_or_none()
    if finance is None or admin is None or owed is None:
        return []
    role = select(m.Role).where(m.Role.name == "supplier_payments.clerk")
    finance.roles.append(session.scalars(role).one())
    clerk, boss = (Actor(one.id, "demo", company.id, is_superuser=True) for one in (finance, admin))
    with acting(session, clerk):
        accounts = _accounts(session, company, owed.partners[:3])
    with acting(session, boss):
        m.PaymentBankAccount.confirm(session, accounts[:3])
    _pay(session, company, owed.currency_code, accounts[0], clerk, boss)
    return []


def _accounts(session: Any, company: Any, partners: list[int]) -> list[Any]:
    """Ours, and theirs: the last one waits to be confirmed."""
    known = {one.id: one for one in session.scalars(select(m.Partner).where(m.Partner.id.in_(partners)))}
    made = [m.PaymentBankAccount(company_id=company.id, holder=company.name, iban=OWN)]
    made += [
        m.PaymentBankAccount(company_id=company.id, partner_id=key, holder=known[key].name, iban=iban)
        for key, iban in zip(partners, THEIRS, strict=False)
    ]
    session.add_all(made)
    session.flush()
    return made


def _pay(session: Any, company: Any, currency: str, own: Any, clerk: Actor, boss: Actor) -> None:
    """The first supplier is paid what falls due within a month; the next run waits for a second person."""
    with acting(session, clerk):
        run = _run(session, company, currency, own, 30)
        first = next((line.partner_id for line in run.lines if line.taken), None)
        others = [line for line in run.lines if line.taken and line.partner_id != first]
        if others:
            m.PaymentRunLine.hold_back(session, others, "The buyer still asks about a delivery")
            session.expire_all()
    if first is not None:
        with acting(session, boss):
            m.PaymentRun.approve(session, [run])
        with acting(session, clerk):
            m.PaymentRun.pay(session, [run])
    with acting(session, clerk):
        _run(session, company, currency, own, 45)


def _run(session: Any, company: Any, currency: str, own: Any, days: int) -> Any:
    run = m.PaymentRun(
        company_id=company.id,
        date=today(),
        next_date=today() + timedelta(days=days),
        currency_code=currency,
        account_id=own.id,
    )
    m.PaymentRun.create(session, [run])
    session.expire_all()
    return run
