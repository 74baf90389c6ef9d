"""Indexes by which lists, choices and the palette find texts."""

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Index, String, Text, bindparam, func, literal_column, text

#: In `Index.info`: that the index finds pieces of texts.
PIECES = "pieces"
#: In `Index.info`: the column whose beginnings the index finds.
BEGINS = "begins"
#: In `Index.info`: the column with cleaned texts that the index finds.
KEY = "key"
#: The type of a column with cleaned texts: in the order of its bytes, which ranges are read in.
Cleaned = Text(collation="C")
#: Letters and digits: ASCII's, and those around the blocks of punctuation and signs.
_KEPT = r"0-9A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u1FFF\u2C00-\u2DFF\u3040-\U0010FFFF"
#: Behind every text that begins with what stands in front of it.
_LAST = "\U0010ffff"


def search_index(table: str, *columns: str) -> Index:
    """The index for all text columns that the lists of a table search, for `_table_args()`.

    It holds each text's trigrams, so that it serves from three characters on, whatever the case.
    """
    ops = dict.fromkeys(columns, "gin_trgm_ops")
    name = f"ix_{table}_search"
    return Index(name, *columns, postgresql_using="gin", postgresql_ops=ops, info={PIECES: True})


def begins_index(table: str, column: str, company: str = "company_id") -> Index:
    """The index that finds what a number, code or name begins with, in its order, whatever the case.

    For `_table_args()` of what people choose and call by its number among many: trigrams find a piece of a
    text, but of `P00` all two hundred thousand parts have them.
    """
    name = f"ix_{table}_{column}_begins"
    return Index(name, company, text(f'lower({column} COLLATE "C")'), info={BEGINS: column})


def begun_columns(table: Any) -> frozenset[str]:
    """The columns of a table that have such an index."""
    return frozenset(index.info[BEGINS] for index in table.indexes if BEGINS in index.info)


def is_indexed(table: Any) -> bool:
    """Whether a table has an index for what people search: what has none is small, and read as a whole."""
    return any({PIECES, BEGINS, KEY} & set(index.info) for index in table.indexes)


def cleaned(column: str) -> str:
    """SQL of the column's text without case, blanks and punctuation, for a `Computed` one of type `Cleaned`.

    `RC0603FR-0710KL`, `rc0603fr 0710kl`, the same with a long dash and in full-width letters are
    `RC0603FR0710KL`. Letters that are not ASCII keep their case.
    """
    return f"upper(regexp_replace(normalize({column}, NFKC) COLLATE \"C\", '[^{_KEPT}]', '', 'g'))"


def clean(text: str) -> str:
    """The same of a text that was typed."""
    plain = re.sub(f"[^{_KEPT}]", "", unicodedata.normalize("NFKC", text))
    return re.sub("[a-z]+", lambda found: found[0].upper(), plain)


def key_index(table: str, column: str, company: str = "company_id", *, rare: bool = False) -> Index:
    """The index that finds cleaned texts: called so, beginning so, or with one wrong character.

    For `_table_args()`, of the column `<name>_key` beside `<name>`; choices and the palette look in it
    wherever they look in the other. `rare`: where few records have such a text, the others are left out, and
    whoever asks by it says that it `is_filled`. Else PostgreSQL takes one text for as good as any, and reads
    all records for it.
    """
    filled = text(f"{column} <> ''") if rare else None
    return Index(f"ix_{table}_{column}", company, column, info={KEY: column}, postgresql_where=filled)


def key_begins(column: Any, parameter: str) -> ColumnElement[bool]:
    """Whether a cleaned text begins with the cleaned text that is the parameter: as a range, as above."""
    first = bindparam(parameter, type_=Cleaned)
    found: ColumnElement[bool] = (column >= first) & (column < first.concat(_last())) & is_filled(column)
    return found


def is_filled(column: Any) -> ColumnElement[bool]:
    """Whether there is a cleaned text: for each question by it, see `key_index`."""
    found: ColumnElement[bool] = column != literal_column("''", Cleaned)
    return found


def key_range(key: str) -> tuple[str, str]:
    """From where to before where the cleaned texts stand that begin with this one."""
    return key, key + _LAST


def key_columns(table: Any) -> list[str]:
    """The columns of a table that have such an index."""
    return sorted(index.info[KEY] for index in table.indexes if KEY in index.info)


def folded(column: Any) -> ColumnElement[str]:
    """The text as `begins_index` has it and its order is; letters beyond ASCII keep their case."""
    return func.lower(column.collate("C"))


def is_text(column: Any, parameter: str) -> ColumnElement[bool]:
    """Whether the column is exactly this text, in any case."""
    return folded(column) == folded(bindparam(parameter, type_=String()))


def begins_with(column: Any, parameter: str) -> ColumnElement[bool]:
    """Whether it begins so: as a range, which an index serves also where the text is a parameter."""
    first = folded(bindparam(parameter, type_=String()))
    return (folded(column) >= first) & (folded(column) < first.concat(_last()))


def _last() -> Any:
    # One parameter of a name, however often a statement has it: the palette's has it a hundred times.
    return bindparam("last", _LAST, type_=String())
