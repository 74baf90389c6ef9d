"""What the address of a list says: search, filters, order, groups, columns and page.

/m/sales.order.list?q=acme&f.state=draft&f.state=confirmed&f.date.from=2026-01-01&sort=-total&page=2
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from werkzeug.datastructures import MultiDict

from core.errors import UserError
from core.i18n import N_, _
from core.screens.tree import ListScreen

PAGE_SIZE = 80
PAGE_SIZES = (20, 80, 200, 500)
#: Groups within groups; deeper ones say nothing any more.
LEVELS = 3


class ListStateError(UserError):
    """The address of a list names something that the list does not have."""


@dataclass(frozen=True)
class ListState:
    """What the address of a list says."""

    q: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    page: int = 1
    size: int = PAGE_SIZE
    #: The outermost group first.
    group: tuple[str, ...] = ()
    #: `state` → ("draft", "confirmed"), `date.from` → ("2026-01-01",).
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: The saved view that this began as: its id, `0` for the plain list where another view is the default.
    of: str = ""

    def args(self) -> list[tuple[str, str]]:
        """The address' arguments, without what is as usual."""
        pairs = [
            *self.kept(),
            ("page", str(self.page) if self.page > 1 else ""),
            ("of", self.of),
        ]
        return [(name, value) for name, value in pairs if value]

    def kept(self) -> list[tuple[str, str]]:
        """The arguments that a saved view keeps."""
        pairs = [
            ("q", self.q),
            ("sort", self.sort),
            ("columns", ",".join(self.columns)),
            ("group", ",".join(self.group)),
        ]
        pairs += [(f"f.{name}", value) for name, values in self.filters.items() for value in values]
        pairs += [("size", str(self.size) if self.size != PAGE_SIZE else "")]
        return [(name, value) for name, value in pairs if value]

    def address(self, path: str) -> str:
        """The address of a list, or of what is done with its rows, in this state."""
        args = "&".join([_argument(name, value) for name, value in self.args()])
        return f"{path}?{args}" if args else path

    def but(self, **changes: Any) -> "ListState":
        """The same list with some of its state changed; anything but a page change starts at page 1."""
        return replace(self, **{"page": 1, **changes})

    def without_filter(self, name: str) -> "ListState":
        """The same list with one filter (all its bounds) taken off."""
        kept = {n: v for n, v in self.filters.items() if n.split(".")[0] != name}
        return self.but(filters=kept)


@lru_cache(maxsize=1024)
def _argument(name: str, value: str) -> str:
    """An argument as an address has it; a page has some twenty addresses that differ in one of them."""
    return f"{quote_plus(name)}={quote_plus(value)}"


def parse_state(args: MultiDict[str, str]) -> ListState:
    """The state that an address holds, whatever the list has of it."""
    filters = {n[2:]: tuple(v for v in args.getlist(n) if v) for n in args if n.startswith("f.")}
    return ListState(
        q=args.get("q", "").strip(),
        sort=args.get("sort", ""),
        columns=_names(args.get("columns", "")),
        page=max(1, _whole(args.get("page", "1"))),
        size=min(max(1, _whole(args.get("size", str(PAGE_SIZE)))), PAGE_SIZES[-1]),
        group=_names(",".join(args.getlist("group")))[:LEVELS],
        filters={name: values for name, values in filters.items() if values},
        of=args.get("of", "") if args.get("of", "").isdigit() else "",
    )


def read_state(screen: ListScreen, args: MultiDict[str, str]) -> ListState:
    """The state that an address holds; raises ListStateError for what the list does not have."""
    state = parse_state(args)
    for what, name in strangers(screen, state):
        raise ListStateError(
            _(
                "This list has no %(what)s “%(name)s”. Open it without it and choose again.",
                what=what,
                name=name,
            )
        )
    return state


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in text.split(",") if name))


def _whole(text: str) -> int:
    # Nineteen digits and more do not fit PostgreSQL's OFFSET.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def strangers(screen: ListScreen, state: ListState) -> list[tuple[str, str]]:
    """(what it is, its name) of all that the state names and the list does not have."""
    columns = {c.name for c in screen.columns}
    known = {f.name for f in screen.filters}
    asked = [(N_("column"), n, columns) for n in state.columns]
    asked += [(N_("column"), state.sort.lstrip("-"), columns | {""})]
    asked += [(N_("group"), n, {*screen.group_by}) for n in state.group]
    asked += [(N_("filter"), n.split(".")[0], known) for n in state.filters]
    return [(_(what), name) for what, name, there in asked if name not in there]


def only(state: ListState, fits: Callable[[str], bool]) -> ListState:
    """The state without the columns, order, groups and filters whose name does not fit."""
    return replace(
        state,
        sort=state.sort if fits(state.sort.lstrip("-")) else "",
        columns=tuple(n for n in state.columns if fits(n)),
        group=tuple(n for n in state.group if fits(n)),
        filters={n: v for n, v in state.filters.items() if fits(n.split(".")[0])},
    )
