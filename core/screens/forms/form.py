"""A form on one record: made from its screen and the mapped columns, read, checked and written.

Traps that this keeps away from: what was typed wins over what is stored when a form comes back with errors;
an existing record is the only one whose values fill a form; a field that the user may not see is not in the
form at all, so it can be neither read nor sent.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask_babel import get_timezone
from markupsafe import Markup
from sqlalchemy import inspect as orm_inspect
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import Form

from core.db import decimals_of
from core.errors import UserError
from core.i18n import _, locale_code
from core.screens.composition import ScreenSet
from core.screens.fields import (
    FieldInfo,
    amount_text,
    label_of,
    number_text,
    shower,
)
from core.screens.forms.inputs import NumberField, RefField, input_for
from core.screens.tree import Column, Facts, Field, FormScreen, Grid, Node, Part, Section, walk
from core.security.actor import Actor
from core.security.rights import may_see_field, model_rights

#: The row that new lines are copied from.
BLANK = "__n__"
MAX_LINES = 2000


@dataclass
class Entry:
    """A field as the page shows it: an input, or a value to read."""

    node: Field | Column
    info: FieldInfo
    label: str
    #: The bound WTForms field, None where there is only a value to read.
    input: Any = None
    value: Any = None
    text: str = ""
    #: The record that it names, for whoever may open it.
    url: str = ""

    @property
    def required(self) -> bool:
        """Whether it has to be filled in: as the form says, else as its column does."""
        given = getattr(self.node, "required", None)
        return self.info.required if given is None else bool(given)

    def plain(self, value: Any, currency: str) -> str:
        """A number as text: an amount in the decimals of the currency, without its code."""
        decimals = decimals_of(currency) if self.info.in_currency and currency else 0
        least = decimals if self.info.in_currency else 0
        most = decimals if self.info.kind == "money" and currency else self.info.scale or decimals
        return number_text(value, locale_code(), least, most)

    @property
    def css(self) -> str:
        """How its column or box is laid out."""
        return "n" if self.info.numeric else self.info.kind


@dataclass
class Line:
    """One row of a grid."""

    key: str
    entries: list[Entry]
    form: Form | None = None
    record: Any = None


@dataclass
class GridForm:
    """The lines of a grid."""

    node: Grid
    label: str
    heads: list[Entry]
    editable: bool
    lines: list[Line] = field(default_factory=list)
    blank: Line | None = None

    @cached_property
    def shown(self) -> frozenset[str]:
        """The columns that the page has: of lines that are only read, those in which anything stands."""
        names = frozenset(head.node.name for head in self.heads)
        if self.editable or not self.lines:
            return names
        return frozenset(
            e.node.name for line in self.lines for e in line.entries if e.value not in (None, "")
        )


@dataclass
class RecordForm:
    """A form on a record, or on one that is to be."""

    screen: FormScreen
    record: Any
    #: Whether anything of it can be changed, and whether that is all of it.
    editable: bool
    whole: bool
    form: Form
    entries: dict[str, Entry]
    grids: dict[str, GridForm]
    #: Errors that belong to no field.
    problems: list[str] = field(default_factory=list)
    #: Address and name of what they speak of, where they speak of another record.
    see: tuple[str, str] = ("", "")

    @property
    def valid(self) -> bool:
        """Whether nothing was refused."""
        forms = [self.form, *(line.form for g in self.grids.values() for line in g.lines if line.form)]
        return not self.problems and not any(form.errors for form in forms)

    def inputs(self) -> Iterator[tuple[Any, Entry]]:
        """(form, entry) of all inputs, those of lines too."""
        for entry in self.entries.values():
            if entry.input is not None:
                yield self.form, entry
        for grid in self.grids.values():
            for line in [*grid.lines, *([grid.blank] if grid.blank else [])]:
                yield from ((line.form, entry) for entry in line.entries if entry.input is not None)


class FormBuilder:
    """Builds the form of one screen for one actor."""

    def __init__(self, screens: ScreenSet, screen: FormScreen, actor: Actor) -> None:
        self.screens, self.screen, self.actor = screens, screen, actor
        #: Of the record in hand; its lines are in it too.
        self.currency = ""

    def build(
        self,
        record: Any,
        lines: dict[str, list[Any]],
        data: MultiDict[str, str] | None = None,
        defaults: dict[str, Any] | None = None,
    ) -> RecordForm:
        """The form with the record's values, or with what was sent."""
        editable = self._editable(record)
        self.currency = getattr(record, "currency_code", "") or (defaults or {}).get("currency_code", "")
        nodes = [
            n for n in self._field_nodes() if n.visible is None or (record is not None and n.visible(record))
        ]
        writable = [
            n for n in nodes if (editable or self._stays_open(n, record)) and self._takes_input(n, record)
        ]
        form = self._bind(writable, self.screen.model, record, data, defaults or {}, "", "")
        entries = {n.name: self._entry(n, self.screen.model, form, record, defaults) for n in nodes}
        # What a new record will have one day is nothing to look at yet, unless it follows from what is typed.
        entries = {
            n: e
            for n, e in entries.items()
            if record is not None or e.input is not None or e.value is not None or _derived(e.node)
        }
        grids = {
            g.name: self._grid(g, record, lines.get(g.name, []), data, editable) for g in self._grids(record)
        }
        return RecordForm(self.screen, record, editable or bool(writable), editable, form, entries, grids)

    def _editable(self, record: Any) -> bool:
        rights = model_rights(self.screen.model)
        return self.actor.may(rights.write) and not (
            record is not None and _is_true(self.screen.readonly, record)
        )

    def _stays_open(self, node: Field, record: Any) -> bool:
        may = self.actor.may(model_rights(self.screen.model).write)
        return may and record is not None and node.stays_open is not None and bool(node.stays_open(record))

    def _takes_input(self, node: Field, record: Any) -> bool:
        # JSON and arrays have no input of their own: they are shown.
        known = self.screens.info(self.screen.model, node.name).kind != "other"
        return known and not _is_true(node.readonly, record)

    def _field_nodes(self) -> list[Field]:
        found = [
            p.node for p in walk(self.screen) if isinstance(p.node, Field) and not isinstance(p.parent, Grid)
        ]
        return [n for n in found if may_see_field(self.actor, self.screen.model, n.name)]

    def _grids(self, record: Any) -> list[Grid]:
        found = [p.node for p in walk(self.screen) if isinstance(p.node, Grid)]
        return [g for g in found if self._shows(g, record)]

    def _shows(self, grid: Grid, record: Any) -> bool:
        seen = grid.visible is None or (record is not None and grid.visible(record))
        return seen and self.actor.may(model_rights(grid.model).read)

    def _bind(
        self,
        nodes: Sequence[Field],
        model: str,
        record: Any,
        data: MultiDict[str, str] | None,
        defaults: dict[str, Any],
        prefix: str,
        path: str,
    ) -> Form:
        body = {
            n.name: input_for(
                self.screens.info(model, n.name),
                n,
                self._choices_url(path + n.name),
                self.screens.held_by(self.screens.info(model, n.name), n.narrowed),
            )
            for n in nodes
        }
        cls = type("ScreenForm", (Form,), body)
        usual = {n.name: self.screens.info(model, n.name).default for n in nodes} | defaults
        form: Form = cls(data, obj=record, data=None if record is not None else usual, prefix=prefix)
        return form

    def _choices_url(self, path: str) -> str:
        # Not by url_for: a worker, too, checks what a form would take, and has no request to ask.
        return f"/m/{self.screen.name}/choices/{path}"

    def _entry(
        self,
        node: Field | Column,
        model: str,
        form: Form | None,
        record: Any,
        defaults: dict[str, Any] | None = None,
    ) -> Entry:
        info = self.screens.info(model, node.name)
        bound = form[node.name] if form is not None and node.name in form else None
        value = getattr(record, node.name) if record is not None else (defaults or {}).get(node.name)
        entry = Entry(node, info, label_of(node, info), bound, value)
        if bound is None and value is not None:
            entry.text = self._text(node, info, record, value)
        if isinstance(bound, NumberField) and info.in_currency:
            bound.least = decimals_of(self.currency)
        return entry

    def _text(self, node: Field | Column, info: FieldInfo, record: Any, value: Any) -> Markup:
        if not info.in_currency:
            show = shower(node.show or info.kind, locale_code(), get_timezone(), node.choices)
            return Markup(show(value, ""))  # noqa: S704  # a shower escapes
        own = getattr(record, info.currency, "") or ""
        # The currency of a document is said once, and not again in each cell of its lines.
        is_said = own == self.currency and record._name != self.screen.model
        return amount_text(info, value, "" if is_said else own, self.currency)

    def _grid(
        self, grid: Grid, record: Any, records: list[Any], data: MultiDict[str, str] | None, editable: bool
    ) -> GridForm:
        columns = self._columns(grid)
        editable = (
            editable
            and self.actor.may(model_rights(grid.model).write)
            and not _is_true(grid.readonly, record)
        )
        heads = [self._entry(c, grid.model, None, None) for c in columns]
        made = GridForm(grid, str(grid.title) or _(grid.name.capitalize()), heads, editable)
        by_id = {str(r.id): r for r in records}
        made.blank = self._line(grid, columns, BLANK, None, None, True) if editable else None
        keys = sent_keys(made, data) if editable and data is not None else list(by_id)
        made.lines = [self._line(grid, columns, key, by_id.get(key), data, editable) for key in keys]
        return made

    def single(self, node: Field, data: MultiDict[str, str] | None) -> Entry:
        """One field by itself, of no record: checked where `data` was sent, its label not filled in."""
        form = self._bind([node], self.screen.model, None, data, {}, "", "")
        if data is not None:
            form.validate()
        return self._entry(node, self.screen.model, form, None)

    def line(self, grid: Grid, key: str, record: Any) -> Line:
        """A line of the grid as it is stored."""
        return self._line(grid, self._columns(grid), key, record, None, True)

    def _columns(self, grid: Grid) -> list[Column]:
        found = [c for c in grid.nodes if isinstance(c, Column)]
        return [c for c in found if may_see_field(self.actor, grid.model, c.name)]

    def _line(
        self,
        grid: Grid,
        columns: list[Column],
        key: str,
        record: Any,
        data: MultiDict[str, str] | None,
        editable: bool,
    ) -> Line:
        form = None
        if editable:
            writable = [
                Field(c.name, label=c.label, choices=c.choices, narrowed=c.narrowed)
                for c in columns
                if not c.readonly
            ]
            prefix = f"{grid.name}-{key}-"
            form = self._bind(writable, grid.model, record, data, {}, prefix, f"{grid.name}.")
        return Line(key, [self._entry(c, grid.model, form, record) for c in columns], form, record)


def _derived(node: Field | Column) -> bool:
    return isinstance(node, Field) and node.derived


def sent_keys(grid: GridForm, data: MultiDict[str, str]) -> list[str]:
    """The keys of the lines that were sent, in their order on the page; a new one left as it came is none."""
    pattern = re.compile(rf"{re.escape(grid.node.name)}-(\w+)-(.+)")
    usual = {e.node.name: e for e in grid.blank.entries} if grid.blank else {}
    filled: dict[str, bool] = {}
    for name, value in data.items():
        match = pattern.fullmatch(name)
        if match and match[1] != BLANK:
            stored = match[1].isdigit()
            filled[match[1]] = filled.get(match[1], stored) or _is_written(usual, match[2], value.strip())
    keys = [key for key, is_filled in filled.items() if is_filled]
    if len(keys) > MAX_LINES:
        raise UserError(_("At most %(n)s lines can be saved at once. Import a longer list.", n=MAX_LINES))
    return keys


def _is_written(usual: dict[str, Entry], name: str, value: str) -> bool:
    """Whether somebody filled this in: a choice always holds something, and a default was there before."""
    entry = usual.get(name.removesuffix(".text"))
    if entry is None or entry.input is None or entry.info.kind in ("choice", "bool"):
        return False
    if isinstance(entry.input, RefField):
        return value not in ("", entry.input.text, str(entry.input.data))
    return value not in ("", entry.input._value())


def _is_true(condition: Any, record: Any) -> bool:
    if callable(condition):
        return record is not None and bool(condition(record))
    return bool(condition)


def load_lines(session: Any, screens: ScreenSet, screen: FormScreen, record_id: int) -> dict[str, list[Any]]:
    """The lines of all grids of the record: one query a grid."""
    found: dict[str, list[Any]] = {}
    for place in walk(screen):
        if isinstance(place.node, Grid):
            cls = screens.models.model(place.node.model)
            parent = getattr(cls, parent_column(screens, screen, place.node))
            found[place.node.name] = list(
                session.scalars(select(cls).where(parent == record_id).order_by(*_order(cls, place.node)))
            )
    return found


def _order(cls: Any, grid: Grid) -> list[Any]:
    name = grid.order or ("position" if "position" in orm_inspect(cls).columns else "id")
    return [getattr(cls, name), cls.id]


def parent_column(screens: ScreenSet, screen: FormScreen, grid: Grid) -> str:
    """The column of the line that points to the record."""
    if grid.parent:
        return grid.parent
    table = screens.models.model(screen.model).__table__
    mapper = orm_inspect(screens.models.model(grid.model))
    found = [c.key for c in mapper.columns if any(key.column.table is table for key in c.foreign_keys)]
    if len(found) != 1:
        raise LookupError(f"name the parent column of the grid {grid.name}: {grid.model} has {found}")
    return str(found[0])


def shown_nodes(nodes: Iterable[Node], form: RecordForm) -> list[Node]:
    """The nodes that show: what the user may see of this record, and no section that would be empty."""
    return [node for node in nodes if _shows(node, form)]


def _in_head(node: Field, form: RecordForm) -> bool:
    """Whether it stands beside the title, and nowhere else since nobody can change it."""
    named = form.record is not None and node.name in (*form.screen.head, form.record._label)
    entry = form.entries[node.name]
    # An amount stands with the other amounts too.
    return named and entry.input is None and not entry.info.numeric


def _shows(node: Node, form: RecordForm) -> bool:
    condition = getattr(node, "visible", None)
    if condition is not None and (form.record is None or not condition(form.record)):
        return False
    if isinstance(node, Field):
        return node.name in form.entries and not _in_head(node, form)
    if isinstance(node, Grid):
        return node.name in form.grids
    if isinstance(node, Facts):
        return form.record is not None
    return bool(shown_nodes(node.nodes, form)) if isinstance(node, Section) else isinstance(node, Part)
