"""Customers' rules of the trade, obeyed by reservation.

Problem: 7,000 are wanted by a customer who takes one lot only, none older than 24 months, and whole reels.
Rule: shelves that are too old are left out; of whole reels only those are taken that are needed whole; of one
lot the one that serves most, the oldest of those that serve alike. What the rules leave open stays lacking: a
delivery that breaks them would come back. A rule for the part goes before the one for all parts.
Example: lots of 5,000 (2601), 8,000 (2603) and 9,000 (2401, too old) → 7,000 of 2603; with whole reels none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.stock.services.choosing import Shelf, Taking
from addons.stock.services.date_codes import made_in
from core.clock import today
from core.db import AnySession

Chooser = Callable[[Sequence[Any], Sequence[Shelf]], Mapping[int, list[Taking]]]
_RULES = text("""
    SELECT DISTINCT ON (a.partner, a.product) a.partner, a.product, r.max_age, r.one_lot, r.whole_reels
      FROM unnest(CAST(:partners AS bigint[]), CAST(:products AS bigint[])) AS a (partner, product)
      JOIN sales_requirement r ON r.partner_id = a.partner
       AND (r.product_id = a.product OR r.product_id IS NULL)
     ORDER BY a.partner, a.product, r.product_id NULLS LAST
""")


def choose(
    session: AnySession, moves: Sequence[Any], shelves: Sequence[Shelf], usual: Chooser
) -> Mapping[int, list[Taking]]:
    """The takings of each move; moves without rules take as usual, in one go where none has any."""
    rules = _rules(session, moves)
    if not rules:
        return usual(moves, shelves)
    found: dict[int, list[Taking]] = {}
    for move in moves:
        rule = rules.get((move.partner_id, move.product_id))
        if rule is None:
            found.update(usual([move], shelves))
        else:
            found[move.id] = _by_rule(move, rule, shelves, usual)
    return found


def _rules(session: AnySession, moves: Sequence[Any]) -> Mapping[tuple[int, int], Any]:
    asked = sorted({(v.partner_id, v.product_id) for v in moves if v.kind == "delivery" and v.partner_id})
    if not asked:
        return {}
    values = {"partners": [p for p, _product in asked], "products": [product for _p, product in asked]}
    return {(row.partner, row.product): row for row in session.execute(_RULES, values)}


def _by_rule(move: Any, rule: Any, shelves: Sequence[Shelf], usual: Chooser) -> list[Taking]:
    fitting = [s for s in shelves if s.product_id == move.product_id and s.free > 0 and _is_young(s, rule)]
    if rule.whole_reels:
        fitting = [s for s in fitting if s.is_whole and s.free <= move.quantity]
    if rule.one_lot:
        return _one_lot(move, rule, fitting, usual)
    return _whole(rule, _take(move, fitting, usual))


def _is_young(shelf: Shelf, rule: Any) -> bool:
    if rule.max_age is None:
        return True
    made = made_in(shelf.date_code)
    return made is not None and months_since(made, today()) <= rule.max_age


def months_since(made: date, day: date) -> int:
    """Full months from one day to another."""
    return (day.year - made.year) * 12 + day.month - made.month - (day.day < made.day)


def _take(move: Any, shelves: Sequence[Shelf], usual: Chooser) -> list[Taking]:
    return usual([move], shelves).get(move.id, [])


def _one_lot(move: Any, rule: Any, shelves: Sequence[Shelf], usual: Chooser) -> list[Taking]:
    """Try each lot on copies of its shelves, and take from the best."""
    best: tuple[Decimal, int | None] | None = None
    lots = {shelf.lot_id: shelf.date_code for shelf in shelves}
    for lot in sorted(lots, key=lambda one: (lots[one] == "", lots[one], one or 0)):
        trial = [replace(shelf) for shelf in shelves if shelf.lot_id == lot]
        served = sum((t.quantity for t in _whole(rule, _take(move, trial, usual))), Decimal(0))
        if served and (best is None or served > best[0]):
            best = (served, lot)
    if best is None:
        return []
    return _whole(rule, _take(move, [shelf for shelf in shelves if shelf.lot_id == best[1]], usual))


def _whole(rule: Any, takings: list[Taking]) -> list[Taking]:
    """Give back what would cut a reel."""
    if not rule.whole_reels:
        return takings
    kept = []
    for taking in takings:
        if taking.shelf.free == 0:
            kept.append(taking)
        else:
            taking.shelf.free += taking.quantity
    return kept
