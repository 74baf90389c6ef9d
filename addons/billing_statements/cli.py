"""`bincard statements`: a run from the command line."""

from collections import Counter
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy import select

from addons.accounting.periods import Period
from addons.billing_statements.errors import StatementError
from addons.billing_statements.services import members, runs
from addons.billing_statements.services.due import due_of
from core import m
from core.cli.of_company import of_company, tell, working_in
from core.clock import today
from core.db import db, round_money


@click.group()
def statements() -> None:
    """Preview, create, release and send statements of account."""


def _options(command: Any) -> Any:
    for option in (
        click.option(
            "--cycle", default="monthly", show_default=True, help="Such as monthly, weekly:5, days:5,20."
        ),
        click.option(
            "--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Last day of the period."
        ),
        of_company,
    ):
        command = option(command)
    return command


def _period(company_id: int, cycle: str, until: datetime) -> Period:
    return runs.check_period(cycle, until.date(), today(), members.cycles(db.session, company_id))


@statements.command()
@_options
def preview(cycle: str, until: datetime, code: str, json_output: bool) -> None:
    """Show what a run would create; write nothing."""
    with working_in(code) as company_id:
        found = due_of(db.session, company_id, cycle, _period(company_id, cycle, until))
        totals = {currency: round_money(total, currency) for currency, total in found.totals.items()}
        kinds = Counter(one.kind for one in m.BillingRun.concerns(db.session, company_id, [found]))
    data = {
        "statements": len(found.rows),
        "documents": found.documents,
        "totals": totals,
        "skipped": len(found.skipped),
        "without_email": kinds["no_address"],
        "unprintable": kinds["unprintable"],
    }
    tell(data, json_output)


@statements.command()
@of_company
def due(code: str, json_output: bool) -> None:
    """Create the statements of all cycles whose last period is over; again, only what is still missing."""
    with working_in(code) as company_id:
        made = m.BillingRun.start_due(db.session, company_id)
        db.session.commit()
        tell({f"{run.cycle} {run.period_end}": len(ids) for run, ids in made}, json_output)


@statements.command()
@_options
def create(cycle: str, until: datetime, code: str, json_output: bool) -> None:
    """Create what is due and start printing; again, only what is still missing."""
    with working_in(code) as company_id:
        run, ids = m.BillingRun.start(db.session, company_id, cycle, _period(company_id, cycle, until))
        db.session.commit()
        tell({"run": run.id, "created": len(ids)}, json_output)


@statements.command()
@_options
def release(cycle: str, until: datetime, code: str, json_output: bool) -> None:
    """Let the printed statements of the period go out."""
    with working_in(code):
        run = _existing(cycle, until.date())
        count = m.BillingRun.release(db.session, [run])
        db.session.commit()
        tell({"run": run.id, "released": count}, json_output)


@statements.command()
@_options
def send(cycle: str, until: datetime, code: str, json_output: bool) -> None:
    """Mail the released statements of the period, each once."""
    with working_in(code):
        run = _existing(cycle, until.date())
        (job,) = m.BillingRun.send(db.session, [run])
        db.session.commit()
        tell({"run": run.id, "job": job.id}, json_output)


@statements.command("redo")
@click.argument("number")
@of_company
def redo_one(number: str, code: str, json_output: bool) -> None:
    """Supersede one customer's statement and create its next version."""
    with working_in(code):
        query = select(m.BillingStatement).where(
            m.BillingStatement.number == number, m.BillingStatement.state != "superseded"
        )
        statement = db.session.scalars(query).one_or_none()
        if statement is None:
            raise StatementError(f"there is no living statement {number}")
        (renewed,) = m.BillingStatement.redo(db.session, [statement])
        db.session.commit()
        tell({"superseded": number, "number": renewed.number if renewed else None}, json_output)


@statements.command()
@_options
def status(cycle: str, until: datetime, code: str, json_output: bool) -> None:
    """Show how far the run of a period is."""
    with working_in(code):
        run = _existing(cycle, until.date())
        tell({"run": run.id, "state": run.state, **runs.counts(db.session, run.id)}, json_output)


def _existing(cycle: str, until: date) -> Any:
    query = select(m.BillingRun).where(m.BillingRun.cycle == cycle, m.BillingRun.period_end == until)
    run = db.session.scalars(query).one_or_none()
    if run is None:
        raise StatementError(f"there is no {cycle} run up to {until}: create it first")
    return run


commands = {"statements": statements}
