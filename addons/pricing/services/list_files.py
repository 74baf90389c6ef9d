"""Take in a supplier's price list as it is: the good prices become lists, the others are named.

Problem: of 4,000 prices of a supplier's file thirty name parts that we don't have, two have a slipped point,
five stand there twice with two prices, and one sheet is in EUR while the rest is in USD. Rule: what names one
part of ours once, at a price that is not out of proportion, becomes a line of the list of its currency; each
other is kept as a fault with its row, its column and the reason. A price is out of proportion at eight times
or an eighth of what the part costs by now from the same quantity on, or at more than twice what it costs from
a smaller quantity on.

Prices hold from the day that their row names, else from the one that was said with the file, else from the
one in its letterhead, else from today; those of one currency and the same days are one list. It takes effect
on its first day by itself and is compared with the one that it replaces.
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
from core.i18n import _, format_date, format_number
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
    SELECT id FROM pricing_price_list
     WHERE company_id = :company AND side = 'purchase' AND partner_id = :partner AND active
       AND currency_code = :currency AND coalesce(valid_from, CAST(:day AS date)) <= :day
     ORDER BY valid_from DESC NULLS LAST, id DESC LIMIT 1
""")


@dataclass(frozen=True)
class ListFile:
    """A file of a supplier, and what is said about it."""

    partner_id: int
    contents: bytes
    name: str
    #: Of prices whose row says nothing of it; nothing where the file says it.
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
    since: date
    until: date | None

    @property
    def list(self) -> tuple[str, date, date | None]:
        """What the prices of one list have in common."""
        return self.currency, self.since, self.until

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
    known = session.scalars(_KNOWN).all()
    read = read_prices(file.contents, known, chosen, file.currency, file.valid_from)
    taken = Taken(faults=read.faults)
    good = _good(session, partner, read, taken)
    if good:
        m.MatchingMapping.remember(session, partner.company_id, owner, read.mapping)
        _write(session, partner, file, good, taken)
    return taken


def _good(session: AnySession, partner: Any, read: TheirPrices, taken: Taken) -> list[_Priced]:
    # As orders have it, where nobody says otherwise.
    own = partner.currency_code or partner.company.currency_code
    priced = _held(_known(session, partner, read.said, own, taken), taken)
    return _in_proportion(session, partner.id, _once(priced, taken), taken)


def _known(
    session: AnySession, partner: Any, said: Sequence[Said], own: str, taken: Taken
) -> Iterator[_Priced]:
    """Prices of one part of ours, in a currency, from a day on."""
    texts = sorted({number for one in said for number in one.parts})
    hits = find_exact(session, partner.company_id, texts, partner.id)
    for one in said:
        parts = {found.product_id: found for number in one.parts if (found := hits[number].only)}
        if len(parts) != 1:
            _fault(taken, one, _no_part(one, bool(parts)))
        else:
            yield _Priced(one, next(iter(parts)), one.currency or own, one.since or today(), one.until)


def _held(priced: Iterable[_Priced], taken: Taken) -> Iterator[_Priced]:
    """Prices that end no earlier than they begin."""
    for one in priced:
        if one.until is None or one.until >= one.since:
            yield one
        else:
            reason = _(
                "The price would end on %(until)s, before it begins on %(since)s.",
                until=format_date(one.until),
                since=format_date(one.since),
            )
            _fault(taken, one.said, reason)


def _no_part(one: Said, several: bool) -> str:
    numbers = " / ".join(one.parts)
    if several:
        return _("“%(numbers)s” are different parts of ours: correct one of them.", numbers=numbers)
    return _("No part of ours is called “%(numbers)s”, or several are.", numbers=numbers)


def _once(priced: Iterable[_Priced], taken: Taken) -> Iterator[_Priced]:
    """Of prices of one part and quantity the first; the next ones are named with its row."""
    first: dict[tuple[Any, ...], _Priced] = {}
    for one in priced:
        before = first.setdefault((one.product_id, one.said.least, *one.list), one)
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
    session: AnySession, partner_id: int, priced: Iterable[_Priced], taken: Taken
) -> list[_Priced]:
    rows = sorted(priced, key=lambda one: (one.product_id, *_order(one.list), one.said.least))
    wanted = {
        one: Wanted(partner_id, one.product_id, one.said.least, one.currency, one.since) for one in rows
    }
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
    same = (before.product_id, before.list) == (one.product_id, one.list)
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


def _order(of: tuple[str, date, date | None]) -> tuple[str, date, date]:
    currency, since, until = of
    return currency, since, until or date.max


def _write(session: AnySession, partner: Any, file: ListFile, good: Sequence[_Priced], taken: Taken) -> None:
    lists: dict[tuple[str, date, date | None], list[_Priced]] = {}
    for one in sorted(good, key=lambda one: _order(one.list)):
        lists.setdefault(one.list, []).append(one)
    names = _names(file.name, list(lists))
    where = {"company": partner.company_id, "partner": partner.id}
    if known := session.scalar(_NAMED, {**where, "names": list(names.values())}):
        raise PricingError(_("There is a list “%(name)s” of this supplier: give another name.", name=known))
    drafts = [
        ListDraft(
            partner.company_id,
            "purchase",
            currency,
            names[currency, since, until],
            [_draft(one) for one in rows],
            partner.id,
            since,
            until,
            replaces_id=_before(session, where, currency, since),
        )
        for (currency, since, until), rows in lists.items()
    ]
    taken.lists, taken.prices = m.PricingPriceList.create(session, drafts), len(good)
    m.PricingListFault._bulk(session, _fault_rows(partner.company_id, taken))


def _names(name: str, lists: Sequence[tuple[str, date, date | None]]) -> dict[Any, str]:
    """A name for each list of a file: what tells them apart stands behind that of the file."""
    currencies, days = {one[0] for one in lists}, {one[1:] for one in lists}
    found = {}
    for one in lists:
        more = [one[0]] if len(currencies) > 1 else []
        if len(days) > 1:
            more.append("–".join(day.isoformat() for day in one[1:] if day is not None))
        found[one] = " ".join((name, *more))
    return found


def _before(session: AnySession, where: Mapping[str, Any], currency: str, since: date) -> int | None:
    found: int | None = session.scalar(_BEFORE, {**where, "currency": currency, "day": since})
    return found


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
