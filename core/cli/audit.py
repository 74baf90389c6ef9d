"""`bincard audit`: prove that nobody rewrote what the audit says."""

import sys
from dataclasses import asdict

import click

from core.cli.base import as_json, get_lifecycle, show
from core.loader.installed import read_installed
from core.security.seal import seal_events, verify


@click.group()
def audit() -> None:
    """The trace of who changed what."""


@audit.command("verify")
@click.option("--expect", default="", metavar="HASH", help="A last hash that was printed before.")
@as_json
def verify_audit(expect: str, json_output: bool) -> None:
    """Seal what is new and recompute every seal; ends with 1 when something was changed.

    Keep the hash that it prints where the database's administrators can't reach it, and give it to a later
    verification: a chain that was made anew doesn't hold it.
    """
    with get_lifecycle().engine.connect() as connection:
        read_installed(connection)
        while seal_events(connection, "0"):
            connection.commit()
        verdict = verify(connection, expect)
    sound = not verdict.broken
    said = f"{verdict.events} events under {verdict.seals} seals, the last one {verdict.head or '-'}"
    show({**asdict(verdict), "sound": sound}, [*verdict.broken, said], json_output)
    sys.exit(0 if sound else 1)
