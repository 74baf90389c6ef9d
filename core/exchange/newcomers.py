"""What an import would make besides its own records: said before anything is booked.

A code that is not known makes a customer or a part. That is wished at the first import, and a slip at the
tenth: `c001` beside `C001` makes a second customer of one.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import current_app
from sqlalchemy import ARRAY, Text, cast, func, select

from core.db import AnySession
from core.exchange.convert import CodeCell
from core.exchange.importing import conversion_of, open_file
from core.screens.refusals import kind_name

#: Rows that are looked through, and codes that are named.
LOOKED_AT, NAMED = 20_000, 5


@dataclass(frozen=True)
class Newcomers:
    """The codes of one column that no record has."""

    kind: str
    count: int
    examples: list[str]
    #: Codes that differ in case or width alone, from each other or from a record's.
    alike: list[str]


def newcomers(session: AnySession, data_import: Any) -> list[Newcomers]:
    """What the first rows would make, column by column."""
    conversion = conversion_of(data_import)
    columns = [c for c in conversion.columns if isinstance(c.field.convert, CodeCell)]
    codes: dict[str, dict[str, None]] = {c.field.name: {} for c in columns}
    for _number, cells in islice(open_file(data_import).rows(), LOOKED_AT) if columns else ():
        values = conversion.values(cells)
        if conversion.problems(cells, values):
            continue  # such a row makes nothing
        for name, found_codes in codes.items():
            if isinstance(values[name], str) and values[name]:
                found_codes[values[name]] = None
    found = (
        _of(session, data_import.company_id, c.field.convert.model, codes[c.field.name])  # type: ignore[attr-defined]  # a CodeCell
        for c in columns
    )
    return [one for one in found if one.count or one.alike]


def _of(session: AnySession, company_id: int, model: str, codes: Iterable[str]) -> Newcomers:
    cls = current_app.extensions["composition"].model(model)
    wanted = select(func.unnest(cast([code.lower() for code in codes], ARRAY(Text))))
    query = select(cls.code).where(cls.company_id == company_id, func.lower(cls.code).in_(wanted))
    there = set(session.scalars(query))
    new = [code for code in codes if code not in there]
    groups: dict[str, dict[str, None]] = {}
    for code in (*there, *codes):
        groups.setdefault(unicodedata.normalize("NFKC", code).casefold(), {})[code] = None
    alike = [" / ".join(group) for group in groups.values() if len(group) > 1]
    return Newcomers(kind_name(cls, model), len(new), new[:NAMED], alike[:NAMED])
