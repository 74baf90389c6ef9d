"""Take in a supplier's price list as it is: the good prices become lists, the others are named.

Problem: of 4,000 prices of a supplier's file thirty name parts that we don't have, two have a slipped point,
five stand there twice with two prices, and one sheet is in EUR while the rest is in USD. Rule: what names one
part of ours once, at a price that is not out of proportion, becomes a line of the list of its currency; each
other is kept as a fault with its row, its column and the reason. A price is out of proportion at eight times
or an eighth of what the part costs by now from the same quantity on, or at more than twice what it costs from
a smaller quantity on.

The list takes effect on its first day by itself and is compared with the one that it replaces.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.matching.services.sheets import Unread
from addons.pricing.services.errors import PricingError
from addons.pricing.services.latest import Wanted, latest_prices
from addons.pricing.services.lists import WRITE, ListDraft, PriceDraft
from addons.pricing.services.price_sheets import Said, TheirPrices, read_prices
from addons.products.services.numbers import find_exact
from addons.purchasing.services.pricing import UNIT
from core import m
from core.clock import today
from core.db import AnySession, round_to
from core.i18n import _, format_number
from core.security import acts

#: How many times what is known is out of proportion, and how much more a larger quantity may cost.
TIMES, RISE = 8, 2
_KNOWN = text("SELECT code FROM currency ORDER BY code")
_NAMED = text("""
    SELECT name FROM pricing_price_list
     WHERE company_id = :company AND side = 'purchase' AND partner_id = :partner AND name = ANY(:names)
""")
#: The list of a supplier and currency that began last, before this one.
_BEFORE = text("""
    SELECT DISTINCT ON (currency_code) currency_code, id FROM pricing_price_list
     WHERE company_id = :company AND side = 'purchase' AND partner_id = :partner AND active
       AND coalesce(valid_from, CAST(:day AS date)) <= :day
     ORDER BY currency_code, valid_from DESC NULLS LAST, id DESC
""")


@dataclass(frozen=True)
class ListFile:
    """A file of a supplier, and what is said about it."""

    partner_id: int
    contents: bytes
    name: str
    valid_from: date | None = None
    #: Of all prices; nothing where the file says it.
    currency: str = ""


@dataclass
class Taken:
    """The lists that came of a file, and what did not become a price."""

    lists: list[int] = field(default_factory=list)
    prices: int = 0
    faults: list[Unread] = field(default_factory=list)


@dataclass(frozen=True)
class _Priced:
    said: Said
    product_id: int
    currency: str

    @property
    def one(self) -> Decimal:
        return round_to(self.said.price / self.said.per, UNIT)


def take_in(session: AnySession, file: ListFile) -> Taken:
    """Write the lists of a file; returns them with the faults. Raises PricingError, FileError."""
    acts.require(session, WRITE)
    partner = session.get_one(m.Partner, file.partner_id)
    if not file.name.strip():
        raise PricingError(_("Give the list a name, such as Q3-2026."))
    owner = f"prices:{partner.id}"
    chosen = m.MatchingMapping.recall(session, partner.company_id, owner)
    read = read_prices(file.contents, session.scalars(_KNOWN).all(), chosen, file.currency)
    taken = Taken(faults=read.faults)
    good = _good(session, partner, file, read, taken)
    if good:
        m.MatchingMapping.remember(session, partner.company_id, owner, read.mapping)
        _write(session, partner, file, good, taken)
    return taken


def _good(
    session: AnySession, partner: Any, file: ListFile, read: TheirPrices, taken: Taken
) -> list[_Priced]:
    # As orders have it, where nobody says otherwise.
    own = partner.currency_code or partner.company.currency_code
    priced = _known(session, partner, read.said, own, taken)
    return _in_proportion(session, partner.id, file, _once(priced, taken), taken)


def _known(
    session: AnySession, partner: Any, said: Sequence[Said], own: str, taken: Taken
) -> Iterator[_Priced]:
    """Prices of one part of ours, in a currency."""
    texts = sorted({number for one in said for number in one.parts})
    hits = find_exact(session, partner.company_id, texts, partner.id)
    for one in said:
        parts = {found.product_id: found for number in one.parts if (found := hits[number].only)}
        if len(parts) != 1:
            _fault(taken, one, _no_part(one, bool(parts)))
        else:
            yield _Priced(one, next(iter(parts)), one.currency or own)


def _no_part(one: Said, several: bool) -> str:
    numbers = " / ".join(one.parts)
    if several:
        return _("“%(numbers)s” are different parts of ours: correct one of them.", numbers=numbers)
    return _("No part of ours is called “%(numbers)s”, or several are.", numbers=numbers)


def _once(priced: Iterable[_Priced], taken: Taken) -> Iterator[_Priced]:
    """Of prices of one part and quantity the first; the next ones are named with its row."""
    first: dict[tuple[int, Decimal, str], _Priced] = {}
    for one in priced:
        before = first.setdefault((one.product_id, one.said.least, one.currency), one)
        if before is one:
            yield one
        else:
            reason = _(
                "Row %(row)s has %(price)s for the same part and quantity already.",
                row=before.said.row,
                price=format_number(before.one),
            )
            _fault(taken, one.said, reason)


def _in_proportion(
    session: AnySession, partner_id: int, file: ListFile, priced: Iterable[_Priced], taken: Taken
) -> list[_Priced]:
    rows = sorted(priced, key=lambda one: (one.product_id, one.currency, one.said.least))
    day = file.valid_from or today()
    wanted = {one: Wanted(partner_id, one.product_id, one.said.least, one.currency, day) for one in rows}
    latest = latest_prices(session, list(wanted.values()))
    good: list[_Priced] = []
    for one in rows:
        known = latest.get(wanted[one])
        if known is not None and not known.net / TIMES < one.one < known.net * TIMES:
            _fault(taken, one.said, _out_of(one.one, known.net, known.origin))
        elif good and _rises(good[-1], one):
            least = _("its price from %(quantity)s on", quantity=format_number(good[-1].said.least))
            _fault(taken, one.said, _out_of(one.one, good[-1].one, least))
        else:
            good.append(one)
    return good


def _rises(before: _Priced, one: _Priced) -> bool:
    same = (before.product_id, before.currency) == (one.product_id, one.currency)
    return same and one.one > before.one * RISE


def _out_of(price: Decimal, known: Decimal, origin: str) -> str:
    return _(
        "%(price)s a piece is %(times)s times the %(known)s of %(origin)s: check the point, and what "
        "the price is for.",
        price=format_number(price),
        times=format_number(round(price / known, 2) if known else price),
        known=format_number(known),
        origin=origin,
    )


def _fault(taken: Taken, one: Said, reason: str) -> None:
    taken.faults.append(Unread(one.sheet, one.row, one.column, one.cell, reason))


def _write(session: AnySession, partner: Any, file: ListFile, good: Sequence[_Priced], taken: Taken) -> None:
    by_currency: dict[str, list[_Priced]] = {}
    for one in good:
        by_currency.setdefault(one.currency, []).append(one)
    several = len(by_currency) > 1
    names = {code: f"{file.name} {code}" if several else file.name for code in by_currency}
    where = {"company": partner.company_id, "partner": partner.id}
    if known := session.scalar(_NAMED, {**where, "names": list(names.values())}):
        raise PricingError(_("There is a list “%(name)s” of this supplier: give another name.", name=known))
    rows_before = session.execute(_BEFORE, {**where, "day": file.valid_from or today()})
    before = {row.currency_code: row.id for row in rows_before}
    drafts = [
        ListDraft(
            partner.company_id,
            "purchase",
            code,
            names[code],
            [_draft(one) for one in rows],
            partner.id,
            file.valid_from,
            replaces_id=before.get(code),
        )
        for code, rows in sorted(by_currency.items())
    ]
    taken.lists, taken.prices = m.PricingPriceList.create(session, drafts), len(good)
    m.PricingListFault._bulk(session, _fault_rows(partner.company_id, taken))


def _draft(one: _Priced) -> PriceDraft:
    return PriceDraft(one.product_id, one.said.price, one.said.least, one.said.per)


def _fault_rows(company_id: int, taken: Taken) -> Iterator[Mapping[str, Any]]:
    """The faults of a file stand with the first of its lists."""
    taken.faults.sort(key=lambda one: (one.sheet, one.row))
    for one in taken.faults:
        yield {
            "company_id": company_id,
            "price_list_id": taken.lists[0],
            "sheet": one.sheet,
            "row": one.row,
            "heading": one.column[:1000],
            "cell": one.cell[:1000],
            "reason": one.reason[:1000],
        }
