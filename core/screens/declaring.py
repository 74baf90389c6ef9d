"""How an addon declares its screens, and changes those of others: `Screens` in its `screens.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from core.screens.tree import (
    Actions,
    Columns,
    Filters,
    FormScreen,
    ListScreen,
    Node,
    Offers,
    Screen,
    ScreenError,
    Text,
)

S = TypeVar("S", bound=Screen)


@dataclass
class Extension:
    """The changes that one addon makes to a screen of another."""

    screen: str
    steps: list[tuple[str, str, Any]] = field(default_factory=list)

    def after(self, name: str, *nodes: Node | str) -> Self:
        """Put nodes behind the node `name`."""
        return self._step("after", name, nodes)

    def before(self, name: str, *nodes: Node | str) -> Self:
        """Put nodes in front of the node `name`."""
        return self._step("before", name, nodes)

    def inside(self, name: str, *nodes: Node | str) -> Self:
        """Put nodes at the end of the container `name`: a section, a grid, `columns`, `filters`."""
        return self._step("inside", name, nodes)

    def remove(self, name: str) -> Self:
        """Take the node away, with all below it."""
        return self._step("remove", name, ())

    def set(self, name: str, **props: Any) -> Self:
        """Give properties of a node other values; the screen itself goes by its own name."""
        return self._step("set", name, props)

    def _step(self, what: str, name: str, detail: Any) -> Self:
        self.steps.append((what, name, detail))
        return self


class Screens:
    """What one addon declares in its `screens.py`."""

    def __init__(self) -> None:
        self.declared: dict[str, Screen] = {}
        self.extensions: list[Extension] = []
        self.offered: list[Offers] = []

    def list(
        self,
        name: str,
        *,
        model: str,
        title: Text,
        columns: Sequence[Node | str],
        filters: Sequence[Node | str] = (),
        actions: Sequence[Node | str] = (),
        **options: Any,
    ) -> ListScreen:
        """Declare a list; a bare name among `actions` is a field to set; `options`: see `ListScreen`."""
        screen = ListScreen(name, model, title, **options)
        screen.nodes = [Columns("columns"), Filters("filters"), Actions("actions")]
        for group, nodes in zip(screen.nodes, (columns, filters, actions), strict=True):
            group.nodes = group.take(nodes)
        return self._declare(screen)

    def form(
        self, name: str, *, model: str, title: Text, nodes: Sequence[Node | str], **options: Any
    ) -> FormScreen:
        """Declare a form; `options` are those of `FormScreen`."""
        screen = FormScreen(name, model, title, **options)
        screen.nodes = screen.take(nodes)
        return self._declare(screen)

    def extend(self, screen: str) -> Extension:
        """Change a screen of another addon."""
        extension = Extension(screen)
        self.extensions.append(extension)
        return extension

    def offers(self, model: str, **options: Any) -> None:
        """Add to what forms show of offered records, and to what they find them by; see `Offers`."""
        self.offered.append(Offers(model, **options))

    def _declare(self, screen: S) -> S:
        if screen.name in self.declared:
            raise ScreenError(f"the screen {screen.name} is declared twice in one addon")
        self.declared[screen.name] = screen
        return screen
