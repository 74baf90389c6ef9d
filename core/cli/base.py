"""What every command needs: the lifecycle, the current app, and output for people or programs."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask
from sqlalchemy import MetaData, make_url

from core.app import create_app
from core.db.session import engine_for
from core.host import get_host
from core.loader.discovery import AddonSource, discover
from core.loader.lifecycle import Lifecycle
from core.settings import Settings, get_settings

as_json = click.option("--json", "json_output", is_flag=True, help="Print one JSON object.")


def get_lifecycle() -> Lifecycle:
    """The acts on the database of the settings."""
    settings = get_settings()
    return Lifecycle(
        engine_for(settings.owner_url),
        discover(settings.addons_path),
        tables_of,
        settings.ddl_lock_timeout,
        _role_of(settings),
    )


def _role_of(settings: Settings) -> str:
    """The application's role, where the operator keeps it apart from the tables' owner."""
    app, owner = (make_url(url).username or "" for url in (settings.database_url, settings.owner_url))
    return app if app != owner else ""


def tables_of(sources: Sequence[AddonSource]) -> MetaData:
    """Build the whole application of these addons, so that whatever does not fit is found now."""
    metadata: MetaData = create_app(sources).extensions["composition"].metadata
    return metadata


@contextmanager
def current_app() -> Iterator[Flask]:
    """The app of the installed addons, held for the length of the command."""
    with get_host().lease() as app, app.app_context():
        yield app


def show(data: dict[str, Any], lines: Sequence[str], json_output: bool) -> None:
    """Print the data for a program, or the lines for a person."""
    click.echo(json.dumps(data, default=str, ensure_ascii=False) if json_output else "\n".join(lines))


def within_app(command: click.Command) -> click.Command:
    """Let an addon's command run in the app of the installed addons, held for its length."""
    original = command.invoke

    def invoke(ctx: click.Context) -> Any:
        with current_app():
            return original(ctx)

    command.invoke = invoke  # type: ignore[method-assign]  # the command itself stays the addon's
    return command
