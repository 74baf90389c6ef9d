"""Values that follow from what is typed: answered by the server for the whole form in one request.

A form names a function, `screens.form(..., derive=derive)`, which gets what the form holds now:

    def derive(session, values: Typed, lines: Mapping[str, Sequence[Typed]]) -> Derived:
        ...
        return Derived({"due_date": day, "total": total}, {"lines": [{"net": net}, ...]})

`values` has the inputs of the record, `lines` those of each grid's lines in their order; None stands for what
is empty or can't be read. `values.changed` says what was changed since the last answer, so that a description
is filled in when its part was chosen, and not over what somebody wrote. Nothing is written by it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.i18n import locale_code
from core.screens.composition import ScreenSet
from core.screens.fields import number_text
from core.screens.forms.form import Entry, GridForm, Line, RecordForm
from core.screens.forms.inputs import NumberField, value_of
from core.screens.forms.labels import labels_of
from core.screens.forms.panels import typed_badges
from core.screens.tree import FormScreen


class Typed(dict[str, Any]):
    """The values that a record or a line holds in its form; `changed` names those that are new."""

    changed: frozenset[str] = frozenset()
    #: The record as it is saved, None where it is new.
    record: Any = None


@dataclass(frozen=True)
class Mark:
    """What is said of a cell beside its value: a note, its tone, and a value that one key puts there instead.

    A note without tone and offer shows on hover and by Alt+I alone; with the tone `note` it shows, quietly.
    """

    note: str = ""
    #: `bad` where it must not stay so, `warn` where somebody should know, `note` for what a cell means.
    tone: str = ""
    offer: Any = None


@dataclass(frozen=True)
class Derived:
    """What follows: values of the record, and for each grid those of its lines in their order.

    `marks` has for each line of a grid those of its columns; an empty one takes an earlier one away. A grid
    with `marked` asks for them when its form opens too.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    marks: Mapping[str, Sequence[Mapping[str, Mark]]] = field(default_factory=dict)


#: One value for the page: the name of its input or output, its text, the key of a related record; or a mark.
Answer = dict[str, str]


def answers(
    session: Any, screens: ScreenSet, screen: FormScreen, form: RecordForm, changed: Iterable[str]
) -> list[Answer]:
    """What the form's function says to what it holds, as its page shows it."""
    assert screen.derive is not None
    names = frozenset(changed)
    values = _typed(form.entries.values(), names, "")
    lines = {
        name: [_typed(line.entries, names, _prefix(grid, line)) for line in grid.lines]
        for name, grid in form.grids.items()
    }
    derived = screen.derive(session, values, lines)
    placed = list(_placed(form, derived.values, derived.lines))
    marked = _placed(form, {}, derived.marks)
    return [
        *_texts(session, screens, placed, form, derived),
        *map(_mark, marked),
        *_badges(session, form, values, lines, derived),
    ]


def _badges(
    session: Any, form: RecordForm, values: Typed, lines: Mapping[str, Sequence[Typed]], derived: Derived
) -> Iterator[Answer]:
    """What may be chosen for the lines, by what is typed and what follows from it."""
    for name, grid in form.grids.items():
        for row, line, more in zip(lines[name], grid.lines, derived.lines.get(name) or (), strict=False):
            row.record = line.record
            row.update(more)
        yield from typed_badges(session, grid, {**values, **derived.values}, lines[name])


def _mark(placed: tuple[str, Entry, Mark]) -> Answer:
    name, entry, mark = placed
    offer = "" if mark.offer is None else _text(entry, mark.offer, "")
    return {"name": name, "note": mark.note, "tone": mark.tone, "offer": offer}


def typed_values(form: RecordForm) -> Typed:
    """What the inputs of the record hold, nothing of it new."""
    return _typed(form.entries.values(), frozenset(), "")


def _prefix(grid: GridForm, line: Line) -> str:
    return f"{grid.node.name}-{line.key}-"


def _typed(entries: Iterable[Entry], changed: frozenset[str], prefix: str) -> Typed:
    typed = Typed()
    for entry in entries:
        if entry.input is None:
            typed[entry.node.name] = entry.value
        else:
            readable = not entry.input.process_errors
            typed[entry.node.name] = value_of(entry.info, entry.input) if readable else None
    typed.changed = frozenset(name for name in typed if prefix + name in changed)
    return typed


def _placed(
    form: RecordForm, values: Mapping[str, Any], lines: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[tuple[str, Entry, Any]]:
    """(name on the page, entry, value) of all that the function said."""
    for name, value in values.items():
        if name in form.entries:
            yield name, form.entries[name], value
    for name, rows in lines.items():
        grid = form.grids[name]
        for line, row in zip(grid.lines, rows, strict=True):
            for entry in line.entries:
                if entry.node.name in row:
                    yield _prefix(grid, line) + entry.node.name, entry, row[entry.node.name]


def _texts(
    session: Any,
    screens: ScreenSet,
    placed: Sequence[tuple[str, Entry, Any]],
    form: RecordForm,
    derived: Derived,
) -> list[Answer]:
    wanted: dict[tuple[str, str], set[Any]] = {}
    for _name, entry, value in placed:
        if entry.info.kind == "ref" and value is not None:
            wanted.setdefault((entry.info.target, entry.info.target_column), set()).add(value)
    labels = {key: labels_of(session, screens, key, values) for key, values in wanted.items()}
    currency = derived.values.get("currency_code") or _currency(form)
    found = []
    for name, entry, value in placed:
        if entry.info.kind == "ref":
            label = labels.get((entry.info.target, entry.info.target_column), {}).get(value, "")
            found.append({"name": name, "text": label, "key": "" if value is None else str(value)})
        else:
            found.append({"name": name, "text": _text(entry, value, currency)})
    return found


def _currency(form: RecordForm) -> str:
    entry = form.entries.get("currency_code")
    chosen = (entry.input.data if entry.input is not None else entry.value) if entry is not None else ""
    return chosen or getattr(form.record, "currency_code", "") or ""


def _text(entry: Entry, value: Any, currency: str) -> str:
    """As an input has it, or as people read it where there is none."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(entry.input, NumberField):
        return number_text(value, locale_code(), entry.input.least, entry.input.scale)
    return entry.plain(value, currency) if entry.info.numeric else str(value)
