"""What may be offered: what we have not refused ourselves, and what the customer allows.

Rule: a pair that was refused takes its part away by whatever way it was found. A customer who never takes
other parts is offered none. Of a maker that the customer refuses, or does not name where any is named,
nothing is offered; neither is a part that is never given, nor, where some are allowed in place of this part,
one that is not. What is asked for first is offered with the reason, until the customer has agreed.
Example: C1 allows B in place of A → C is not offered for A, and both are for D.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from addons.substitutes.services.asking import Found, Wanted
from core.db import AnySession
from core.i18n import _

_JUDGE = text("""
    SELECT a.place, p.substitution, EXISTS (
               SELECT 1 FROM substitute_consent c
                WHERE c.partner_id = a.partner AND c.product_id = a.product AND c.substitute_id = a.other
                  AND c.state = 'agreed') AS has_agreed,
           EXISTS (
               SELECT 1 FROM substitute s WHERE s.state = 'refused'
                  AND (s.product_id = a.product AND s.substitute_id = a.other
                       OR s.both_ways AND s.product_id = a.other AND s.substitute_id = a.product)
           ) AS is_refused,
           r.has_never, r.has_ask,
           r.has_allowed AND NOT r.is_allowed AS is_unlisted,
           k.has_allowed AND NOT k.is_allowed OR k.has_never AS is_maker_refused
      FROM unnest(CAST(:partners AS bigint[]), CAST(:products AS bigint[]), CAST(:others AS bigint[]))
           WITH ORDINALITY AS a (partner, product, other, place)
      JOIN partner p ON p.id = a.partner
      JOIN product o ON o.id = a.other
     CROSS JOIN LATERAL (
           SELECT coalesce(bool_or(r.kind = 'never' AND r.substitute_id = a.other), false) AS has_never,
                  coalesce(bool_or(r.kind = 'ask' AND r.substitute_id = a.other), false) AS has_ask,
                  coalesce(bool_or(r.kind = 'allowed' AND r.product_id = a.product), false) AS has_allowed,
                  coalesce(bool_or(r.kind = 'allowed' AND r.substitute_id = a.other), false) AS is_allowed
             FROM substitute_rule r
            WHERE r.partner_id = a.partner AND (r.product_id = a.product OR r.product_id IS NULL)) r
     CROSS JOIN LATERAL (
           SELECT coalesce(bool_or(k.allowed), false) AS has_allowed,
                  coalesce(bool_or(k.allowed AND k.maker_id = o.maker_id), false) AS is_allowed,
                  coalesce(bool_or(NOT k.allowed AND k.maker_id = o.maker_id), false) AS has_never
             FROM sales_maker_rule k WHERE k.partner_id = a.partner) k
""")


def allowed(session: AnySession, lines: Sequence[Wanted], found: Sequence[Found]) -> list[Found]:
    """What of it the customers take, each with why they have to agree before; one query."""
    of = {line.key: line for line in lines}
    values = {
        "partners": [of[x.key].partner_id for x in found],
        "products": [of[x.key].product_id for x in found],
        "others": [x.product_id for x in found],
    }
    judged = {row.place: row for row in session.execute(_JUDGE, values)} if found else {}
    return [
        replace(one, consent=_consent(one, judged[place]))
        for place, one in enumerate(found, start=1)
        if not _is_forbidden(judged[place])
    ]


def _is_forbidden(row: Any) -> bool:
    by_rule = row.has_never or row.is_unlisted or row.is_maker_refused
    return bool(row.is_refused or row.substitution == "never" or by_rule)


def _consent(found: Found, row: Any) -> str:
    """Why the customer has to agree; the first reason that holds."""
    reasons: Mapping[str, bool] = {
        _("the customer is asked about every substitute"): row.substitution == "ask",
        _("the customer is asked about this part"): row.has_ask,
        _("nobody has approved it yet"): found.state != "approved",
        _("it does not fit without a change"): found.fit == "needs_change",
    }
    if row.has_agreed:
        return ""
    return found.consent or next((reason for reason, holds in reasons.items() if holds), "")
