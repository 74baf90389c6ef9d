"""`bincard api`: tokens for programs, and the description of the API."""

import json
from typing import Any

import click
from sqlalchemy import select

from core import m
from core.api import tokens
from core.api.openapi import description
from core.cli.base import as_json, current_app, show
from core.db import db
from core.errors import UserError
from core.security.actor import SYSTEM


@click.group()
def api() -> None:
    """Tokens for programs that call the API, and what they may call."""


@api.command()
def spec() -> None:
    """Print the description of the API as OpenAPI 3.1, as one who may do everything sees it."""
    # The forms ask the app for addresses, as they do for a page.
    with current_app() as app, app.test_request_context():
        click.echo(json.dumps(description(SYSTEM), ensure_ascii=False, indent=2))


@api.group()
def token() -> None:
    """Make, list and revoke API tokens."""


@token.command()
@click.option("--user", "email", required=True, help="The log-in of the user that the token acts for.")
@click.option("--name", required=True, help="What the token is for, such as the program that uses it.")
@click.option("--scope", "scopes", multiple=True, help="A permission; several are possible. All by default.")
@click.option("--days", type=int, default=None, help="Valid for so many days; without an end by default.")
@as_json
def create(email: str, name: str, scopes: tuple[str, ...], days: int | None, json_output: bool) -> None:
    """Make a token and print it: this once, since only its hash is kept."""
    with current_app():
        try:
            made = tokens.create_token(db.session, _user(email), name, scopes or ("*",), days)
        except UserError as error:
            raise click.ClickException(str(error)) from error
        db.session.commit()
        data = {**_row(made.record), "token": made.secret}
    show(data, [f"{data['name']}: {made.secret}", "It is not shown again."], json_output)


@token.command("list")
@as_json
def list_tokens(json_output: bool) -> None:
    """All tokens, newest first."""
    with current_app():
        query = select(m.ApiToken).order_by(m.ApiToken.id.desc())
        rows = [_row(record) for record in db.session.scalars(query)]
    lines = [
        f"bk_{r['prefix']}  {r['user']:32} {r['name']:24} {' '.join(r['scopes'])}"
        + ("  revoked" if r["revoked_at"] else "")
        for r in rows
    ]
    show({"tokens": rows}, lines or ["There are no tokens."], json_output)


@token.command("revoke")
@click.argument("prefix")
@as_json
def revoke_token(prefix: str, json_output: bool) -> None:
    """Refuse the token that begins with PREFIX (`bk_1234abcd`) from now on."""
    with current_app():
        query = select(m.ApiToken).where(m.ApiToken.prefix == prefix.removeprefix("bk_")[:8])
        record = db.session.scalars(query).one_or_none()
        if record is None:
            raise click.ClickException(f"there is no token {prefix}")
        tokens.revoke(record)
        db.session.commit()
        data = _row(record)
    show(data, [f"{data['name']} is revoked."], json_output)


def _user(email: str) -> Any:
    user = db.session.scalars(select(m.User).where(m.User.email == email)).one_or_none()
    if user is None:
        raise click.ClickException(f"there is no user {email}")
    return user


def _row(record: Any) -> dict[str, Any]:
    kept = ("id", "prefix", "name", "scopes", "expires_at", "last_used_at", "revoked_at")
    return {**{name: getattr(record, name) for name in kept}, "user": record.user.email}
