"""What waits for the word of a customer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from addons.substitutes.services.asking import Found, Wanted
from addons.substitutes.services.errors import SubstituteError
from addons.substitutes.services.substituting import wanted_of
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts

#: Customer, what was ordered, what is to be given.
Pair = tuple[int, int, int]
_AGREED = text("""
    SELECT a.partner, a.product, a.other
      FROM unnest(CAST(:partners AS bigint[]), CAST(:products AS bigint[]), CAST(:others AS bigint[]))
           AS a (partner, product, other)
     WHERE EXISTS (SELECT 1 FROM substitute_consent c
                    WHERE c.partner_id = a.partner AND c.product_id = a.product
                      AND c.substitute_id = a.other AND c.state = 'agreed')
""")
_STANDING = text("""
    SELECT c.order_id, l.id AS line_id, c.substitute_id, l.position, p.code
      FROM substitute_choice c
      JOIN sales_order_line l ON l.id = c.order_line_id AND l.product_id = c.substitute_id
      JOIN product p ON p.id = c.substitute_id
     WHERE c.order_id = ANY(:ids) AND c.outcome = 'accepted' ORDER BY c.order_id, l.position
""")


def agreed(session: AnySession, pairs: Sequence[Pair]) -> set[Pair]:
    """Those of the pairs that the customers have agreed to."""
    if not pairs:
        return set()
    partners, products, others = zip(*pairs, strict=True)
    values = {"partners": list(partners), "products": list(products), "others": list(others)}
    return {(row.partner, row.product, row.other) for row in session.execute(_AGREED, values)}


def refuse_waiting(session: AnySession, orders: Iterable[Any]) -> None:
    """Raise SubstituteError for orders on which something waits for the customer, or is refused by now.

    Asked anew: somebody may have approved it since, the customer may have agreed, or forbidden it.
    """
    rows = session.execute(_STANDING, {"ids": acts.ids_of(session, orders)}).all()
    if rows:
        named = _named(session, rows)
        kept = {(one.key, one.product_id): one for one in m.Substitute.allowed(session, *named)}
        SubstituteError.refuse({row.order_id: why for row in rows if (why := _why_not(row, kept))})


def _named(session: AnySession, rows: Sequence[Any]) -> tuple[list[Wanted], list[Found]]:
    """What the lines want, and what stands on them, as whatever names it now."""
    lines = wanted_of(session, (row.line_id for row in rows))
    found = {(one.key, one.product_id): one for one in reversed(m.Substitute.sources(session, lines))}
    keys = {line.key for line in lines}
    unnamed = Found(0, 0, state="proposed")
    return lines, [
        replace(found.get(key, unnamed), key=key[0], product_id=key[1])
        for key in ((row.line_id, row.substitute_id) for row in rows)
        if key[0] in keys
    ]


def _why_not(row: Any, kept: Mapping[Any, Found]) -> str:
    found = kept.get((row.line_id, row.substitute_id))
    if found is None:
        return _(
            "%(code)s on line %(position)s is refused by now: take the substitute back.",
            code=row.code,
            position=row.position,
        )
    if not found.consent:
        return ""
    return _(
        "%(code)s on line %(position)s waits for the customer, since %(why)s: ask for consent, or note it.",
        code=row.code,
        position=row.position,
        why=found.consent,
    )
