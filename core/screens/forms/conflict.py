"""Two people edit one record: nothing is overwritten, and the difference shows field by field.

A form carries the values with which it was loaded, signed. At saving, under the row's lock, they are compared
with what the record holds now. Example: loaded terms = 30, price = 5.00. She saves price = 6.00. He saves
terms = 45: his form comes back with terms 45 (his), price 6.00 (hers, since he left it alone), the table
"Price: was 5.00, now 6.00", and the values of now as its base; a second save is then on purpose.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import current_app
from itsdangerous import BadSignature
from itsdangerous.url_safe import URLSafeSerializer

from core.errors import UserError
from core.i18n import _, locale_code
from core.screens.fields import number_text
from core.screens.forms.form import Entry, FormBuilder, GridForm, RecordForm
from core.screens.forms.inputs import value_of

#: Canonical values of the fields of a record, or of one line.
Values = dict[str, Any]


class StaleFormError(UserError):
    """The form's base is missing or was not made by us."""


@dataclass(frozen=True)
class Difference:
    """What another user changed meanwhile, as people read it."""

    label: str
    was: str
    now: str
    #: What this user wrote there, empty when it was left alone.
    yours: str = ""


def canonical(value: Any) -> Any:
    """A value as JSON holds it; 5, 5.0 and 5.00 are one value."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.timestamp()
    return value.isoformat() if isinstance(value, date) else value


def values_of(record: Any, names: Iterable[str]) -> Values:
    """The canonical values of these fields."""
    return {name: canonical(getattr(record, name)) for name in names}


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="form base")


def seal(base: dict[str, Any]) -> str:
    """The base as a form carries it."""
    return str(_serializer().dumps(base))


def unseal(text: str) -> dict[str, Any]:
    """The base that a form carried; raises StaleFormError."""
    try:
        base: dict[str, Any] = _serializer().loads(text)
    except BadSignature as error:
        raise StaleFormError(
            _("This page is out of date. Open the record again and repeat your change.")
        ) from error
    return base


def base_of(form: RecordForm, lines: dict[str, list[Any]]) -> dict[str, Values]:
    """The values now of all that the form can change: `""` the record, `lines-7` a line."""
    if form.record is None:
        return {}
    base = {"": values_of(form.record, (n for n, e in form.entries.items() if e.input is not None))}
    for grid in form.grids.values():
        if grid.blank is not None:
            names = [e.node.name for e in grid.blank.entries if e.input is not None]
            base.update({f"{grid.node.name}-{r.id}": values_of(r, names) for r in lines[grid.node.name]})
    return base


def meet(
    form: RecordForm, base: dict[str, Values], lines: dict[str, list[Any]], builder: FormBuilder
) -> list[Difference]:
    """What others changed since the form was loaded; theirs goes into the form where it was left alone."""
    now = base_of(form, lines)
    found: list[Difference] = []
    for key in dict.fromkeys([*base, *now]):
        grid = form.grids.get(key.partition("-")[0])
        if grid is not None and key not in now:
            found.append(_deleted(grid, key))
        elif grid is not None and key not in base:
            found.append(_added(grid, key, form.record, lines, builder))
        elif key in now and key in base:
            found += _changed(form, key, base[key], now[key])
    return found


def _deleted(grid: GridForm, key: str) -> Difference:
    grid.lines = [line for line in grid.lines if f"{grid.node.name}-{line.key}" != key]
    return Difference(grid.label, _("a line"), _("deleted"))


def _added(
    grid: GridForm, key: str, record: Any, lines: dict[str, list[Any]], builder: FormBuilder
) -> Difference:
    name, _dash, row_id = key.partition("-")
    row = next(r for r in lines[name] if str(r.id) == row_id)
    grid.lines.append(builder.line(grid.node, row_id, row))
    return Difference(grid.label, "", _("a new line"))


def _changed(form: RecordForm, key: str, base: Values, now: Values) -> list[Difference]:
    record, entries, where = _holder(form, key)
    found = []
    for name, value in now.items():
        if name not in base or base[name] == value:
            continue
        entry = entries.get(name)
        if entry is None:
            continue
        mine = canonical(value_of(entry.info, entry.input))
        touched = mine != base[name] or bool(entry.input.errors)
        found.append(
            Difference(
                where + entry.label,
                _text(entry, base[name]),
                _text(entry, value),
                _typed(entry) if touched else "",
            )
        )
        if not touched:
            entry.input.data, entry.input.raw_data = getattr(record, name), None
    return found


def _holder(form: RecordForm, key: str) -> tuple[Any, dict[str, Entry], str]:
    if not key:
        return form.record, form.entries, ""
    grid = form.grids[key.partition("-")[0]]
    for number, line in enumerate(grid.lines, start=1):
        if f"{grid.node.name}-{line.key}" == key:
            return line.record, {e.node.name: e for e in line.entries}, f"{grid.label} {number} · "
    return None, {}, ""


def _text(entry: Entry, value: Any) -> str:
    """A canonical value as people read it."""
    if value is None or value == "":
        return "–"
    if entry.info.scale is not None:
        return number_text(Decimal(value), locale_code(), 0, entry.info.scale)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def _typed(entry: Entry) -> str:
    if entry.info.kind == "ref":
        return str(entry.input.text or entry.input.data)
    return str(entry.input.raw_data[0]) if entry.input.raw_data else _text(entry, canonical(entry.input.data))
