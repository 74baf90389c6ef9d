"""Which lines of a form have something to choose: see `core.screens.tree.LinePanel`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.db import db
from core.screens.forms.form import GridForm
from core.screens.tree import LinePanel, Text
from core.security.rights import current_actor


@dataclass(frozen=True)
class ShownPanel:
    """A panel of a grid, and the badge of each line that offers it, by the line's id."""

    node: LinePanel
    badges: Mapping[int, Text]


def line_panels(grid: GridForm, record: Any) -> list[ShownPanel]:
    """The panels of a grid that the user may open for a line of this record."""
    known = record is not None and bool(grid.lines)
    found = _open_to_user(grid) if known or grid.editable else []
    return [ShownPanel(node, node.badges(db.session, record) if known else {}) for node in found]


def panel_keys(grid: GridForm) -> str:
    """The letters by which the user opens the panels of a grid, blanks between."""
    return " ".join(node.key for node in _open_to_user(grid))


def typed_badges(
    session: Any, grid: GridForm, values: Mapping[str, Any], rows: Sequence[Any]
) -> list[dict[str, str]]:
    """For the page: of each line the badge of each panel by what is typed, empty where it has none."""
    answers = []
    for node in _open_to_user(grid):
        if node.typed is None or not rows:
            continue
        found = node.typed(session, values, rows)
        said = {"key": node.key, "title": f"{node.label} (Alt+{node.key})"}
        for at, line in enumerate(grid.lines):
            name = f"{grid.node.name}-{line.key}"
            answers.append({"name": name, **said, "badge": str(found.get(at, ""))})
    return answers


def _open_to_user(grid: GridForm) -> list[LinePanel]:
    may = current_actor().may
    return [node for node in grid.node.nodes if isinstance(node, LinePanel) and may(node.permission)]
