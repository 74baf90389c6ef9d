"""`bincard init`: from an empty database to a company that people can log in to."""

import secrets

import click

from core.cli.base import as_json, current_app, get_lifecycle, show
from core.db import db
from core.loader.code import declared
from core.loader.discovery import CORE
from core.loader.lifecycle import Lifecycle
from core.records.companies import demo_company, ensure_company
from core.security.users import DEMO_ADMINISTRATOR, FIRST, LogIn, first_administrators


@click.command()
@click.option("--demo", is_flag=True, help="Load the demo company with its log-ins.")
@click.option("--addons", default="", help="Addons to install, separated by commas; all of them by default.")
@click.option("--company", default="My company", help="Name of the first company.")
@click.option("--currency", default="USD", help="Its currency, an ISO code.")
@click.option("--email", default="", help=f"Log-in of the administrator; {FIRST} where there is none yet.")
@as_json
def init(demo: bool, addons: str, company: str, currency: str, email: str, json_output: bool) -> None:
    """Create the tables, install the addons, and make the first company and administrator.

    Running it again upgrades and changes nothing else.
    """
    lifecycle = get_lifecycle()
    lifecycle.install(_wanted(lifecycle, addons))
    lifecycle.upgrade()
    log_ins = _load_demo() if demo else _first_company(company, currency, email)
    lines = [f"{log_in.email:32} {log_in.password or '(as set before)'}" for log_in in log_ins]
    show({"log_ins": [vars(log_in) for log_in in log_ins]}, ["Log-ins:", *lines], json_output)


def _wanted(lifecycle: Lifecycle, addons: str) -> list[str]:
    if addons:
        return [name.strip() for name in addons.split(",")]
    return [name for name in lifecycle.catalogue.found if name != CORE]


def _first_company(name: str, currency: str, email: str) -> list[LogIn]:
    with current_app():
        company = ensure_company(db.session, code="MAIN", name=name, currency=currency)
        log_ins = first_administrators(db.session, email, secrets.token_urlsafe(12), company)
        db.session.commit()
        return log_ins


def _load_demo() -> list[LogIn]:
    log_ins = []
    with current_app() as app:
        company = demo_company(db.session)
        log_ins.append(DEMO_ADMINISTRATOR.ensure(db.session, company))
        for _, load in declared(app.extensions["sources"], "demo", "load"):
            log_ins += load(db.session, company) or []
        db.session.commit()
    return log_ins
