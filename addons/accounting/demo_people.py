"""The people of the demo company: who sells to whom, in two teams, and who buys."""

import uuid
from typing import Any

from sqlalchemy import func, select, update

from core import m
from core.i18n import _l
from core.security.users import DemoLogIn

#: Team → who belongs to it, the leader first. The rep is the one of them who logs in.
TEAMS = {
    "Team Asia": ("rep@demo.example", "mei@demo.example", "daniel@demo.example"),
    "Team Europe and America": ("sofia@demo.example", "oliver@demo.example"),
}
NAMES = {
    "rep@demo.example": "Rita Rep",
    "mei@demo.example": "Mei Lin 林梅",
    "daniel@demo.example": "Daniel Tan",
    "sofia@demo.example": "Sofia Berger",
    "oliver@demo.example": "Oliver Hayes",
}


LOG_INS = (
    DemoLogIn(
        "finance@demo.example",
        "demo-finance-2026",
        "Fiona Finance",
        _l("Finance"),
        ("accounting.finance", "billing_statements.clerk"),
    ),
    DemoLogIn(
        "rep@demo.example",
        "demo-sales-2026",
        NAMES["rep@demo.example"],
        _l("Sales rep"),
        ("accounting.sales_rep", "billing_statements.reader"),
    ),
    DemoLogIn(
        "purchasing@demo.example",
        "demo-purchasing-2026",
        "Paul Purchasing",
        _l("Purchasing"),
        ("accounting.purchasing",),
    ),
)


def share_customers(session: Any, company: Any) -> None:
    """Form the teams once, and give every customer to somebody of them in turn."""
    if session.scalar(select(m.Team.id).where(m.Team.company_id == company.id).limit(1)):
        return
    sellers = _sellers(session, company)
    turn = [(sellers[email], team) for team, emails in TEAMS.items() for email in emails]
    teams = _teams(session, company, sellers)
    customers = session.scalars(
        select(m.Partner.id)
        .where(m.Partner.company_id == company.id, m.Partner.is_customer)
        .order_by(m.Partner.code)
    ).all()
    for position, (seller, team) in enumerate(turn):
        his = m.Partner.id == func.any(list(customers[position :: len(turn)]))
        session.execute(update(m.Partner).where(his).values(salesperson_id=seller, team_id=teams[team]))


def _sellers(session: Any, company: Any) -> dict[str, int]:
    """The ids of the salespeople; only the rep has a password, so that nobody else of them can log in."""
    known = dict(session.execute(select(m.User.email, m.User.id)).all())
    for email, name in NAMES.items():
        if email not in known:
            user = m.User(
                email=email,
                name=name,
                fs_uniquifier=uuid.uuid4().hex,
                company_id=company.id,
                companies=[company],
            )
            session.add(user)
            session.flush()
            known[email] = user.id
    return known


def _teams(session: Any, company: Any, sellers: dict[str, int]) -> dict[str, int]:
    made = {}
    for name, emails in TEAMS.items():
        team = m.Team(
            company_id=company.id,
            name=name,
            leader_id=sellers[emails[0]],
            members=[m.TeamMember(user_id=sellers[email]) for email in emails],
        )
        session.add(team)
        session.flush()
        made[name] = team.id
    return made
