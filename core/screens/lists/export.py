"""The rows of a list as a file, read by a cursor of the database and written as they come.

csv is sent while it is read, however long it gets; a workbook has to be whole before its first byte can be
sent, so a long one is made by a job (ADR 071). Whatever begins like a formula is made text in `core.tabular`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import get_timezone
from sqlalchemy.orm import Session

from core.db import db
from core.db.currencies import known_decimals
from core.db.types import UNITS
from core.i18n import _
from core.screens.fields import choice_text, label_of
from core.screens.lists.plan import PlannedColumn, may_see
from core.screens.lists.query import ListQuery
from core.screens.lists.rows import codes_at
from core.security.actor import Actor, set_actor

#: Rows that the database hands over at a time.
CHUNK = 2000
#: Rows from which on a workbook is made by a job: some ten seconds of work.
LONG = 50_000


def for_file(query: ListQuery, actor: Actor) -> ListQuery:
    """The query with what it is grouped by among its columns, so that the file says it too."""
    shown = {column.node.name for column in query.columns}
    groups = [n for n in query.state.group if n not in shown and may_see(query.plan, n, actor)]
    columns = [*(query.plan.columns[n] for n in groups), *query.columns]
    return replace(query, columns=columns)


def headings(query: ListQuery) -> list[str]:
    """The columns' labels; each amount is followed by its currency."""
    found = []
    for column in query.columns:
        label = label_of(column.node, column.info)
        found += [label, _("Currency")] if column.currency is not None else [label]
    return found


def values(query: ListQuery) -> Callable[[Sequence[Any]], list[Any]]:
    """The function that turns a database row into the values of a file; it needs no app around it."""
    codes = codes_at(query)
    # (where the value stands, where its currency does, how it is written)
    parts: list[tuple[int, int, Callable[[Any, Any], Any]]] = []
    for position, (column, code) in enumerate(zip(query.columns, codes, strict=True), start=1):
        parts.append((position, code, _amount() if column.kind == "money" else _plain(column)))
        if code:
            parts.append((code, 0, lambda value, _code: value))
    return lambda row: [
        "" if row[at] is None else plain(row[at], row[code] if code else None) for at, code, plain in parts
    ]


def _amount() -> Callable[[Any, Any], Any]:
    """Amounts with the decimals of their currency: those of a yen are stored with two zeros."""
    decimals = known_decimals()
    return lambda value, code: value.quantize(UNITS[decimals[code]])


def _plain(column: PlannedColumn) -> Callable[[Any, Any], Any]:
    """How a file holds the values of a column: numbers and days as such, all else in the user's words."""
    if column.kind == "choice":
        known = (*(column.info.values if column.info else ()), *(column.node.choices or ()))
        texts = {value: choice_text(value, column.node.choices) for value in known}
        return lambda value, _code: texts.get(value, value)
    if column.kind == "bool":
        words = {True: _("Yes"), False: _("No")}
        return lambda value, _code: words[bool(value)]
    zone = get_timezone()
    return lambda value, _code: (
        value.astimezone(zone).replace(tzinfo=None) if isinstance(value, datetime) else value
    )


@contextmanager
def cursor(query: ListQuery, actor: Actor) -> Iterator[Iterator[list[Any]]]:
    """The values of all rows, read little by little in a session of their own, which outlives the request's.

    The rows are those that the actor may see, as everywhere.
    """
    make = values(query)
    factory: Callable[[], Session] = db.session.session_factory
    with factory() as session:
        set_actor(session, actor)
        rows = session.execute(query.everything(), execution_options={"yield_per": CHUNK})
        yield map(make, rows)
