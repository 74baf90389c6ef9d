"""Indexes by which lists, choices and the palette find texts."""

from typing import Any

from sqlalchemy import ColumnElement, Index, String, bindparam, func, text

#: In `Index.info`: the column whose beginnings the index finds.
BEGINS = "begins"
#: Behind every text that begins with what stands in front of it.
_LAST = "\U0010ffff"


def search_index(table: str, *columns: str) -> Index:
    """The index for all text columns that the lists of a table search, for `_table_args()`.

    It holds each text's trigrams, so that it serves from three characters on, whatever the case.
    """
    ops = dict.fromkeys(columns, "gin_trgm_ops")
    return Index(f"ix_{table}_search", *columns, postgresql_using="gin", postgresql_ops=ops)


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


def folded(column: Any) -> ColumnElement[str]:
    """The text as `begins_index` has it and its order is; letters beyond ASCII keep their case."""
    return func.lower(column.collate("C"))


def is_text(column: Any, parameter: str) -> ColumnElement[bool]:
    """Whether the column is exactly this text, in any case."""
    return folded(column) == folded(bindparam(parameter, type_=String()))


def begins_with(column: Any, parameter: str) -> ColumnElement[bool]:
    """Whether it begins so: as a range, which an index serves also where the text is a parameter."""
    first = folded(bindparam(parameter, type_=String()))
    return (folded(column) >= first) & (folded(column) < first.concat(_LAST))
