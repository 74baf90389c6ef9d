"""What the workbench shows: a page of matches with their lines, problems first, and what is undecided."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.matching.services.words import KIND_WORDS, reason
from core.db import AnySession

PAGE = 50
#: Open ones first, those with a problem before the exact ones, the dearest problem first.
_ORDER = """(k.state <> 'open'), k.exact, (k.kind = 'matched'),
            abs(coalesce(k.their_amount, k.our_amount)) DESC, k.id"""
_MATCHES = """
    SELECT k.* FROM payables_match k WHERE k.statement_id = :id {where}
     ORDER BY {order} LIMIT :size OFFSET :skip
"""
_FOUND = """
    AND k.state = 'open' AND (k.id = :with OR EXISTS (
        SELECT 1 FROM payables_line l JOIN product p ON p.id = l.product_id
         WHERE l.match_id = k.id
           AND concat_ws(' ', l.order_number, l.receipt, p.code, p.mpn) ILIKE ANY(:patterns))
     OR EXISTS (
        SELECT 1 FROM payables_their_line t WHERE t.match_id = k.id
           AND concat_ws(' ', t.order_number, t.delivery, t.part, t.text) ILIKE ANY(:patterns)))
"""
_OURS = text("""
    SELECT l.match_id, l.order_number, l.receipt AS paper, l.date, l.quantity, l.unit_price, l.amount, l.kind,
           coalesce(nullif(p.mpn, ''), p.code) AS part
      FROM payables_line l JOIN product p ON p.id = l.product_id WHERE l.match_id = ANY(:ids) ORDER BY l.id
""")
_THEIRS = text("""
    SELECT match_id, order_number, delivery AS paper, date, quantity, unit_price, amount, row, sheet, text,
           split_part(part, chr(10), 1) AS part
      FROM payables_their_line WHERE match_id = ANY(:ids) ORDER BY id
""")
_COUNTS = text("""
    SELECT count(*) AS whole, count(*) FILTER (WHERE state = 'open') AS open,
           count(*) FILTER (WHERE state = 'open' AND exact) AS exact,
           count(*) FILTER (WHERE state = 'disputed') AS disputed,
           coalesce(sum(their_amount) FILTER (WHERE state = 'open'), 0) AS remaining
      FROM payables_match WHERE statement_id = :id
""")
_UNREAD = text("""
    SELECT sheet, row, text, problem FROM payables_their_line
     WHERE statement_id = :id AND problem <> '' ORDER BY id LIMIT 50
""")


@dataclass
class Row:
    """A match with its lines on both sides."""

    match: Any
    reason: str
    kind: str
    ours: list[Any] = field(default_factory=list)
    theirs: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Bench:
    """A page, and the figures above it."""

    rows: Sequence[Row]
    counts: Any
    #: Rows of the list that are in no match, with why.
    unread: Sequence[Any]


def bench(session: AnySession, statement_id: int, page: int, find: str = "", beside: int = 0) -> Bench:
    """The page, or what is found by numbers such as `PO-1|PO-2`, beside the match that looks for it."""
    values: dict[str, Any] = {"id": statement_id, "size": PAGE, "skip": (page - 1) * PAGE}
    where = ""
    if find:
        where = _FOUND
        pieces = filter(None, (piece.strip() for piece in find.split("|")))
        values |= {"with": beside, "patterns": [_pattern(piece) for piece in pieces]}
    query = text(_MATCHES.format(where=where, order=_ORDER))
    rows = {one.id: _row(one) for one in session.execute(query, values)}
    _add_lines(session, rows)
    counts = session.execute(_COUNTS, {"id": statement_id}).one()
    return Bench(list(rows.values()), counts, session.execute(_UNREAD, {"id": statement_id}).all())


def _pattern(piece: str) -> str:
    escaped = re.sub(r"([%_\\])", r"\\\1", piece)
    return f"%{escaped}%"


def _row(match: Any) -> Row:
    quantities: tuple[Decimal | None, Decimal | None] = (match.our_quantity, match.their_quantity)
    words = reason(match.agreements.split(), match.causes.split(), quantities, match.price_change)
    return Row(match, words, str(KIND_WORDS[match.kind]))


def _add_lines(session: AnySession, rows: Mapping[int, Row]) -> None:
    ids = {"ids": list(rows)}
    for line in session.execute(_OURS, ids):
        rows[line.match_id].ours.append(line)
    for line in session.execute(_THEIRS, ids):
        rows[line.match_id].theirs.append(line)
