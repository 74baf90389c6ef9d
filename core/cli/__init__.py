"""The command line: `bincard`."""

import sys

import click
from sqlalchemy.exc import OperationalError

from core.cli.addon import addon
from core.cli.init import init
from core.cli.inspect import inspect
from core.cli.work import work
from core.loader.graph import ResolutionError
from core.loader.installed import NotInitialisedError


@click.group()
@click.version_option(package_name="bincard")
def cli() -> None:
    """Bincard, a wholesale-distribution ERP."""


cli.add_command(init)
cli.add_command(addon)
cli.add_command(inspect)
cli.add_command(work)


def main() -> None:
    """Run a command; what a person can mend is told in a line, not in a traceback."""
    try:
        cli()
    except (ResolutionError, NotInitialisedError) as error:
        click.echo(f"bincard: {error}", err=True)
        sys.exit(1)
    except OperationalError as error:
        click.echo(f"bincard: the database does not answer: {error.orig}\nCheck DATABASE_URL.", err=True)
        sys.exit(1)
