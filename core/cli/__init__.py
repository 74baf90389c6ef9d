"""The command line: `bincard`."""

import sys

import click
from sqlalchemy.exc import OperationalError

from core.app import UndeclaredRightsError
from core.backup.archive import BackupError
from core.backup.postgres import DumpError
from core.cli.addon import addon
from core.cli.api import api
from core.cli.audit import audit
from core.cli.backup import backup, restore
from core.cli.base import current_app, within_app
from core.cli.doctor import examine
from core.cli.import_ import import_file
from core.cli.init import init
from core.cli.inspect import inspect
from core.cli.messages import messages
from core.cli.work import work
from core.documents.declare import DocumentError
from core.loader.code import declared
from core.loader.grants import MissingRoleError
from core.loader.graph import ResolutionError
from core.loader.installed import NotInitialisedError
from core.loader.lifecycle import BusyError
from core.loader.scaffold import ScaffoldError
from core.loader.servers import UnknownFolderError
from core.loader.shipped import ShippedDataError
from core.models import CompositionError
from core.screens import ScreenError
from core.settings import SettingsError

#: What a person can mend: told in a line, not in a traceback.
REFUSALS = (
    BackupError,
    DumpError,
    BusyError,
    CompositionError,
    DocumentError,
    MissingRoleError,
    NotInitialisedError,
    ResolutionError,
    ScaffoldError,
    ScreenError,
    SettingsError,
    ShippedDataError,
    UndeclaredRightsError,
    UnknownFolderError,
)


class InstalledCommands(click.Group):
    """The host's commands, and those that installed addons bring in their `cli.py` as `commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_of_addons()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or _of_addons().get(cmd_name)


def _of_addons() -> dict[str, click.Command]:
    """Empty where the database holds no addons yet, or does not answer: the host's commands still do."""
    try:
        with current_app() as app:
            brought = declared(app.extensions["sources"], "cli", "commands")
            return {
                name: within_app(command) for _, commands in brought for name, command in commands.items()
            }
    except (NotInitialisedError, ResolutionError, OperationalError):
        return {}


@click.group(cls=InstalledCommands)
@click.version_option(package_name="bincard")
def cli() -> None:
    """Bincard, a wholesale-distribution ERP."""


cli.add_command(init)
cli.add_command(addon)
cli.add_command(audit)
cli.add_command(backup)
cli.add_command(restore)
cli.add_command(examine)
cli.add_command(api)
cli.add_command(import_file)
cli.add_command(inspect)
cli.add_command(messages)
cli.add_command(work)


def main() -> None:
    """Run a command."""
    try:
        cli()
    except REFUSALS as error:
        click.echo(f"bincard: {error}", err=True)
        sys.exit(1)
    except OperationalError as error:
        click.echo(f"bincard: the database does not answer: {error.orig}\nCheck DATABASE_URL.", err=True)
        sys.exit(1)
