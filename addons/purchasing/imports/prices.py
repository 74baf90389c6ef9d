"""Suppliers' prices from files: a row a price, with the supplier's terms and its part number beside it.

An empty cell changes nothing. A price of the same supplier, part, currency, quantity and first day is brought
up to date; the others are added. Suppliers and parts must be known.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from addons.partners.services import ids_by_code
from addons.products.services.codes import ids_by_code as parts_by_code
from addons.purchasing.imports.fields import PRICES
from core import m
from core.exchange.targets import Document, Target
from core.i18n import _, _l
from core.security.actor import actor_of

#: Column of the file → column of the terms.
TERMS = {"lead_days": "lead_days", "moq": "min_quantity", "multiple": "multiple"}


def book(session: Any, documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Add or change the price and the terms of each row; see the module."""
    company_id = actor_of(session).company_id
    if company_id is None:
        raise ValueError("an import belongs to a company")
    values = [document.rows[0].values for document in documents]
    suppliers = ids_by_code(session, company_id, {row["supplier"] for row in values})
    parts = parts_by_code(session, company_id, {row["product"] for row in values})
    known = _known(session, suppliers.values(), parts.values())
    own = str(session.get_one(m.Company, company_id).currency_code)
    for document in documents:
        if _is_good(document, suppliers, parts):
            row = document.rows[0].values
            key = suppliers[row["supplier"]], parts[row["product"]]
            terms = known.get(key)
            if terms is None:
                terms = known[key] = _new(session, company_id, key)
            price = _price(terms, row, own)
            _set_terms(terms, row)
            _name(session, key, row["number"])
            session.flush()
            document.booked(price.id)


def _known(session: Any, suppliers: Any, parts: Any) -> dict[tuple[int, int], Any]:
    terms = m.PurchasingSupplierPart
    query = select(terms).where(terms.partner_id.in_(list(suppliers)), terms.product_id.in_(list(parts)))
    found = session.scalars(query.options(selectinload(terms.prices)))
    return {(one.partner_id, one.product_id): one for one in found}


def _is_good(document: Document, suppliers: Mapping[str, int], parts: Mapping[str, int]) -> bool:
    row = document.rows[0].values
    if row["supplier"] not in suppliers:
        document.refuse(_("There is no such supplier: choose one of the list."), "supplier")
    elif row["product"] not in parts:
        document.refuse(_("There is no such part: choose one of the list."), "product")
    elif row["unit_price"] < 0:
        document.refuse(_("A price is not below zero."), "unit_price")
    elif any(row[name] is not None and row[name] <= 0 for name in ("min_quantity", "moq", "multiple")):
        document.refuse(_("A quantity is above zero."), "min_quantity")
    elif row["lead_days"] is not None and not 0 <= row["lead_days"] <= 1000:  # as the table has it
        document.refuse(_("A lead time is between 0 and 1,000 days."), "lead_days")
    elif row["valid_from"] and row["valid_until"] and row["valid_until"] < row["valid_from"]:
        document.refuse(_("The last day lies before the first."), "valid_until")
    else:
        return True
    return False


def _new(session: Any, company_id: int, key: tuple[int, int]) -> Any:
    partner_id, product_id = key
    terms = m.PurchasingSupplierPart(company_id=company_id, partner_id=partner_id, product_id=product_id)
    session.add(terms)
    session.flush()
    return terms


def _price(terms: Any, row: Mapping[str, Any], own: str) -> Any:
    currency, least = row["currency"] or own, row["min_quantity"] or Decimal(1)
    found = next(
        (
            price
            for price in terms.prices
            if (price.currency_code, price.min_quantity, price.valid_from)
            == (currency, least, row["valid_from"])
        ),
        None,
    )
    if found is None:
        found = m.PurchasingSupplierPrice(
            currency_code=currency, min_quantity=least, valid_from=row["valid_from"]
        )
        terms.prices.append(found)
    found.unit_price = row["unit_price"]
    found.valid_until = row["valid_until"] or found.valid_until
    return found


def _set_terms(terms: Any, row: Mapping[str, Any]) -> None:
    for name, column in TERMS.items():
        if row[name] is not None:
            setattr(terms, column, row[name])


def _name(session: Any, key: tuple[int, int], number: str | None) -> None:
    """Note what the supplier calls the part."""
    if number:
        partner_id, product_id = key
        values = {"partner_id": partner_id, "product_id": product_id, "kind": "supplier", "number": number}
        session.execute(insert(m.ProductPartNumber.__table__).values(values).on_conflict_do_nothing())


TARGET = Target(
    name="purchasing.supplier_price",
    title=_l("Suppliers' prices"),
    permission="purchasing.write",
    book=book,
    fields=PRICES,
)
