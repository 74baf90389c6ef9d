"""Write price lists."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.pricing.services.errors import PricingError
from core import m
from core.db import AnySession, reserve_ids
from core.i18n import _
from core.security import acts
from core.security.audit import record

WRITE = "pricing.write"


@dataclass(frozen=True)
class PriceDraft:
    """A price of a list."""

    product_id: int
    unit_price: Decimal | None
    min_quantity: Decimal = Decimal(1)
    per: Decimal = Decimal(1)
    margin: Decimal | None = None
    contract_quantity: Decimal | None = None


@dataclass
class ListDraft:
    """A list with its prices; `create` sets `id`."""

    company_id: int
    side: str
    currency_code: str
    name: str
    prices: Sequence[PriceDraft] = field(default_factory=tuple)
    partner_id: int | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    replaces_id: int | None = None
    partner_group_id: int | None = None
    id: int = 0


_PARTNERS = text("SELECT id, company_id, is_supplier, is_customer FROM partner WHERE id = ANY(:ids)")
_GROUP = text("SELECT id FROM partner_group WHERE id = :id AND company_id = :company")
_STRANGE = text("""
    SELECT count(*) FROM unnest(CAST(:ids AS bigint[])) AS w (id)
      LEFT JOIN product p ON p.id = w.id AND p.company_id = :company WHERE p.id IS NULL
""")


def create(session: AnySession, price_lists: Sequence[Any]) -> list[int]:
    """Write drafts, or unsaved records; returns their ids. Raises PricingError."""
    acts.require(session, WRITE)
    _refuse_strangers(session, price_lists)
    drafts = [one for one in price_lists if isinstance(one, ListDraft)]
    if drafts:
        _write(session, drafts)
    session.add_all(one for one in price_lists if not isinstance(one, ListDraft))
    session.flush()
    return [one.id for one in price_lists]


def _refuse_strangers(session: AnySession, price_lists: Sequence[Any]) -> None:
    with session.no_autoflush:
        ids = sorted({one.partner_id for one in price_lists if one.partner_id is not None})
        known = {row.id: row for row in session.execute(_PARTNERS, {"ids": ids})}
        for one in price_lists:
            partner = known.get(one.partner_id)
            if one.partner_id is not None and not _fits(one, partner):
                raise PricingError(_("This is no partner of that side: choose one of the list."))
            if one.partner_group_id is not None and not session.scalar(
                _GROUP, {"id": one.partner_group_id, "company": one.company_id}
            ):
                raise PricingError(_("There is no such group: choose one of the list."))
            values = {"ids": [price.product_id for price in one.prices], "company": one.company_id}
            if session.scalar(_STRANGE, values):
                raise PricingError(_("There is no such part: choose one of the list."))


def _fits(price_list: Any, partner: Any) -> bool:
    if partner is None or partner.company_id != price_list.company_id:
        return False
    return bool(partner.is_supplier if price_list.side == "purchase" else partner.is_customer)


def _write(session: AnySession, drafts: Sequence[ListDraft]) -> None:
    table = m.PricingPriceList.__table__
    for draft, draft_id in zip(drafts, reserve_ids(session, table, len(drafts)), strict=True):
        draft.id = draft_id
    columns = (
        "id",
        "company_id",
        "side",
        "currency_code",
        "name",
        "partner_id",
        "partner_group_id",
        "valid_from",
        "valid_until",
        "replaces_id",
    )
    m.PricingPriceList._bulk(session, ({name: getattr(d, name) for name in columns} for d in drafts))
    m.PricingPrice._bulk(session, (row for draft in drafts for row in _rows(draft)))
    record(session, "create", "pricing.price_list", [draft.id for draft in drafts])


def _rows(draft: ListDraft) -> Iterator[dict[str, Any]]:
    for price in draft.prices:
        yield {"company_id": draft.company_id, "price_list_id": draft.id, **vars(price)}
