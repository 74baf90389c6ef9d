"""Indexes by which lists find parts of words without reading every row."""

from sqlalchemy import Index


def search_index(table: str, *columns: str) -> Index:
    """The index for all text columns that the lists of a table search, for `_table_args()`.

    It holds each text's trigrams, so that it serves from three characters on, whatever the case.
    """
    ops = dict.fromkeys(columns, "gin_trgm_ops")
    return Index(f"ix_{table}_search", *columns, postgresql_using="gin", postgresql_ops=ops)
