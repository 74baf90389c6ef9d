"""What became of each run: how many statements, what is still undecided on them, and who was left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from core import m
from core.db import AnySession

#: How many runs are shown, the newest first.
RUNS = 50


@dataclass
class Overview:
    """A run, its statements by state, and the suppliers that have none, with the reason."""

    run: Any
    statements: int = 0
    posted: int = 0
    #: Drafts for which no list of the supplier has come.
    without_list: int = 0
    #: Matches that nobody has decided on, of drafts.
    undecided: int = 0
    skips: list[Any] = field(default_factory=list)


def overview(session: AnySession) -> list[Overview]:
    """The last runs that the user may see; as many questions for many statements as for few."""
    run = m.PayablesRun
    query = select(run).order_by(run.period_end.desc(), run.id.desc()).limit(RUNS)
    found = {one.id: Overview(one) for one in session.scalars(query)}
    _count(session, found)
    for skip in _skips(session, list(found)):
        found[skip.run_id].skips.append(skip)
    return list(found.values())


def _count(session: AnySession, found: dict[int, Overview]) -> None:
    statement, match = m.PayablesStatement, m.PayablesMatch
    draft = statement.state == "draft"
    query = select(
        statement.run_id,
        func.count().label("statements"),
        func.count().filter(~draft).label("posted"),
        func.count().filter(draft, statement.list_name == "").label("without_list"),
    )
    for row in session.execute(query.where(statement.run_id.in_(found)).group_by(statement.run_id)):
        one = found[row.run_id]
        one.statements, one.posted, one.without_list = row.statements, row.posted, row.without_list
    undecided = select(statement.run_id, func.count().label("open")).join_from(
        statement, match, match.statement_id == statement.id
    )
    undecided = undecided.where(statement.run_id.in_(found), draft, match.state == "open")
    for run_id, count in session.execute(undecided.group_by(statement.run_id)):
        found[run_id].undecided = count


def _skips(session: AnySession, runs: Sequence[int]) -> Sequence[Any]:
    skip, partner = m.PayablesRunSkip, m.Partner
    query = select(skip.run_id, skip.reason, partner.name).join(partner, partner.id == skip.partner_id)
    return session.execute(query.where(skip.run_id.in_(runs)).order_by(partner.name)).all()
