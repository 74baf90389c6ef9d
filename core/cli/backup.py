"""`bincard backup` and `bincard restore`."""

import sys
from pathlib import Path

import click

from core.backup import acts
from core.backup.archive import Manifest
from core.cli.base import as_json, get_lifecycle, show

FILE = click.argument("path", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@FILE
@click.option("--no-check", is_flag=True, help="Don't restore it into a scratch database afterwards.")
@as_json
def backup(path: Path, no_check: bool, json_output: bool) -> None:
    """Write the database and all attachments to one file, and prove that it can be restored.

    People may go on working. Ends with 1 where attachments were damaged already; all else is saved then too.
    """
    engine = get_lifecycle().engine
    manifest = acts.make(engine, path)
    if not no_check:
        acts.check(engine, path)
    checked = "" if no_check else "; restored into a scratch database, and the same"
    said = f"{path} holds {_said(manifest)}{checked}"
    _show(manifest, said, json_output)


@click.command()
@FILE
@click.option("--check", is_flag=True, help="Only restore into a scratch database, and compare.")
@click.option("--replace", is_flag=True, help="Delete what is in the database now.")
@as_json
def restore(path: Path, check: bool, replace: bool, json_output: bool) -> None:
    """Bring a backup into an empty database. Stop the servers first; run `bincard init` afterwards."""
    lifecycle = get_lifecycle()
    if check:
        manifest = acts.check(lifecycle.engine, path)
        _show(manifest, f"{path} can be restored: {_said(manifest)}", json_output)
    else:
        manifest = acts.restore(lifecycle.engine, path, app_role=lifecycle.app_role, replace=replace)
        _show(manifest, f"restored {_said(manifest)}", json_output)


def _said(manifest: Manifest) -> str:
    rows, tables = sum(manifest.tables.values()), len(manifest.tables)
    return f"{rows} rows in {tables} tables and {manifest.attachments} attachments of {manifest.made_at}"


def _show(manifest: Manifest, said: str, json_output: bool) -> None:
    damaged = [f"damaged or missing before the backup: attachment {name}" for name in manifest.damaged]
    show(acts.as_json(manifest), [said, *damaged], json_output)
    sys.exit(1 if damaged else 0)
