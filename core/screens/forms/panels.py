"""Which lines of a form have something to choose: see `core.screens.tree.LinePanel`."""

from collections.abc import Mapping
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
    if record is None or not grid.lines:
        return []
    return [ShownPanel(node, node.badges(db.session, record)) for node in _open_to_user(grid)]


def panel_keys(grid: GridForm) -> str:
    """The letters by which the user opens the panels of a grid, blanks between."""
    return " ".join(node.key for node in _open_to_user(grid))


def _open_to_user(grid: GridForm) -> list[LinePanel]:
    may = current_actor().may
    return [node for node in grid.node.nodes if isinstance(node, LinePanel) and may(node.permission)]
