"""Parts from files: rows with one code make one part, and a known code is brought up to date.

Problem: files bring a part in several rows: one a price break, an attribute, or a partner's number; its
maker and its minimum stand in each of them, and now and then differ. Rule: an empty cell changes nothing.
What a part has once is taken from the first row that says it, and a row that says something else is
reported; what it has several times is added, or brought up to date where the part has it. A price beside a
quantity is a break's. Good rows are kept, also of a part that has rows which don't agree with them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from addons.partners.services import ids_by_code
from addons.products.imports.details import Details
from addons.products.imports.fields import CARD, COMPLIANCE, PART, TRADE
from core import m
from core.exchange.targets import Document, Row, Target
from core.i18n import _, _l
from core.security.actor import actor_of

_ONCE = frozenset(
    field.name
    for field in (*CARD, *TRADE, *COMPLIANCE)
    if field.name not in ("code", "currency", "break_quantity", "break_price", "unit_name", "unit_factor")
)


def book(session: Any, documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Make or update the part of each document; see the module."""
    actor = actor_of(session)
    if actor.company_id is None:
        raise ValueError("an import belongs to a company")
    chunk = _Chunk.of(session, actor.company_id, documents)
    booked = []
    for document in documents:
        if not actor.may("products.cost") and any(row.values["cost"] is not None for row in document.rows):
            document.refuse(_("You may not set costs: leave their column out."), "cost")
            continue
        part, changed = _part_of(document, chunk)
        if part is not None:
            booked.append((document, part, changed))
    m.Product.create(session, [part for _d, part, _c in booked if part.id is None])
    session.flush()
    for document, part, changed in booked:
        (document.booked if changed else document.unchanged)(part.id)


@dataclass(frozen=True)
class _Chunk:
    """What the documents of a chunk name: their parts as they are, makers and partners."""

    company_id: int
    parts: dict[str, Any]
    makers: Mapping[str, int]
    partners: Mapping[str, int]

    @classmethod
    def of(cls, session: Any, company_id: int, documents: Sequence[Document]) -> "_Chunk":
        rows = [row for document in documents for row in document.rows]
        codes = {row.values["code"] for row in rows}
        return cls(
            company_id,
            _known(session, company_id, codes),
            _makers(session, {row.values["maker"] for row in rows} - {None}),
            ids_by_code(session, company_id, {row.values["partner"] for row in rows} - {None}),
        )


def _known(session: Any, company_id: int, codes: Iterable[str]) -> dict[str, Any]:
    product = m.Product
    several = (product.price_breaks, product.units, product.attributes, product.part_numbers)
    query = select(product).where(product.company_id == company_id, product.code.in_(codes))
    found = session.scalars(query.options(*(selectinload(one) for one in several)))
    return {part.code: part for part in found}


def _makers(session: Any, names: Iterable[str]) -> dict[str, int]:
    """The ids of makers, made where they are missing, in the order of their names."""
    wanted, maker = sorted(names), m.Maker
    if wanted:
        made = insert(maker.__table__).on_conflict_do_nothing()
        session.execute(made, [{"name": name} for name in wanted])
    found = session.execute(select(maker.name, maker.id).where(maker.name.in_(wanted)))
    return {name: maker_id for name, maker_id in found}


def _part_of(document: Document, chunk: _Chunk) -> tuple[Any, bool]:
    """The part of a document and whether anything of it is new; no part where all its rows are bad."""
    code = document.rows[0].values["code"]
    once = _once(document.rows)
    part, new = chunk.parts.get(code), code not in chunk.parts
    good = [row for row in document.rows if not row.reason]
    if not good:
        return None, False
    if new:
        part = m.Product(company_id=chunk.company_id, code=code)
    changed = _set(part, _columns(once, chunk))
    details = Details(part, chunk.partners)
    for row in good:
        changed |= details.add(row)
    if all(row.reason for row in document.rows):
        return None, False
    if new:
        chunk.parts[code] = part
    return part, new or changed


def _once(rows: Sequence[Row]) -> dict[str, Any]:
    """What the part has once, from the first row that says it; rows that say something else are reported."""
    found: dict[str, tuple[Any, int]] = {}
    for row in rows:
        values = {name: row.values[name] for name in _ONCE if row.values[name] is not None}
        if row.values["break_quantity"] is not None and row.values["break_price"] is None:
            values.pop("list_price", None)
        if "list_price" in values:
            values["list_currency_code"] = row.values["currency"]
        for name, value in sorted(values.items()):
            said, number = found.get(name, (value, row.number))
            if said != value and not row.reason:
                row.report(
                    _("Row %(row)s of this part says %(said)s here: make them agree.", row=number, said=said),
                    name,
                )
        if not row.reason:
            for name, value in values.items():
                found.setdefault(name, (value, row.number))
    return {name: value for name, (value, _number) in found.items()}


def _columns(once: Mapping[str, Any], chunk: _Chunk) -> dict[str, Any]:
    values = dict(once)
    if "maker" in values:
        values["maker_id"] = chunk.makers[values.pop("maker")]
    if values.get("list_currency_code", "") is None:
        del values["list_currency_code"]
    return values


def _set(record: Any, values: Mapping[str, Any]) -> bool:
    """Give the record these values; whether any is another one."""
    changed = False
    for name, value in values.items():
        if getattr(record, name) != value:
            setattr(record, name, value)
            changed = True
    return changed


TARGET = Target(
    name="product",
    title=_l("Parts"),
    permission="products.write",
    fields=PART,
    book=book,
    group_by="code",
    help=_l(
        "A part may have several rows: each brings a price break, an attribute, a unit or a partner's number."
    ),
)
