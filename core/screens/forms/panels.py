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
    nodes = [node for node in grid.node.nodes if isinstance(node, LinePanel) and node.badges is not None]
    may = current_actor().may
    return [
        ShownPanel(node, node.badges(db.session, record))
        for node in nodes
        if node.badges is not None and may(node.permission)
    ]


def panel_keys(grid: GridForm) -> str:
    """The letters by which the user opens the panels of a grid, blanks between."""
    may = current_actor().may
    return " ".join(n.key for n in grid.node.nodes if isinstance(n, LinePanel) and may(n.permission))
