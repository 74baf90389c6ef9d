"""The latest price of a part: which of all that were said by a day counts, and why.

Problem: 1,200 pieces are to be priced on 5 October in EUR. The supplier's list of July has 0.0100, from
1,000 on 0.0080; the one of October has 0.0085 from 1,000 on; the one of November is here too, and begins
later. On 2 October 0.0082 was ordered. By the rule “list first” the answer is 0.0085, by “order first”
0.0082, by “newest” 0.0082 as well, since 2 October is after 1 October.

Rule: a supplier, or else the company, says which source is asked first: the latest list that holds, the
latest order, the latest receipt, an open quotation; the others follow in this order, and “newest” takes
whichever is of the latest day. Nothing of after the day counts, and nothing in another currency is
converted. Of lists that began on one day the supplier's own goes before one for all, then the greatest
break that is reached, then what was written last; of orders and receipts of one day the last written. So
the same question always has the same answer, and each answer names the document that it comes from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import text

from addons.pricing.models.names import SOURCES
from addons.pricing.services.priced import BY_NOW, LAST_RUN
from addons.purchasing.services.pricing import UNIT, net_price
from core.db import AnySession, round_to
from core.sayings import Saying, say

_ASKED = """
    FROM unnest(CAST(:partners AS bigint[]), CAST(:products AS bigint[]), CAST(:quantities AS numeric[]),
                CAST(:currencies AS text[]), CAST(:days AS date[]), CAST(:own AS bigint[]))
         WITH ORDINALITY AS a (partner, product, quantity, currency, day, own, place)
"""
#: Both the lists of this addon and the prices that stand on suppliers' terms.
_LISTS = text(f"""
    SELECT a.place, x.* {_ASKED}
     CROSS JOIN LATERAL (
        (SELECT l.name, l.id AS record_id, p.unit_price, p.per, p.min_quantity, l.valid_from AS day,
                l.partner_id IS NOT NULL AS own, 0 AS discount, 'pricing.price_list' AS model
           FROM pricing_price p JOIN pricing_price_list l ON l.id = p.price_list_id
          WHERE p.product_id = a.product AND l.side = 'purchase' AND l.active
            AND (l.partner_id = a.partner OR l.partner_id IS NULL) AND l.currency_code = a.currency
            AND p.min_quantity <= a.quantity AND p.unit_price IS NOT NULL
            AND coalesce(l.valid_from, a.day) <= a.day AND coalesce(l.valid_until, a.day) >= a.day
          ORDER BY l.valid_from DESC NULLS LAST, l.partner_id IS NULL, p.min_quantity DESC, p.id DESC LIMIT 1)
         UNION ALL
        (SELECT '', s.id, p.unit_price, 1, p.min_quantity, p.valid_from, true, 0, 'purchasing.supplier_part'
           FROM purchasing_supplier_part s JOIN purchasing_supplier_price p ON p.supplier_part_id = s.id
          WHERE s.partner_id = a.partner AND s.product_id = a.product AND p.currency_code = a.currency
            AND p.min_quantity <= a.quantity
            AND coalesce(p.valid_from, a.day) <= a.day AND coalesce(p.valid_until, a.day) >= a.day
          ORDER BY p.valid_from DESC NULLS LAST, p.min_quantity DESC LIMIT 1)
        ORDER BY day DESC NULLS LAST, own DESC, model LIMIT 1) x
""")  # noqa: S608  # our own constant
_ORDER = """
    SELECT a.place, x.*, 1 AS per, 1 AS min_quantity {asked}
     CROSS JOIN LATERAL (
        SELECT o.number AS name, o.id AS record_id, l.unit_price, l.discount, o.date AS day,
               'purchasing.order' AS model
          FROM purchasing_order_line l JOIN purchasing_order o ON o.id = l.order_id
         WHERE l.product_id = a.product AND o.partner_id = a.partner AND o.currency_code = a.currency
           AND {states} AND o.date <= a.day AND l.unit_price IS NOT NULL AND o.id <> a.own
         ORDER BY o.date DESC, l.id DESC LIMIT 1) x
"""
_ORDERS = text(_ORDER.format(asked=_ASKED, states="o.state IN ('confirmed', 'done')"))
_QUOTATIONS = text(
    _ORDER.format(asked=_ASKED, states="o.state = 'request' AND coalesce(o.valid_until, a.day) >= a.day")
)
_RECEIPTS = text(f"""
    SELECT a.place, x.*, 0 AS discount, 1 AS per, 1 AS min_quantity {_ASKED}
     CROSS JOIN LATERAL (
        SELECT t.number AS name, t.id AS record_id,
               {BY_NOW} AS unit_price,
               v.date AS day, 'stock.transfer' AS model
          FROM stock_move v JOIN stock_transfer t ON t.id = v.transfer_id {LAST_RUN}
         WHERE v.product_id = a.product AND t.partner_id = a.partner AND v.document_currency_code = a.currency
           AND v.state = 'done' AND v.returns_id IS NULL AND v.date <= a.day
         ORDER BY v.date DESC, v.id DESC LIMIT 1) x
""")  # noqa: S608  # our own constant
_QUERIES = {"list": _LISTS, "order": _ORDERS, "receipt": _RECEIPTS, "quotation": _QUOTATIONS}
_PARTNERS = text("""
    SELECT p.id, p.receipt_price, p.price_breaks, coalesce(p.price_source, c.price_source) AS price_source
      FROM partner p JOIN company c ON c.id = p.company_id WHERE p.id = ANY(:ids)
""")


class Wanted(NamedTuple):
    """A part of a supplier, in a currency, on a day; the quantity is what breaks are reached by."""

    partner_id: int
    product_id: int
    quantity: Decimal
    currency: str
    on: date
    #: The order that is priced, which is no source for itself.
    own: int = 0


@dataclass(frozen=True)
class Latest:
    """The price of one unit, the document that it comes from, and both in words."""

    unit_price: Decimal
    #: In percent.
    discount: Decimal
    source: str
    model: str
    record_id: int
    day: date | None
    origin: str

    @cached_property
    def net(self) -> Decimal:
        """The price of one unit less the discount."""
        return net_price(self.unit_price, self.discount)


def partners_of(session: AnySession, ids: set[int]) -> Mapping[int, Any]:
    """Which source suppliers ask first, how they price receipts and count breaks, by their ids."""
    return {row.id: row for row in session.execute(_PARTNERS, {"ids": sorted(ids)})} if ids else {}


def latest_prices(
    session: AnySession, wanted: Sequence[Wanted], of: Mapping[int, Any] | None = None
) -> dict[Wanted, Latest]:
    """The latest price of each, where there is one; so many questions as there are sources, at most.

    `of` are the partners, where the caller knows them already.
    """
    of = partners_of(session, {one.partner_id for one in wanted}) if of is None else of
    rules = {partner: row.price_source for partner, row in of.items()}
    distinct = list(dict.fromkeys(wanted))
    newest = [one for one in distinct if rules.get(one.partner_id) == "newest"]
    found = _newest(session, newest)
    pending = [one for one in distinct if rules.get(one.partner_id, "newest") != "newest"]
    for rank in range(len(SOURCES)):
        asked: dict[str, list[Wanted]] = {}
        for one in pending:
            asked.setdefault(order_of(rules[one.partner_id])[rank], []).append(one)
        for source, some in asked.items():
            found |= _ask(session, source, some)
        pending = [one for one in pending if one not in found]
    return found


def order_of(rule: str) -> tuple[str, ...]:
    """The sources in the order in which a rule asks them: its own first, the others as they are listed."""
    return tuple(sorted(SOURCES, key=lambda source: source != rule))


def _newest(session: AnySession, wanted: Sequence[Wanted]) -> dict[Wanted, Latest]:
    found: dict[Wanted, Latest] = {}
    for source in SOURCES if wanted else ():
        for one, latest in _ask(session, source, wanted).items():
            if one not in found or (latest.day or date.min) > (found[one].day or date.min):
                found[one] = latest
    return found


def _ask(session: AnySession, source: str, wanted: Sequence[Wanted]) -> dict[Wanted, Latest]:
    if not wanted:
        return {}
    values = {
        "partners": [one.partner_id for one in wanted],
        "products": [one.product_id for one in wanted],
        "quantities": [one.quantity for one in wanted],
        "currencies": [one.currency for one in wanted],
        "days": [one.on for one in wanted],
        "own": [one.own for one in wanted],
    }
    words: dict[tuple[Any, ...], Saying] = {}
    found = {}
    for row in session.execute(_QUERIES[source], values):
        key = (row.model, row.record_id, row.min_quantity)
        if key not in words:
            words[key] = _words(source, row)
        found[wanted[row.place - 1]] = Latest(
            row.unit_price if row.per == 1 else round_to(row.unit_price / row.per, UNIT),
            Decimal(row.discount),
            source,
            row.model,
            row.record_id,
            row.day,
            words[key],
        )
    return found


def _words(source: str, row: Any) -> Saying:
    if source == "order":
        return say("as on %(number)s of %(day)s", number=row.name, day=row.day)
    if source == "receipt":
        return say("receipt %(number)s of %(day)s", number=row.name, day=row.day)
    if source == "quotation":
        return say("quotation %(number)s of %(day)s", number=row.name, day=row.day)
    return list_words(row.name, row.day, row.min_quantity)


#: What partners read of a list, as it is said.
LIST_ORIGINS = {
    words: words for words in ("list %(name)s", "list %(name)s of %(day)s", "%(list)s, break %(quantity)s+")
}


def list_words(name: str, day: date | None, least: Decimal) -> Saying:
    """A list with its first day and the break that is reached: “list Q3 of 1 Jul 2026, break 1,000+”."""
    if not name:
        words = say("supplier's list of %(day)s", day=day) if day else say("supplier's list")
    elif day:
        words = say("list %(name)s of %(day)s", name=name, day=day)
    else:
        words = say("list %(name)s", name=name)
    if least <= 1:
        return words
    return say("%(list)s, break %(quantity)s+", list=words, quantity=least)
