"""Read what parts are, by the thousand, and keep it: see `addons.substitutes.parametric`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.substitutes.parametric.reading import Traits
from addons.substitutes.parametric.reading import read as read_texts
from addons.substitutes.parametric.words import range_of
from core import m
from core.db import AnySession

#: Parts that are read in one step.
BATCH = 5000
_LARGEST = Decimal(10) ** 12
_NONE = Decimal(-1)
_NAMES = [field.name for field in fields(Traits)]
_PARTS = text("""
    SELECT p.id, p.company_id, p.description, p.kind, a.names, a.texts, a.units
      FROM product p LEFT JOIN LATERAL (
           SELECT array_agg(name ORDER BY id) AS names, array_agg(value ORDER BY id) AS texts,
                  array_agg(unit ORDER BY id) AS units
             FROM product_attribute WHERE product_id = p.id) a ON true
     WHERE p.id = ANY(:ids) ORDER BY p.id
""")
_UNREAD = text(
    "SELECT product_id FROM substitute_trait WHERE read_at IS NULL ORDER BY product_id LIMIT :most"
)
_FORGET = text("DELETE FROM substitute_trait WHERE product_id = ANY(:ids)")
_KEPT = text("""
    SELECT t.*, t.read_at IS NULL AS is_unread FROM substitute_trait t WHERE t.product_id = ANY(:ids)
""")


def unread(session: AnySession, most: int = BATCH) -> Sequence[int]:
    """Parts that have changed since they were read."""
    return session.scalars(_UNREAD, {"most": most}).all()


def read(session: AnySession, products: Iterable[int]) -> int:
    """Read these parts and keep what they are; returns of how many the kind is known."""
    found = read_now(session, products)
    if not found:
        return 0
    session.execute(_FORGET, {"ids": list(found)})
    now = datetime.now(UTC)
    m.SubstituteTrait._bulk(
        session, ({**row_of(traits), **part, "read_at": now} for traits, part in found.values())
    )
    return sum(1 for traits, _part in found.values() if traits.kind)


def read_now(session: AnySession, products: Iterable[int]) -> Mapping[int, tuple[Traits, dict[str, int]]]:
    """What these parts are as they stand, each with its ids; nothing is kept."""
    rows = session.execute(_PARTS, {"ids": sorted(set(products))})
    return {row.id: (_read(row), {"product_id": row.id, "company_id": row.company_id}) for row in rows}


def _read(row: Any) -> Traits:
    if row.kind != "goods":
        return Traits()
    named = zip(row.names or (), row.texts or (), row.units or (), strict=True)
    return read_texts(row.description, list(named))


def row_of(traits: Traits) -> dict[str, Any]:
    """The columns that keep these traits."""
    row = {name: _within(getattr(traits, name)) for name in _NAMES}
    coldest, hottest, drift = range_of(traits.dielectric) or (None, None, None)
    value = _NONE if row["value"] is None else row["value"]
    return {**row, "value": value, "coldest": coldest, "hottest": hottest, "drift": drift}


def _within(value: Any) -> Any:
    """What the column holds: a number that no part has is none."""
    return None if isinstance(value, Decimal) and value >= _LARGEST else value


def traits_of(row: Any) -> Traits:
    """What a row of the table keeps."""
    values = {name: getattr(row, name) for name in _NAMES}
    return Traits(**{**values, "value": None if row.value < 0 else row.value})


def kept(session: AnySession, products: Iterable[int]) -> dict[int, Traits]:
    """What these parts are: as it is kept, or as read now where that is older than the part."""
    ids = sorted(set(products))
    rows = session.execute(_KEPT, {"ids": ids}).all()
    found = {row.product_id: traits_of(row) for row in rows if not row.is_unread}
    stale = [row.product_id for row in rows if row.is_unread]
    if stale:
        found |= {part: traits for part, (traits, _ids) in read_now(session, stale).items()}
    return found
