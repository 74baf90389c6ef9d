"""`bincard import`: bring a file in from the command line."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from core import m
from core.cli.base import as_json, current_app, show
from core.db import db
from core.errors import UserError
from core.exchange import importing
from core.exchange.errors import write_errors
from core.host import get_host
from core.jobs.worker import run_job
from core.security.actor import Actor, set_actor

#: The exit code when some rows were bad and the others were booked.
SOME_BAD = 3


def _pairs(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = dict(text.partition("=")[::2] for text in given)
    if any("=" not in text for text in given):
        raise click.BadParameter("write it as name=value")
    return pairs


@click.command("import")
@click.argument("target")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map", "mapping", multiple=True, callback=_pairs, metavar="FIELD=HEADING", help="Where a field stands."
)
@click.option("--option", "options", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="An option.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen, and book nothing.")
@click.option("--company", default="", metavar="CODE", help="Whose books; needed where there are several.")
@click.option(
    "--errors", type=click.Path(dir_okay=False, path_type=Path), help="Write bad rows here (.csv or .xlsx)."
)
@click.option("--wait/--no-wait", default=True, help="Do the work here and now, or leave it to the workers.")
@as_json
def import_file(
    target: str,
    file: Path,
    mapping: dict[str, str],
    options: dict[str, str],
    dry_run: bool,
    company: str,
    errors: Path | None,
    wait: bool,
    json_output: bool,
) -> None:
    """Import FILE (csv, csv.gz, xlsx, xls) as TARGET, such as accounting.invoice.

    Exits with 3 when some rows were bad; the others are booked then.
    """
    try:
        import_id, job_id = _start(target, file, mapping, options, dry_run, company)
    except UserError as error:
        raise click.ClickException(str(error)) from error
    if not wait:
        show({"import": import_id, "job": job_id}, [f"import {import_id} waits for the workers"], json_output)
        return
    _run(job_id)
    if _tell(import_id, job_id, errors, json_output).bad:
        sys.exit(SOME_BAD)


def _start(
    target: str, file: Path, mapping: dict[str, str], options: dict[str, str], dry_run: bool, company: str
) -> tuple[int, int]:
    with current_app():
        set_actor(db.session, Actor(None, "command line", _company_id(company), is_superuser=True))
        data_import = importing.upload(db.session, target, file.name, file.read_bytes())
        importing.set_mapping(
            db.session, data_import, {**data_import.mapping, **mapping}, {**data_import.options, **options}
        )
        job = importing.start_import(db.session, data_import, dry_run)
        db.session.commit()
        return data_import.id, job.id


def _company_id(code: str) -> int:
    found: dict[str, int] = dict(db.session.execute(select(m.Company.code, m.Company.id)).all())
    if not code and len(found) == 1:
        return next(iter(found.values()))
    if code not in found:
        known = ", ".join(sorted(found)) or "none: run `bincard init` first"
        raise click.ClickException(f"give --company with one of these codes: {known}")
    return found[code]


def _run(job_id: int) -> None:
    """Work until the job has ended; what a worker has in hand is waited for by its row lock."""
    while True:
        while run_job(job_id, get_host().lease):
            pass
        with current_app():
            if db.session.get_one(m.Job, job_id).state not in ("queued", "running"):
                return
            pending = select(m.JobItem.id).where(m.JobItem.job_id == job_id, m.JobItem.state == "pending")
            db.session.execute(pending.limit(1).with_for_update())


def _tell(import_id: int, job_id: int, errors: Path | None, json_output: bool) -> importing.Totals:
    with current_app():
        data_import, job = db.session.get_one(m.DataImport, import_id), db.session.get_one(m.Job, job_id)
        if job.state != "done":
            raise click.ClickException(job.error or f"the job is {job.state}")
        totals = importing.totals(db.session, import_id)
        if errors:
            with errors.open("w+b") as file:
                write_errors(db.session, data_import, file, errors.suffix.removeprefix("."))
        show({"import": import_id, "job": job_id, **asdict(totals)}, _lines(data_import, totals), json_output)
        return totals


def _lines(data_import: Any, totals: importing.Totals) -> list[str]:
    verb = "can be booked" if data_import.dry_run else "booked"
    counts = f"{totals.booked} {verb}, {totals.unchanged} unchanged, {totals.bad} bad"
    return [f"{data_import.filename}: {totals.rows} rows, {counts}"]
