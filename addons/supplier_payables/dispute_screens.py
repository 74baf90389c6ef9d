"""Disputed lines as tasks of their owners."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from core import m
from core.i18n import _l
from core.screens import Column, Figure, Filter, Screens
from core.security.actor import actor_of

DISPUTES = "/m/payables.dispute.list"


def is_open(match: Any) -> Any:
    """The condition that somebody still has to see to a dispute."""
    return (match.state == "disputed") & (match.outcome == "")


def declare(screens: Screens) -> None:
    """The list; a row opens a page on which it is handed over or settled."""
    screens.list(
        "payables.dispute.list",
        model="payables.match",
        title=_l("Disputes with suppliers"),
        columns=[
            "statement_id",
            "partner_id",
            Column("note", _l("Reason")),
            Column("our_amount", _l("Our amount")),
            Column("their_amount", _l("Their amount")),
            Column("owner_id", _l("Owner")),
            Column("decided_at", _l("Since")),
            Column("outcome", _l("How it was settled")),
        ],
        filters=[
            Filter("open", _l("Open"), where=is_open),
            "partner_id",
            "owner_id",
            "statement_id",
        ],
        search=["note", "outcome", "partner_id"],
        group_by=["owner_id", "partner_id"],
        order="-id",
        create=False,
        where=lambda match: match.state == "disputed",
        address="/supplier_payables/disputes/",
        source=(_l("Payable statements"), "payables.statement.list"),
        empty=_l("Lines of suppliers' lists that you dispute stand here until they are settled."),
    )


def mine(session: Any, today: date) -> Figure:
    """Open disputes that the user sees to."""
    match, me = m.PayablesMatch, actor_of(session).user_id
    if me is None:
        return Figure()
    count = session.scalar(select(func.count(match.id)).where(is_open(match), match.owner_id == me))
    return Figure(number=count, link=f"{DISPUTES}?f.open=yes&f.owner_id={me}", tone="bad" if count else "")


def to_approve(session: Any, today: date) -> Figure:
    """Lines that a second person is asked to accept."""
    match = m.PayablesMatch
    asked = (match.state == "open") & match.asked_by_id.is_not(None)
    count = session.scalar(select(func.count(match.id)).where(asked))
    first = session.scalar(select(match.statement_id).where(asked).order_by(match.statement_id).limit(1))
    link = f"/supplier_payables/statements/{first}?show=waiting" if first else ""
    return Figure(number=count, link=link)
