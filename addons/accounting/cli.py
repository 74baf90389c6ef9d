"""`bincard ledger`: the ledger as text that other programs check."""

from datetime import datetime
from typing import Any

import click

from addons.accounting.services import beancount
from core.cli.of_company import in_company, working_in
from core.db import db


@click.command()
@in_company
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; left out, all that is posted.")
@click.option(
    "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="A file to write."
)
def ledger(code: str, until: datetime | None, output: Any) -> None:
    """Write the ledger as Beancount text, which bean-check accepts."""
    with working_in(code) as company_id:
        for line in beancount.ledger(db.session, company_id, until.date() if until else None):
            output.write(line)


commands = {"ledger": ledger}
