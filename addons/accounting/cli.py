"""`bincard ledger`: the ledger as text that other programs check."""

from datetime import datetime
from typing import Any

import click
from sqlalchemy import select

from addons.accounting.services import beancount
from core import m
from core.db import db


@click.command()
@click.option("--company", "code", default="", help="Code of the company, where there are several.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; left out, all that is posted.")
@click.option(
    "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="A file to write."
)
def ledger(code: str, until: datetime | None, output: Any) -> None:
    """Write the ledger as Beancount text, which bean-check accepts."""
    query = select(m.Company.id).order_by(m.Company.id)
    ids = db.session.scalars(query.where(m.Company.code == code) if code else query).all()
    if len(ids) != 1:
        raise click.UsageError("name one company with --company CODE")
    for line in beancount.ledger(db.session, ids[0], until.date() if until else None):
        output.write(line)


commands = {"ledger": ledger}
