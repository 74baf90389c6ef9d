"""What the workbench shows: a page of matches with their lines, problems first, and what is undecided.

It may be narrowed to what differs, what waits for a second person, what is disputed, and the actor's own
disputes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.matching.services.words import KIND_WORDS, reason
from addons.supplier_payables.services.repeating import proposals
from core.db import AnySession
from core.security.actor import actor_of

PAGE = 50
#: Open ones first, those with a problem before the exact ones, the dearest problem first.
_ORDER = """(k.state <> 'open'), k.exact, (k.kind = 'matched'),
            abs(coalesce(k.their_amount, k.our_amount)) DESC, k.id"""
_MATCHES = """
    SELECT k.*, o.name AS owner, a.name AS asked_by, d.name AS decided_by
      FROM payables_match k LEFT JOIN "user" o ON o.id = k.owner_id LEFT JOIN "user" a ON a.id = k.asked_by_id
      LEFT JOIN "user" d ON d.id = k.decided_by_id
     WHERE k.statement_id = :id {where}
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
           coalesce(nullif(p.mpn, ''), p.code) AS part, e.number AS disputed_on, e.note AS disputed_note
      FROM payables_line l JOIN product p ON p.id = l.product_id
      LEFT JOIN LATERAL (
           SELECT s.number, d.note FROM payables_line c
             JOIN payables_match d ON d.id = c.match_id AND d.state = 'disputed'
             JOIN payables_statement s ON s.id = c.statement_id
            WHERE c.move_id = l.move_id AND c.carried AND c.id < l.id ORDER BY c.id DESC LIMIT 1) e
        ON l.kind = 'carried'
     WHERE l.match_id = ANY(:ids) ORDER BY l.id
""")
_THEIRS = text("""
    SELECT id, match_id, order_number, delivery AS paper, date, quantity, unit_price, amount, page, text,
           split_part(part, chr(10), 1) AS part
      FROM payables_their_line WHERE match_id = ANY(:ids) ORDER BY id
""")
#: What may be shown alone.
SHOWN = {
    "all": "true",
    "problems": "k.state = 'open' AND NOT k.exact",
    "waiting": "k.state = 'open' AND k.asked_by_id IS NOT NULL",
    "disputed": "k.state = 'disputed'",
    "mine": "k.state = 'disputed' AND k.owner_id = :me",
}
_COUNTS = text(f"""
    SELECT count(*) AS whole, count(*) FILTER (WHERE k.state = 'open') AS open,
           count(*) FILTER (WHERE k.state = 'open' AND k.exact) AS exact,
           {", ".join(f'count(*) FILTER (WHERE {what}) AS "{name}"' for name, what in SHOWN.items())},
           coalesce(sum(k.their_amount) FILTER (WHERE k.state = 'open'), 0) AS remaining
      FROM payables_match k WHERE k.statement_id = :id
""")  # noqa: S608  # our own constants
_UNREAD = text("""
    SELECT id, sheet, row, page, text, problem FROM payables_their_line
     WHERE statement_id = :id AND problem <> '' ORDER BY id LIMIT 50
""")


#: What was read of a page, with the state of its match.
_SOURCE = text("""
    SELECT t.id, t.place, t.order_number, t.delivery, t.text, t.quantity, t.unit_price, t.amount, t.problem,
           split_part(t.part, chr(10), 1) AS part, k.kind, k.state, k.id AS match_id
      FROM payables_their_line t LEFT JOIN payables_match k ON k.id = t.match_id
     WHERE t.statement_id = :id AND t.page = :page ORDER BY t.row, t.id
""")
_PAGES = text("SELECT max(page) FROM payables_their_line WHERE statement_id = :id")


@dataclass(frozen=True)
class Source:
    """The lines of one page of a supplier's PDF, and the last page that has some."""

    lines: Sequence[Any]
    pages: int


@dataclass
class Row:
    """A match with its lines on both sides."""

    match: Any
    reason: str
    kind: str
    #: What was decided the last time about such a difference, as `repeating` has it; None for nothing.
    before: Any = None
    ours: list[Any] = field(default_factory=list)
    theirs: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Bench:
    """A page, and the figures above it."""

    rows: Sequence[Row]
    counts: Any
    #: Rows of the list that are in no match, with why.
    unread: Sequence[Any]

    @property
    def has_proposals(self) -> bool:
        """Whether something of the page was decided before about the same kind of difference."""
        return any(row.before for row in self.rows)


def bench(
    session: AnySession, statement_id: int, page: int, find: str = "", beside: int = 0, show: str = "all"
) -> Bench:
    """The page, or what is found by numbers such as `PO-1|PO-2`, beside the match that looks for it."""
    given = {"id": statement_id, "me": actor_of(session).user_id}
    values: dict[str, Any] = {**given, "size": PAGE, "skip": (page - 1) * PAGE}
    where = f"AND {SHOWN[show]}"
    if find:
        where = _FOUND
        pieces = filter(None, (piece.strip() for piece in find.split("|")))
        values |= {"with": beside, "patterns": [_pattern(piece) for piece in pieces]}
    query = text(_MATCHES.format(where=where, order=_ORDER))
    rows = {one.id: _row(one) for one in session.execute(query, values)}
    _add_lines(session, rows)
    for key, before in proposals(session, list(rows)).items():
        rows[key].before = before
    counts = session.execute(_COUNTS, given).one()
    return Bench(list(rows.values()), counts, session.execute(_UNREAD, {"id": statement_id}).all())


def lines_of(session: AnySession, match_id: int) -> Row:
    """One match with its lines."""
    (match,) = session.execute(text("SELECT * FROM payables_match WHERE id = :id"), {"id": match_id})
    row = _row(match)
    _add_lines(session, {match_id: row})
    return row


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


def source(session: AnySession, statement_id: int, page: int) -> Source:
    """A page of a PDF with what was read of it; an empty one where there is none."""
    values = {"id": statement_id, "page": page}
    lines = session.execute(_SOURCE, values).all()
    return Source(lines, int(session.scalar(_PAGES, values) or 0))
