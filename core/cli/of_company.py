"""What commands of addons share: which company they work in, and what they print."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import select

from core import m
from core.cli.base import as_json, show
from core.db import db
from core.errors import UserError
from core.security.actor import SYSTEM, Actor, set_actor

in_company = click.option(
    "--company", "code", default="", help="Code of the company, where there are several."
)


def of_company(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options `code` and `json_output`."""
    with_company: Callable[..., Any] = in_company(command)
    return as_json(with_company)


@contextmanager
def working_in(code: str) -> Iterator[int]:
    """Work as the system in one company, and give its id; what is refused is told in a line."""
    query = select(m.Company.id).order_by(m.Company.id)
    ids = db.session.scalars(query.where(m.Company.code == code) if code else query).all()
    if len(ids) != 1:
        raise click.UsageError("name one company with --company CODE")
    set_actor(db.session, Actor(None, SYSTEM.name, ids[0], is_superuser=True))
    try:
        yield ids[0]
    except UserError as error:
        raise click.ClickException(str(error)) from error


def tell(data: dict[str, Any], json_output: bool) -> None:
    """Print what a command found, line by line or as one JSON object."""
    show(data, [f"{key:16} {value}" for key, value in data.items()], json_output)
