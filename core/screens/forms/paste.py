"""What is pasted from a spreadsheet into the lines of a document.

Rows are lines, cells are columns: by a heading where the first row is one, in any order and in any language
of the program, else rightwards from the cell that had the focus. Blank rows are none. Numbers are read as the
user writes them; one that could be two numbers is flagged, never guessed. A record that is not found stays as
text with the nearest offers beside it, and its line stays where it is.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel import numbers
from flask_babel import force_locale

from core.errors import UserError
from core.i18n import _, locale_code
from core.locales import LOCALES
from core.screens.composition import ScreenSet
from core.screens.fields import label_of, number_text
from core.screens.forms.choices import lookup_of, named_by, offers_of, values_held
from core.screens.forms.form import MAX_LINES, Entry, GridForm
from core.screens.forms.inputs import NumberField, RefField
from core.screens.forms.labels import labels_of
from core.screens.forms.lookup import Found, Lookup
from core.screens.numbers import NotANumberError
from core.screens.tree import FormScreen
from core.security.actor import Actor

#: For so many unknown names offers are looked for.
OFFERED = 20
OFFERS = 3
#: What columns are called in spreadsheets besides their own labels.
SYNONYMS: Mapping[str, Sequence[str]] = {
    "quantity": ("qty", "q'ty", "pcs", "数量", "数目"),
    "unit_price": ("price", "unit price", "单价", "价格"),
    "price": ("unit price", "单价", "价格"),
    "product_id": ("part", "part no", "part number", "mpn", "p/n", "item", "料号", "型号", "物料", "产品"),
    "part_id": ("part", "part no", "part number", "mpn", "p/n", "item", "料号", "型号", "物料"),
    "description": ("desc", "text", "描述", "品名", "说明"),
}


@dataclass
class Cell:
    """What a cell of the paste becomes: the text of an input, for a related record its key."""

    text: str
    key: str = ""
    #: Why somebody has to look at it.
    error: str = ""
    offers: list[str] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """As `paste.js` reads it."""
        return vars(self)


def rows_of(text: str) -> list[list[str]]:
    """The cells of a text as spreadsheets copy it: tabs and lines, a cell with a line break in quotes."""
    rows: list[list[str]] = [[]]
    for match in re.finditer(r'"((?:[^"]|"")*)"(?=[\t\n]|$)([\t\n]?)|([^\t\n]*)([\t\n]?)', _one_kind(text)):
        quoted = match[1] is not None
        if not quoted and not match[0] and match.start() == match.end():
            continue
        rows[-1].append((match[1].replace('""', '"') if quoted else match[3]).strip())
        if (match[2] if quoted else match[4]) == "\n":
            rows.append([])
    return [row for row in rows if any(row)]


def _one_kind(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class Reader:
    """Who pastes into which form, and what it holds: records are looked for as their fields offer them."""

    session: Any
    screens: ScreenSet
    screen: FormScreen
    actor: Actor
    held: Mapping[str, str]

    def lookup(self, entry: Entry) -> Lookup:
        """What the field of this entry looks in."""
        return lookup_of(self.screens, entry.info, entry.node, self.actor, self._values(entry))

    def named(self, entry: Entry, lookup: Lookup, texts: Sequence[str]) -> dict[str, list[Found]]:
        """For each text, in lower case, the records that addons say are called exactly so."""
        offers = offers_of(self.screens, entry.info, self.actor)
        names = [one for one in named_by(self.session, offers, texts, self._values(entry)) if one.exact]
        keys = list({one.key for one in names})
        records = {one.key: one for one in lookup.those(self.session, keys, 1)} if keys else {}
        found: dict[str, list[Found]] = {}
        for one in names:
            if one.key in records:
                found.setdefault(one.text.lower(), []).append(records[one.key])
        return found

    def _values(self, entry: Entry) -> dict[str, Any]:
        return values_held(self.screens, self.screen, entry.info, entry.node, self.held)


def read(reader: Reader, grid: GridForm, text: str, column: str) -> list[dict[str, Cell]]:
    """For each row of the paste its cells by column; raises UserError where there are too many."""
    rows = rows_of(text)
    if len(rows) > MAX_LINES:
        raise UserError(_("At most %(n)s lines can be saved at once. Import a longer list.", n=MAX_LINES))
    if not rows or grid.blank is None:
        return []
    entries = [entry for entry in grid.blank.entries if entry.input is not None]
    columns = _headed(entries, rows[0])
    if columns:
        rows = rows[1:]
    else:
        names = [entry.node.name for entry in entries]
        columns = dict(enumerate(entries[names.index(column) if column in names else 0 :]))
    found = [{columns[n].node.name: row[n] for n in columns if n < len(row)} for row in rows]
    cells: list[dict[str, Cell]] = [{} for _row in found]
    for entry in columns.values():
        texts = [row.get(entry.node.name, "") for row in found]
        for row, cell in zip(cells, _cells(reader, entry, texts), strict=True):
            if cell.text:
                row[entry.node.name] = cell
    return cells


def filled(reader: Reader, grid: GridForm, values: Mapping[str, Any]) -> list[dict[str, Cell]]:
    """The lines that the server makes for this grid, as those of a paste."""
    if grid.node.filling is None or grid.blank is None:
        return []
    rows = grid.node.filling.rows(reader.session, values)
    entries = {entry.node.name: entry for entry in grid.blank.entries if entry.input is not None}
    labels: dict[str, dict[Any, str]] = {}
    for name, entry in entries.items():
        keys = {row[name] for row in rows if row.get(name) is not None}
        if entry.info.kind == "ref" and keys:
            key = (entry.info.target, entry.info.target_column)
            labels[name] = labels_of(reader.session, reader.screens, key, keys)
    return [
        {name: _cell_of(entries[name], value, labels.get(name, {})) for name, value in row.items()}
        for row in rows
    ]


def _cell_of(entry: Entry, value: Any, labels: Mapping[Any, str]) -> Cell:
    if entry.info.kind == "ref":
        return Cell(labels.get(value, ""), str(value))
    if isinstance(entry.input, NumberField):
        return Cell(number_text(value, locale_code(), entry.input.least, entry.input.scale))
    return Cell(str(value))


def _headed(entries: Sequence[Entry], first: Sequence[str]) -> dict[int, Entry]:
    """The columns of a row that is a heading: its texts are the names of columns. Empty where it is none."""
    names: dict[str, Entry] = {}
    for locale in LOCALES:
        with force_locale(locale):
            for entry in entries:
                known = (
                    entry.node.name,
                    label_of(entry.node, entry.info),
                    *SYNONYMS.get(entry.node.name, ()),
                )
                for name in known:
                    names.setdefault(_folded(name), entry)
    found = {n: names[_folded(text)] for n, text in enumerate(first) if _folded(text) in names}
    # One cell that is called like a column may be a value; a heading names most of its columns.
    return found if len(found) * 2 > sum(bool(text) for text in first) else {}


def _folded(text: str) -> str:
    return re.sub(r"[\s._*:：（）()-]", "", unicodedata.normalize("NFKC", text)).casefold()


def _cells(reader: Reader, entry: Entry, texts: Sequence[str]) -> Iterable[Cell]:
    if isinstance(entry.input, RefField):
        lookup, given = reader.lookup(entry), sorted({text for text in texts if text})
        called = lookup.called(reader.session, given)
        # A partner's own name for it goes before ours.
        return _records(reader.session, lookup, called | reader.named(entry, lookup, given), texts)
    if isinstance(entry.input, NumberField):
        return [_number(entry.input, text) for text in texts]
    if entry.info.kind == "date":
        return [_day(text) for text in texts]
    return [Cell(text) for text in texts]


def _records(
    session: Any, lookup: Lookup, called: Mapping[str, list[Found]], texts: Sequence[str]
) -> list[Cell]:
    cells, unknown = [], 0
    for text in texts:
        known = called.get(text.lower(), [])
        if not text:
            cells.append(Cell(""))
        elif len(known) == 1:
            cells.append(Cell(str(known[0].label), str(known[0].key)))
        else:
            unknown += 1
            offers = known or (_nearest(session, lookup, text) if unknown <= OFFERED else [])
            message = _("Nothing is called so. Choose one from the list.")
            if known:
                message = _("Several are called so. Choose one from the list.")
            cells.append(Cell(text, "", message, [str(one.label) for one in offers[:OFFERS]]))
    return cells


def _nearest(session: Any, lookup: Lookup, text: str) -> list[Any]:
    """Those that begin as the text does, by as much of it as any has."""
    for length in (len(text), len(text) * 3 // 4, len(text) // 2):
        found = lookup.find(session, text[: max(length, 1)], OFFERS)
        if found:
            return found
    return []


def _number(bound: NumberField, text: str) -> Cell:
    if not text:
        return Cell("")
    try:
        number = bound.read(text)
    except NotANumberError as error:
        return Cell(text, error=str(error))
    other = _other_reading(text)
    shown, instead = (
        number_text(value, locale_code(), bound.least, bound.scale) for value in (number, other or 0)
    )
    if other is not None:
        return Cell(
            text, error=_("“%(text)s” can be %(one)s or %(other)s.", text=text, one=shown, other=instead)
        )
    return Cell(shown)


def _other_reading(text: str) -> int | None:
    """What `1.234` is in a language whose thousands mark is our decimal one; None where it can't be that."""
    point = re.escape(numbers.get_decimal_symbol(locale_code()))
    plain = unicodedata.normalize("NFKC", text)
    match = re.fullmatch(rf"\D*?(-?[1-9]\d{{0,2}}){point}(\d{{3}})\D*", plain)
    return int(match[1] + match[2]) if match else None


def _day(text: str) -> Cell:
    plain = unicodedata.normalize("NFKC", text)
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", plain)
    try:
        return Cell(date(*(int(part) for part in match.groups())).isoformat() if match else text)
    except ValueError:
        return Cell(text, error=_("Give a day, such as 2026-03-31."))
