"""What each customer did when a part was short before: seen by nobody but for that customer."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from addons.substitutes.services.asking import Found, Remembered, Wanted
from core.db import AnySession
from core.i18n import _, format_date

_ASKED = """
    unnest(CAST(:partners AS bigint[]), CAST(:products AS bigint[])) AS a (partner, product)
      JOIN substitute_choice c ON c.partner_id = a.partner AND c.product_id = a.product
"""
#: Of each part that was ever ordered so, the newest; what came back of any of them.
_TAKEN = text(f"""
    SELECT DISTINCT ON (a.partner, a.product, c.substitute_id) a.partner, a.product, c.substitute_id,
           o.id AS order_id, o.number, o.date, l.quantity, l.unit_price, o.currency_code, c.id,
           sum(l.returned) OVER same AS returned, max(c.complaint) OVER same AS complaint
      FROM {_ASKED} AND c.outcome = 'accepted'
      JOIN sales_order_line l ON l.id = c.order_line_id AND l.product_id = c.substitute_id
      JOIN sales_order o ON o.id = l.order_id AND o.state IN ('confirmed', 'done')
    WINDOW same AS (PARTITION BY a.partner, a.product, c.substitute_id)
     ORDER BY a.partner, a.product, c.substitute_id, o.date DESC, l.id DESC
""")  # noqa: S608  # made of constants
_REFUSED = text(f"""
    SELECT DISTINCT ON (a.partner, a.product, c.substitute_id) a.partner, a.product, c.substitute_id,
           c.reason, c.at, c.id
      FROM {_ASKED} AND c.outcome = 'refused'
     ORDER BY a.partner, a.product, c.substitute_id, c.at DESC, c.id DESC
""")  # noqa: S608  # made of constants

#: (customer, wanted part) → substitute → what is remembered; None stands for all that was offered.
Memories = Mapping[tuple[int, int], Mapping[int | None, Remembered]]


def memories(session: AnySession, lines: Sequence[Wanted]) -> Memories:
    """What the customers of these lines did with their parts, in two queries."""
    asked = sorted({(line.partner_id, line.product_id) for line in lines})
    values = {"partners": [a[0] for a in asked], "products": [a[1] for a in asked]}
    found: dict[tuple[int, int], dict[int | None, Remembered]] = {}
    taken = session.execute(_TAKEN, values).all() if asked else ()
    at = {(row.partner, row.product, row.substitute_id): row for row in taken}
    for row in taken:
        found.setdefault((row.partner, row.product), {})[row.substitute_id] = _taken(row)
    for row in session.execute(_REFUSED, values) if asked else ():
        later = at.get((row.partner, row.product, row.substitute_id))
        if later is None or later.id < row.id:
            own = found.setdefault((row.partner, row.product), {})
            own[row.substitute_id] = _refused(own.get(row.substitute_id, Remembered()), row)
    return {key: _with_last(own) for key, own in found.items()}


def _taken(row: Any) -> Remembered:
    return Remembered(
        row.order_id,
        row.number,
        row.date,
        row.quantity,
        row.unit_price,
        row.currency_code,
        returned=row.returned,
        complaint=row.complaint,
    )


def _refused(known: Remembered, row: Any) -> Remembered:
    said = _("%(reason)s (%(day)s)", reason=row.reason, day=format_date(row.at))
    return Remembered(**{**vars(known), "refused": said})


def _with_last(own: Mapping[int | None, Remembered]) -> Mapping[int | None, Remembered]:
    """Mark what was taken last, among what nothing was said against."""
    good = [(one.date, one.order_id, key) for key, one in own.items() if one.date and not one.is_bad]
    last = max(good, default=(None, None, None))[2]
    return {
        key: Remembered(**{**vars(one), "is_last": key is not None and key == last})
        for key, one in own.items()
    }


def remembered(lines: Sequence[Wanted], known: Memories) -> list[Found]:
    """What customers took before is a candidate too, whether or not a pair still names it."""
    return [
        Found(line.key, substitute, state="proposed")
        for line in lines
        for substitute, one in known.get((line.partner_id, line.product_id), {}).items()
        if substitute is not None and one.order_id is not None
    ]
