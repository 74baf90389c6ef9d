"""`bincard payables`: a run of payable statements from the command line."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from addons.accounting.periods import Period, period_with
from addons.supplier_payables.models.agreed import CYCLES
from addons.supplier_payables.services.errors import PayablesError
from core import m
from core.cli.of_company import of_company, tell, working_in
from core.db import db
from core.errors import UserError


@click.group()
def payables() -> None:
    """State what is owed to suppliers, ask them, and read their lists."""


def _period_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--cycle", default="monthly", show_default=True, type=click.Choice(CYCLES)),
        click.option(
            "--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Last day of the period."
        ),
    ):
        command = option(command)
    return of_company(command)


@payables.command()
@_period_options
def run(cycle: str, until: datetime, code: str, json_output: bool) -> None:
    """State what is owed for a period; again, only what is still missing."""
    with working_in(code) as company_id:
        period = Period(period_with(cycle, until.date()).start, until.date())
        made, ids = m.PayablesRun.start(db.session, company_id, cycle, period)
        db.session.commit()
        skipped = {skip.partner.code: str(skip.reason) for skip in made.skips if skip.partner}
        tell({"run": made.id, "created": len(ids), "skipped": skipped}, json_output)


@payables.command()
@_period_options
def send(cycle: str, until: datetime, code: str, json_output: bool) -> None:
    """Ask the suppliers of a period's drafts to confirm them, each once; says whom it could not ask."""
    sent, refused = 0, {}
    with working_in(code) as company_id:
        for statement in _drafts(company_id, cycle, until.date()):
            try:
                m.PayablesStatement.send(db.session, [statement])
                db.session.commit()
                sent += 1
            except UserError as error:
                db.session.rollback()
                refused[statement.number] = str(error)
    tell({"sent": sent, "not_sent": refused}, json_output)


@payables.command()
@click.argument("number")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@of_company
def match(number: str, file: Path, code: str, json_output: bool) -> None:
    """Read a supplier's list into the draft NUMBER and match it, in place of one before; accept nothing."""
    with working_in(code) as company_id:
        statement = m.PayablesStatement
        query = select(statement).where(statement.company_id == company_id, statement.number == number)
        found = db.session.scalars(query).one_or_none()
        if found is None:
            raise PayablesError(f"there is no statement {number}")
        read = m.PayablesStatement.upload(db.session, found, file.name, file.read_bytes())
        db.session.commit()
        tell({"lines": len(read.lines), "not_compared": len(read.unread), **_counts(found)}, json_output)


@payables.command()
@_period_options
def status(cycle: str, until: datetime, code: str, json_output: bool) -> None:
    """Show how far each statement of a period is."""
    with working_in(code) as company_id:
        found = _statements(company_id, cycle, until.date())
        tell({one.number: {"state": one.state, **_counts(one)} for one in found}, json_output)


def _counts(statement: Any) -> dict[str, Any]:
    """How many matches are undecided, and how many of them are exact."""
    match_ = m.PayablesMatch
    query = select(match_.exact).where(match_.statement_id == statement.id, match_.state == "open")
    exact = db.session.scalars(query).all()
    return {"undecided": len(exact), "exact": sum(exact)}


def _drafts(company_id: int, cycle: str, until: date) -> list[Any]:
    return [one for one in _statements(company_id, cycle, until) if one.state == "draft"]


def _statements(company_id: int, cycle: str, until: date) -> list[Any]:
    statement, run_ = m.PayablesStatement, m.PayablesRun
    query = select(statement).join(run_, run_.id == statement.run_id)
    query = query.where(run_.company_id == company_id, run_.cycle == cycle, run_.period_end == until)
    found = list(db.session.scalars(query.order_by(statement.number)))
    if not found:
        raise PayablesError(f"there is no statement of a {cycle} run up to {until}: run it first")
    return found


commands = {"payables": payables}
