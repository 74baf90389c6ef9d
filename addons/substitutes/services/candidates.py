"""What short lines may take instead: from all sources, what the customer allows, the best first.

Problem: a rep has thirty short lines and a minute. Rule: all lines are answered together, by as many
questions as one. A part is offered once, by the best of what names it: approved before
proposed before merely suggested, then the better fit. Never offered are parts that are archived, no longer
made, another company's, or counted in another unit. First stands what this customer took last; what the
customer was not content with stands last, and says why; between them approved, then how much of the quantity
is there, then the lower price.
Example: 1,000 of A at 0.50 are wanted. B approved with 600 free at 0.52, C approved with 5,000 at 0.55,
D proposed with 9,000 at 0.30, E taken last time → E, C, B, D.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.stock.services.availability import Availability, availability_of, next_arrivals
from addons.stock.services.orders.prices import Asked, Price
from addons.substitutes.services import notes
from addons.substitutes.services.asking import FITS, Candidate, Found, Remembered, Wanted
from addons.substitutes.services.memory import Memories, memories, remembered
from core import m
from core.db import AnySession
from core.security.actor import actor_of

COST = "sales.margin"
_STATES = ("approved", "proposed", "suggested")
_ONE = Decimal(1)
_ZERO = Decimal(0)
#: What each line's part and each candidate is; costs in the company's currency.
_PARTS = text("""
    SELECT p.id, p.company_id, p.code, p.mpn, k.name AS maker, p.description, p.active, p.lifecycle, p.unit,
           p.kind, p.pack_quantity, p.min_order_quantity, p.order_multiple, c.currency_code AS currency,
           CASE WHEN :costs THEN coalesce(w.amount / nullif(w.quantity, 0), p.cost) END AS cost
      FROM product p JOIN company c ON c.id = p.company_id LEFT JOIN maker k ON k.id = p.maker_id
      LEFT JOIN stock_worth w ON :costs AND w.product_id = p.id
     WHERE p.id = ANY(:ids)
""")


@dataclass(frozen=True)
class _Known:
    """What was asked for all candidates together."""

    parts: Mapping[int, Any]
    stock: Mapping[int, Availability]
    arrivals: Mapping[int, date]
    memories: Memories


def candidates(session: AnySession, lines: Sequence[Wanted]) -> Mapping[Hashable, list[Candidate]]:
    """What each line may take, the best first, by its key; nothing is written.

    Core statements: whoever asks may sell to the customers of the lines.
    """
    if not lines:
        return {}
    known = memories(session, lines)
    named = _each_once([*m.Substitute.sources(session, lines), *remembered(lines, known)])
    parts = _parts(session, [*(x.product_id for x in lines), *(x.product_id for x in named)])
    of = {line.key: line for line in lines}
    usable = [x for x in named if _is_usable(parts[of[x.key].product_id], parts.get(x.product_id))]
    found = m.Substitute.allowed(session, lines, usable)
    ids = sorted({one.product_id for one in found})
    facts = _Known(parts, availability_of(session, ids), next_arrivals(session, ids), known)
    prices = m.SalesOrder.price_lines(session, [_asked(of[one.key], one) for one in found])
    made: dict[Hashable, list[Candidate]] = {line.key: [] for line in lines}
    for one, price in zip(found, prices, strict=True):
        candidate = _candidate(of[one.key], one, price, facts)
        if _helps(candidate):
            made[one.key].append(candidate)
    return {key: m.Substitute.ranked(of[key], offered) for key, offered in made.items()}


def _each_once(found: Iterable[Found]) -> list[Found]:
    best: dict[tuple[Hashable, int], Found] = {}
    for one in found:
        key = (one.key, one.product_id)
        if key not in best or _weight(one) < _weight(best[key]):
            best[key] = one
    return list(best.values())


def _weight(found: Found) -> tuple[int, int, int, int]:
    return (_STATES.index(found.state), FITS.index(found.fit), len(found.by_way), found.rank)


def _parts(session: AnySession, ids: Iterable[int]) -> Mapping[int, Any]:
    values = {"ids": sorted(set(ids)), "costs": actor_of(session).may(COST)}
    return {row.id: row for row in session.execute(_PARTS, values)}


def _is_usable(part: Any, other: Any) -> bool:
    """Whether a part can be sold in place of another at all."""
    if other is None or other.id == part.id or not other.active or other.lifecycle == "obsolete":
        return False
    return bool((other.company_id, other.unit, other.kind) == (part.company_id, part.unit, part.kind))


def _asked(line: Wanted, found: Found) -> Asked:
    return Asked(line.partner_id, found.product_id, line.quantity, line.currency, line.on)


def _candidate(line: Wanted, found: Found, price: Price, known: _Known) -> Candidate:
    part, memory = known.parts[found.product_id], _memory(line, found, known.memories)
    free = max(known.stock[found.product_id].available, _ZERO)
    net = None if price.unit_price is None else price.unit_price * (100 - price.discount) / 100
    is_known = net is not None and line.unit_price is not None
    return Candidate(
        found,
        part.code,
        part.mpn,
        part.maker or "",
        part.description,
        free,
        known.arrivals.get(found.product_id),
        price.unit_price,
        price.origin,
        net - line.unit_price if net is not None and is_known and line.unit_price is not None else None,
        _margin(net, part, line.currency),
        min(free / line.quantity, _ONE) if line.quantity else _ONE,
        memory,
        notes.of(found, memory, known.parts[line.product_id], part, known.parts),
    )


def _helps(candidate: Candidate) -> bool:
    """A part that is merely suggested, is not there and does not come helps nobody."""
    is_coming = candidate.free > _ZERO or candidate.arrival is not None
    return candidate.found.state != "suggested" or is_coming or bool(candidate.memory.number)


def _memory(line: Wanted, found: Found, known: Memories) -> Remembered:
    return known.get((line.partner_id, line.product_id), {}).get(found.product_id, Remembered())


def _margin(net: Decimal | None, part: Any, currency: str) -> Decimal | None:
    if not net or part.cost is None or part.currency != currency:
        return None
    return (net - Decimal(part.cost)) / net


def usual_order(candidate: Candidate) -> tuple[Any, ...]:
    """Last taken, approved, stock, price; what the customer was not content with at the end."""
    found, memory = candidate.found, candidate.memory
    unknown = candidate.difference is None
    return (
        memory.is_bad,
        not memory.is_last,
        _STATES.index(found.state),
        -candidate.covered,
        unknown,
        candidate.difference or _ZERO,
        FITS.index(found.fit),
        found.rank,
        len(found.by_way),
        candidate.code,
    )
