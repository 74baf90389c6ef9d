"""`bincard addon`: what is installed, what could be, and the acts between."""

from pathlib import Path

import click

from core.cli.base import as_json, get_lifecycle, show
from core.cli.stubs import types
from core.loader.installed import is_initialised, read_installed
from core.loader.lifecycle import Outcome, Plan
from core.loader.scaffold import new_addon
from core.loader.scratch import make_migration
from core.settings import ROOT, get_settings


@click.group()
def addon() -> None:
    """List, plan, install, upgrade, uninstall and start addons."""


@addon.command("list")
@as_json
def list_addons(json_output: bool) -> None:
    """Show every addon that can be found, and which are installed."""
    lifecycle = get_lifecycle()
    with lifecycle.engine.connect() as connection:
        versions = read_installed(connection).versions if is_initialised(connection) else {}
    rows = [
        {
            "name": s.name,
            "installed": versions.get(s.name),
            "version": str(s.manifest.version),
            "title": s.manifest.title,
        }
        for s in lifecycle.catalogue.found.values()
    ]
    lines = [f"{r['name']:24} {r['installed'] or '-':10} {r['version']:10} {r['title']}" for r in rows]
    head = f"{'addon':24} {'installed':10} {'found':10} title"
    problems = [problem.text for problem in lifecycle.catalogue.problems]
    show({"addons": rows, "problems": problems}, [head, *lines, *problems], json_output)


@addon.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--uninstall", "removing", is_flag=True, help="Plan the removal of the (one) addon instead.")
@as_json
def plan(names: tuple[str, ...], removing: bool, json_output: bool) -> None:
    """Show the graph, the migrations, and what data an uninstall removes; change nothing."""
    lifecycle = get_lifecycle()
    planned = lifecycle.plan_uninstall(names[0]) if removing else lifecycle.plan_install(names)
    show(_plan_data(planned), _plan_lines(planned), json_output)


def _plan_data(planned: Plan) -> dict[str, object]:
    found = get_lifecycle().catalogue.found
    graph = {name: list(found[name].depends) for name in planned.order}
    removes = {"tables": planned.removes.tables, "columns": planned.removes.columns}
    return {"order": planned.order, "graph": graph, "migrations": planned.migrations, "removes": removes}


def _plan_lines(planned: Plan) -> list[str]:
    found = get_lifecycle().catalogue.found
    lines = [f"{n} ← {', '.join(found[n].depends) or 'core'}" for n in planned.order]
    lines += [f"  migrates {name}: {step}" for name, steps in planned.migrations.items() for step in steps]
    lines += [f"  removes table {name} with {rows} rows" for name, rows in planned.removes.tables.items()]
    lines += [f"  removes {t}.{c}" for t, columns in planned.removes.columns.items() for c in columns]
    return lines or ["nothing to do"]


@addon.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--anyway", is_flag=True, help="Even if running servers do not know the folder of an addon.")
@as_json
def install(names: tuple[str, ...], anyway: bool, json_output: bool) -> None:
    """Install addons with all that they need, or change nothing."""
    _tell("installed", get_lifecycle().install(names, anyway=anyway), json_output)


@addon.command()
@as_json
def upgrade(json_output: bool) -> None:
    """Bring every installed addon up to its files; what users changed is left and listed."""
    _tell("upgraded", get_lifecycle().upgrade(), json_output)


@addon.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def uninstall(name: str, yes: bool, json_output: bool) -> None:
    """Remove an addon and those that stand on it; its data is exported first."""
    lifecycle = get_lifecycle()
    if not yes:
        click.echo("\n".join(_plan_lines(lifecycle.plan_uninstall(name))), err=True)
        click.confirm("Remove all of this?", abort=True, err=True)
    exports = get_settings().data / "exports"
    _tell("removed", lifecycle.uninstall(name, exports), json_output)


def _tell(verb: str, outcome: Outcome, json_output: bool) -> None:
    data = {
        verb: outcome.addons,
        "left": [vars(item) for item in outcome.left],
        "kept": outcome.kept,
        "export": outcome.export,
    }
    lines = [f"{verb} {', '.join(outcome.addons) or 'nothing'}"]
    lines += [
        f"  left {i.key}.{i.field} as you set it: {i.kept!r} (shipped: {i.shipped!r})" for i in outcome.left
    ]
    lines += [f"  kept {key}: other records still use it" for key in outcome.kept]
    lines += [f"  the data that went is in {outcome.export}"] if outcome.export else []
    show(data, lines, json_output)


@addon.command()
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path), default=ROOT / "addons", help="Where to write it.")
def new(name: str, folder: Path) -> None:
    """Start a new addon that installs and passes its own tests."""
    for path in new_addon(name, folder):
        click.echo(path)


@addon.command()
@click.argument("name")
@click.option("-m", "--message", required=True, help="What the migration does.")
def migration(name: str, message: str) -> None:
    """Write the migration from an addon's history to its models."""
    # The scratch database and its tables are made as the owner makes them: the application's role may not.
    path = make_migration(name, message, get_lifecycle(), get_settings().owner_url)
    click.echo(path or f"{name}: the history equals the models")


addon.add_command(types)
