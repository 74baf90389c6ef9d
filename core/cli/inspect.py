"""`bincard inspect`: where each part of a model or a screen comes from."""

import click
from sqlalchemy import inspect as sqlalchemy_inspect

from core.cli.base import as_json, current_app, show
from core.loader.discovery import CORE
from core.screens import describe

_BY_THE_HOST = {"addon": CORE, "kind": "column"}


@click.group()
def inspect() -> None:
    """Show which addon each field, method or screen node comes from."""


@inspect.command()
@click.argument("name")
@as_json
def model(name: str, json_output: bool) -> None:
    """For each field and method of a model: its addon, then the overrides in order."""
    with current_app() as app:
        composition = app.extensions["composition"]
        if name not in composition.parts:
            known = ", ".join(sorted(composition.parts))
            raise click.ClickException(f"there is no model {name}; known are {known}")
        part = composition.parts[name]
        mapped = [column.key for column in sqlalchemy_inspect(composition.model(name)).column_attrs]
    fragments = [f"{addon}: {fragment.__module__}" for addon, fragment in part.fragments]
    attributes = {
        attribute: [{"addon": o.addon, "kind": o.kind} for o in origins]
        for attribute, origins in part.origins().items()
    }
    # What every model has, and what a mixin such as CompanyOwned brings, no fragment declares itself.
    attributes |= {column: [_BY_THE_HOST] for column in mapped if column not in attributes}
    lines = [f"model {name}", *(f"  fragment of {line}" for line in fragments)]
    lines += [
        f"  {attribute:28} {origins[0]['kind']:12} " + " → ".join(o["addon"] for o in origins)
        for attribute, origins in attributes.items()
    ]
    show({"model": name, "fragments": fragments, "attributes": attributes}, lines, json_output)


@inspect.command()
@click.argument("name")
@as_json
def screen(name: str, json_output: bool) -> None:
    """The tree of a screen: each node, the addon that placed it, and who changed it."""
    with current_app() as app:
        screens = app.extensions["screens"].by_name
        if name not in screens:
            raise click.ClickException(f"there is no screen {name}; known are {', '.join(sorted(screens))}")
        rows = list(describe(screens[name]))
    keys = ("depth", "kind", "name", "addon", "changes")
    lines = [
        f"{'  ' * depth}{kind} {node}  [{' → '.join((addon, *by))}]" for depth, kind, node, addon, by in rows
    ]
    show({"screen": name, "nodes": [dict(zip(keys, row, strict=True)) for row in rows]}, lines, json_output)
