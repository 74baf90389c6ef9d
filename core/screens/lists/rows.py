"""The rows of a list as HTML, one by one or below the headings of their groups."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel import dates
from flask_babel import get_timezone
from markupsafe import Markup

from core.db import db
from core.i18n import _, locale_code
from core.screens.fields import NUMERIC, choice_text, number_text, shower
from core.screens.lists.plan import PlannedColumn
from core.screens.lists.query import ListQuery

#: Database rows → each as HTML.
RowMaker = Callable[[Sequence[Any]], list[str]]


@dataclass(frozen=True)
class GroupHead:
    """The heading of a group at one level."""

    level: int
    label: str
    count: str
    #: HTML of the columns behind the label, from `first_sum` on.
    sums: list[Markup]
    #: How many columns the label may take.
    width: int
    #: The list of just these records, empty where no filter can say that.
    url: str = ""


@dataclass
class Group:
    """Rows below one or several headings; the only one has none where nothing is grouped."""

    heads: list[GroupHead] = field(default_factory=list)
    #: Each row as HTML.
    rows: list[str] = field(default_factory=list)

    @property
    def html(self) -> Markup:
        """All rows."""
        return Markup("\n".join(self.rows))  # noqa: S704  # `row_maker` escapes


def css_of(column: PlannedColumn) -> str:
    """How its cells are laid out."""
    return "n" if column.kind in NUMERIC else "t" if column.kind in ("text", "ref") else column.kind


def on_phone(columns: Sequence[PlannedColumn]) -> dict[int, str]:
    """Which columns stand in the two lines of a row on a phone, and where.

    What it is called and below it whom or what it is about; its amount and below that its state.
    """
    about = [n for n, c in enumerate(columns) if n and c.kind in ("ref", "text")]
    figures = [n for n, c in enumerate(columns) if n and c.kind in NUMERIC]
    states = [n for n, c in enumerate(columns) if n and c.kind == "choice"]
    named = [n for n in states if columns[n].node.name == "state"] or states
    places = [(0, " p-name")]
    places += [(n, " p-about") for n in about[:1]] + [(n, " p-figure") for n in figures[-1:]]
    return dict([*places, *((n, " p-state") for n in named[:1])])


def row_maker(query: ListQuery, base: str, editable: frozenset[str] = frozenset(), own: str = "") -> RowMaker:
    """The function that turns database rows into rows of the table.

    In Python, not in the template, and column by column: 80 rows of 11 columns are 900 cells, for each of
    which a template would hand up a piece through every template that it extends. `base` is the address of
    the form; the first cell links to it. The cells of `editable` columns may be changed in place. Amounts in
    the currency `own` have no code.
    """
    locale, zone = locale_code(), get_timezone()
    shows = [shower(column.kind, locale, zone, column.node.choices, own) for column in query.columns]
    places = codes_at(query)
    places_on_phone = on_phone(query.columns)
    css = [
        css_of(c) + (" e" if c.node.name in editable else "") + places_on_phone.get(n, "")
        for n, c in enumerate(query.columns)
    ]
    frame = _frame(css, base)
    keys = frame.count("%s") - len(shows)

    def make(rows: Sequence[Any]) -> list[str]:
        values = list(zip(*rows, strict=True))
        blank = ("",) * len(rows)
        cells = [
            ["" if v is None else show(v, code) for v, code in zip(column, codes, strict=True)]
            for column, show, codes in zip(
                values[1:], shows, [values[at] if at else blank for at in places], strict=False
            )
        ]
        names = [name or "–" for name in cells[0]]
        return [frame % row for row in zip(*[values[0]] * keys, names, *cells[1:], strict=True)]

    return lambda rows: make(rows) if rows else []


def codes_at(query: ListQuery) -> list[int]:
    """Where the row of each column has its currency; 0 where it has none."""
    places = {id(column): at for at, column in enumerate(query.currencies(), start=1 + len(query.columns))}
    return [places.get(id(c.currency), 0) for c in query.columns]


def _frame(css: Sequence[str], base: str) -> str:
    """A row as a format: its key as often as it stands there, then what each cell shows."""
    base = base.replace("%", "%%")
    pick = '<td class="pick"><input type="checkbox" value="%s" aria-labelledby="r%s"></td>'
    cells = "".join(f'<td class="{name}">%s</td>' for name in css[1:])
    if not base:
        return f'<tr data-id="%s">{pick}<td class="{css[0]}" id="r%s">%s</td>{cells}</tr>'
    return (
        f'<tr data-href="{base}%s" data-id="%s">{pick}<td class="{css[0]}">'
        f'<a href="{base}%s" id="r%s">%s</a></td>{cells}</tr>'
    )


def groups_of(
    query: ListQuery, rows: Sequence[Any], make: RowMaker, url: Callable[[Any], str]
) -> list[Group]:
    """The rows below their groups; `url` gives the address of a changed state."""
    groupings = query.groupings()
    if not groupings:
        return [Group(rows=make(rows))]
    heading = _Headings(query, rows, url)
    made: list[Group] = []
    before: tuple[Any, ...] | None = None
    for row, html in zip(rows, make(rows), strict=True):
        keys, labels = heading.path(row)
        if keys != before:
            same = next((n for n, (a, b) in enumerate(zip(keys, before or (), strict=False)) if a != b), 0)
            made.append(Group([heading.head(keys[: n + 1], labels[n]) for n in range(same, len(keys))]))
            before = keys
        made[-1].rows.append(html)
    return made


class _Headings:
    """The headings of all groups on a page: one query, however many there are."""

    def __init__(self, query: ListQuery, rows: Sequence[Any], url: Callable[[Any], str]) -> None:
        self.query, self.url = query, url
        self.columns = [query.plan.columns[g.name] for g in query.groupings()]
        self.first_key = 1 + len(query.columns) + len(query.currencies())
        self.labelled = [g.label is not None for g in query.groupings()]
        summed = query.summed()
        self.first_sum = min([i for i in summed if i > 0], default=len(query.columns))
        shows = {i: shower(query.columns[i].kind, locale_code(), None) for i in summed}
        self.shows = shows
        self.counts: dict[tuple[Any, ...], int] = {}
        self.sums: dict[tuple[Any, ...], dict[int, dict[str, Decimal]]] = {}
        self._read({row[self.first_key] for row in rows})

    def path(self, row: Sequence[Any]) -> tuple[tuple[Any, ...], list[Any]]:
        """The keys of the row's groups, and what people read for each."""
        levels = len(self.columns)
        keys = tuple(row[self.first_key : self.first_key + levels])
        labels = iter(row[self.first_key + levels :])
        return keys, [next(labels) if has else key for key, has in zip(keys, self.labelled, strict=True)]

    def _read(self, outermost: set[Any]) -> None:
        levels, codes = len(self.columns), self.query.currencies()
        for level, *values in db.session.execute(self.query.groups(outermost)):
            keys = tuple(values[: levels - level])
            currency, (count, *sums) = values[levels : levels + len(codes)], values[levels + len(codes) :]
            self.counts[keys] = self.counts.get(keys, 0) + count
            into = self.sums.setdefault(keys, {})
            for i, value in zip(self.query.summed(), sums, strict=True):
                wanted = self.query.columns[i].currency
                code = next((c for c, column in zip(currency, codes, strict=True) if column is wanted), "")
                if value is not None:
                    by_code = into.setdefault(i, {})
                    by_code[code] = by_code.get(code, Decimal(0)) + value

    def head(self, keys: tuple[Any, ...], label: Any) -> GroupHead:
        """The heading of the group with these keys, the outermost first."""
        level = len(keys) - 1
        sums = self.sums.get(keys, {})
        shown = [self._sum(i, sums.get(i, {})) for i in range(self.first_sum, len(self.query.columns))]
        count = number_text(self.counts.get(keys, 0), locale_code())
        text = _text(self.columns[level], label)
        return GroupHead(level, text, count, shown, self.first_sum, self._url(keys))

    def _sum(self, position: int, by_code: dict[str, Decimal]) -> Markup:
        texts = [Markup(self.shows[position](v, code)) for code, v in sorted(by_code.items())]  # noqa: S704  # a shower escapes
        return Markup("<br>").join(texts)

    def _url(self, keys: tuple[Any, ...]) -> str:
        """The same list narrowed to the group, and grouped by what lies within."""
        filters = dict(self.query.state.filters)
        known = {f.name for f in self.query.plan.screen.filters if f.where is None}
        for column, key in zip(self.columns, keys, strict=False):
            chosen = _filter_of(column, key)
            if column.node.name not in known or not chosen:
                return ""
            filters = {n: v for n, v in filters.items() if n.split(".")[0] != column.node.name} | chosen
        inner = self.query.state.group[len(keys) :]
        return self.url(self.query.state.but(filters=filters, group=inner))


def _text(column: PlannedColumn, label: Any) -> str:
    if label is None or label == "":
        return _("None")
    if column.kind in ("date", "moment"):
        return dates.format_skeleton("yMMMM", label, locale=locale_code())
    if column.kind == "choice":
        return choice_text(label, column.node.choices)
    if column.kind == "bool":
        return _("Yes") if label else _("No")
    return str(label)


def _filter_of(column: PlannedColumn, key: Any) -> dict[str, tuple[str, ...]]:
    """The filter that leaves the group of this key; empty where there is none."""
    name = column.node.name
    if column.kind in ("date", "moment"):
        if key is None:
            return {}
        first, last = month_of(key)
        return {f"{name}.from": (first,), f"{name}.to": (last,)}
    if column.kind == "bool":
        return {name: ("yes" if key else "no",)} if key is not None else {}
    if column.kind in ("ref", "choice"):
        return {name: ("none" if key is None else str(key),)} if key != "" else {}
    return {}


def month_of(day: Any) -> tuple[str, str]:
    """The first and the last day of a month, as an address writes them."""
    last = monthrange(day.year, day.month)[1]
    return f"{day.year:04}-{day.month:02}-01", f"{day.year:04}-{day.month:02}-{last:02}"
