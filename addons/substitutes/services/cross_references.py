"""Lists of makers and distributors that say which numbers replace which, as they are.

Problem: a cell holds several numbers, `GRM188R71H104KA93D / CC0603KRX7R9BB104`, and numbers hold slashes and
commas themselves, `LM2611BMF/NOPB`. Rule: what is a part of ours as it stands is one number; else commas,
semicolons and line breaks part numbers, and a slash does where blanks are around it, or where one of its
sides is a part of ours and the whole is not. Pairs of which both parts are ours are proposed, never approved;
the others are kept as references, and become pairs when somebody asks again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from addons.products.services.numbers import Hits, find
from core import m
from core.db import AnySession
from core.security import acts

WRITE = "substitutes.write"
#: What a reference is known by.
_NAMED = ("number", "maker", "substitute_number", "substitute_maker")
_BREAKS = re.compile(r"[\n\r,，;；、|]+|\s+/\s+")
_SLASH = re.compile(r"[/／]")


@dataclass(frozen=True)
class Side:
    """A number as it is written, and the part that it names where that is beyond doubt."""

    number: str
    product_id: int | None = None
    #: How many parts are called so.
    matches: int = 0


def texts_of(cell: str) -> set[str]:
    """All that may be a number of this cell."""
    parts = [part.strip() for part in _BREAKS.split(cell)]
    slashed = [part.strip() for whole in (cell, *parts) for part in _SLASH.split(whole)]
    return {text for text in (cell.strip(), *parts, *slashed) if text}


def sides_of(cell: str, hits: Mapping[str, Hits]) -> list[Side]:
    """The numbers of a cell, by what was found for `texts_of` it."""
    whole = _side(cell.strip(), hits)
    if whole.matches:
        return [whole]
    found: list[Side] = []
    for part in filter(None, (part.strip() for part in _BREAKS.split(cell))):
        side = _side(part, hits)
        pieces = [_side(p.strip(), hits) for p in _SLASH.split(part) if p.strip()]
        is_list = not side.matches and any(piece.matches for piece in pieces)
        found += pieces if is_list else [side]
    return found


def _side(text: str, hits: Mapping[str, Hits]) -> Side:
    hit = hits.get(text)
    exact = [match for match in hit.matches if not match.similar] if hit is not None else []
    only = exact[0].product_id if len(exact) == 1 else None
    return Side(text, only, len(exact))


def look_up(session: AnySession, company_id: int, cells: Iterable[str]) -> Mapping[str, Hits]:
    """What all texts of these cells name, in one set."""
    texts = sorted({text for cell in cells for text in texts_of(cell)})
    return {hit.text: hit for hit in find(session, company_id, texts)} if texts else {}


def write_pairs(session: AnySession, company_id: int, rows: Sequence[Mapping[str, Any]]) -> Mapping[Any, int]:
    """Propose pairs that are not there yet; returns the ids of all, by (part, substitute)."""
    pair = m.Substitute
    wanted = {(row["product_id"], row["substitute_id"]): row for row in rows}
    query = select(pair.product_id, pair.substitute_id, pair.id).where(
        pair.product_id.in_([part for part, _other in wanted])
    )
    known = {(part, other): key for part, other, key in session.execute(query)}
    new = {key: pair(company_id=company_id, **row) for key, row in wanted.items() if key not in known}
    made = m.Substitute.create(session, list(new.values())) if new else []
    return {**known, **dict(zip(new, made, strict=True))}


def write_references(session: AnySession, company_id: int, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Keep references as they are written; one that is there already is brought up to date."""
    reference = m.SubstituteReference
    wanted = {tuple(row[name] for name in _NAMED): row for row in rows}
    query = select(reference).where(
        reference.company_id == company_id, reference.number.in_([key[0] for key in wanted])
    )
    known = {tuple(getattr(one, name) for name in _NAMED): one for one in session.scalars(query)}
    for key, row in wanted.items():
        if key in known:
            known[key].condition, known[key].source = row["condition"], row["source"]
    new = [reference(company_id=company_id, **row) for key, row in wanted.items() if key not in known]
    made = m.SubstituteReference.create(session, new) if new else []
    return [*(known[key].id for key in wanted if key in known), *made]


def resolve(session: AnySession, references: Iterable[Any]) -> int:
    """Propose the pairs of references whose parts there are by now; the references go."""
    acts.require(session, WRITE)
    rows = acts.locked(session, m.SubstituteReference, references)
    made = 0
    for company_id in {row.company_id for row in rows}:
        own = [row for row in rows if row.company_id == company_id]
        hits = look_up(session, company_id, (n for row in own for n in (row.number, row.substitute_number)))
        known = [(row, pair) for row in own if (pair := _pair_of(row, hits)) is not None]
        write_pairs(session, company_id, [pair for _row, pair in known])
        for row, _pair in known:
            session.delete(session.get_one(m.SubstituteReference, row.id))
        made += len(known)
    session.flush()
    return made


def _pair_of(row: Any, hits: Mapping[str, Hits]) -> dict[str, Any] | None:
    part = _side(row.number, hits).product_id
    other = _side(row.substitute_number, hits).product_id
    if part is None or other is None or part == other:
        return None
    kept = {name: getattr(row, name) for name in ("both_ways", "fit", "condition", "source")}
    return {"product_id": part, "substitute_id": other, **kept}
