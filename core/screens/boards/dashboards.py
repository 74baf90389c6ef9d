"""Dashboards: figures and charts that addons declare, each leading to the documents that it counts.

    dashboards = Dashboards()                                        # addons/accounting/dashboards.py
    dashboards.board("finance", _l("Finance"), permission="accounting.post", position=10)
    dashboards.figure("finance", "overdue", _l("Overdue"), overdue, permission="accounting.read")
    dashboards.chart("finance", "ageing", _l("Open receivables by age"), ageing, permission="accounting.read")

    def overdue(session, today) -> Figure:
        return Figure(amounts=[(Decimal("120.00"), "USD")], link="/m/accounting.open_item.list?f.open=yes")

A board is a tab of the start page, for those who have its permission; an addon adds to the boards of another
by their name. What shows a figure asks the database once, within the user's record rules: a rep's figures are
those of the rep's customers. Several items may stand on one query, by `shared`:

    @shared
    def ages(session, today): ...          # asked once a board, for both figures and the chart
"""

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any, TypeVar, cast

from core.db import decimals_of
from core.security.actor import Actor

#: A text, or one that is translated where it is shown.
Text = Any


class DashboardError(Exception):
    """An item for a board that no installed addon declares, or a name that is taken; the text names both."""


@dataclass(frozen=True)
class Figure:
    """What a figure says: a number, or an amount for each currency; empty means nothing there."""

    number: int | None = None
    #: (amount, ISO code of its currency).
    amounts: Sequence[tuple[Decimal, str]] = ()
    #: The documents that it counts.
    link: str = ""
    note: str = ""
    #: `bad` where somebody has to act.
    tone: str = ""


@dataclass(frozen=True)
class Series:
    """Values of one colour."""

    label: str
    values: Sequence[Decimal | int]
    #: ISO code of the currency of the values, where it is not the chart's.
    currency: str = ""


@dataclass(frozen=True)
class Chart:
    """What a chart shows: a value of each series for each label."""

    labels: Sequence[str]
    series: Sequence[Series]
    #: For each label the documents behind it.
    links: Sequence[str] = ()
    #: `bar`, `line`, or `across`: bars from left to right, for long labels.
    kind: str = "bar"
    #: ISO code of the currency of the values; empty where they are counts.
    currency: str = ""
    note: str = ""

    @property
    def has_values(self) -> bool:
        """Whether there is anything to draw."""
        return any(any(series.values) for series in self.series)

    @property
    def panes(self) -> list["Chart"]:
        """What is drawn: a chart for each currency, since amounts of two never share an axis."""
        codes = dict.fromkeys(series.currency or self.currency for series in self.series)
        return [
            replace(
                self,
                series=[series for series in self.series if (series.currency or self.currency) == code],
                currency=code,
            )
            for code in codes
        ]


#: What `shared` readings have said while one board is read.
_said: ContextVar[dict[Any, Any] | None] = ContextVar("said", default=None)
Reader = TypeVar("Reader", bound=Callable[[Any, date], Any])


def shared(read: Reader) -> Reader:
    """Let several items of a board stand on one reading: it asks the database once a board."""

    @wraps(read)
    def once(session: Any, today: date) -> Any:
        said = _said.get()
        if said is None:
            return read(session, today)
        if read not in said:
            said[read] = read(session, today)
        return said[read]

    return cast(Reader, once)


#: Called with (session, today) within the record rules of the user.
Reading = Callable[[Any, date], Figure | Chart]


@dataclass(frozen=True)
class Item:
    """A figure or chart of a board."""

    name: str
    title: Text
    read: Reading
    permission: str
    is_chart: bool = False


@dataclass(frozen=True)
class Board:
    """A tab of the start page."""

    name: str
    title: Text
    permission: str
    position: int = 50
    #: Whoever may do this, works by this board: it stands before those that one merely reads.
    leads: str = ""
    items: tuple[Item, ...] = ()


@dataclass
class Dashboards:
    """What one addon declares in its `dashboards.py`."""

    boards: dict[str, Board] = field(default_factory=dict)
    items: list[tuple[str, Item]] = field(default_factory=list)

    def board(self, name: str, title: Text, *, permission: str, position: int = 50, leads: str = "") -> None:
        """Declare a tab; it comes first for those who may do what `leads` names."""
        self.boards[name] = Board(name, title, permission, position, leads)

    def figure(self, board: str, name: str, title: Text, read: Reading, *, permission: str) -> None:
        """Put a figure on a board, one's own or another addon's."""
        self.items.append((board, Item(name, title, read, permission)))

    def chart(self, board: str, name: str, title: Text, read: Reading, *, permission: str) -> None:
        """Put a chart on a board, one's own or another addon's."""
        self.items.append((board, Item(name, title, read, permission, is_chart=True)))


def compose_boards(declared: Iterable[tuple[str, Dashboards]]) -> list[Board]:
    """The boards of the installed addons in their order; raises DashboardError."""
    found = list(declared)
    boards: dict[str, Board] = {}
    for addon, dashboards in found:
        for board in dashboards.boards.values():
            if board.name in boards:
                raise DashboardError(f"{addon}: another addon has the board {board.name} already")
            boards[board.name] = board
    for addon, dashboards in found:
        for name, item in dashboards.items:
            boards[name] = _with(boards, name, item, addon)
    return sorted(boards.values(), key=lambda board: (board.position, board.name))


def _with(boards: dict[str, Board], name: str, item: Item, addon: str) -> Board:
    if name not in boards:
        raise DashboardError(f"{addon}: {item.name} is for the board {name}, which no addon declares")
    if item.name in (other.name for other in boards[name].items):
        raise DashboardError(f"{addon}: the board {name} has a {item.name} already")
    return replace(boards[name], items=(*boards[name].items, item))


def boards_for(boards: Iterable[Board], actor: Actor) -> list[Board]:
    """The boards that this actor may open, those of the actor's work first, with the items one may see."""
    return [
        replace(board, items=tuple(item for item in board.items if actor.may(item.permission)))
        for board in sorted(boards, key=lambda board: not (board.leads and actor.may(board.leads)))
        if actor.may(board.permission)
    ]


def read_items(board: Board, session: Any, today: date) -> list[tuple[Item, Any]]:
    """What the items of a board say now."""
    token = _said.set({})
    try:
        return [(item, item.read(session, today)) for item in board.items]
    finally:
        _said.reset(token)


def chart_data(item: Item, chart: Chart) -> dict[str, Any]:
    """A chart for the page's script. Values become floats here, and only here: pixels need no cents."""
    return {
        "kind": chart.kind,
        "title": str(item.title),
        "labels": list(chart.labels),
        "links": list(chart.links),
        "currency": chart.currency,
        "series": [_series_data(chart, series) for series in chart.series],
    }


def _series_data(chart: Chart, series: Series) -> dict[str, Any]:
    currency = series.currency or chart.currency
    return {
        "label": series.label,
        "values": [float(value) for value in series.values],
        "currency": currency,
        "decimals": decimals_of(currency) if currency else None,
    }
