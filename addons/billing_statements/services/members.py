"""Whose documents a run states, and on whose statements.

Problem: a customer's cycle may change on a day in the middle of a period, and a head office may get one
statement for its branches. Rule: the cycle that counts is the one on the last day of the period; on the day
before a change the old cycle ends, with a period of its own. What branches have stands on the statement of
the head office, which goes by the head office's cycle. Example: monthly until 15 March, weekly from 16 March
on; the statement up to 15 March is the last monthly one, and short; the first weekly one covers 16–22 March.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from addons.accounting.periods import Period, period_with
from core.db import AnySession

#: The cycle of a partner `h` on the day `:end`.
_CYCLE = """
    CASE WHEN h.statement_from > :end THEN h.statement_before
         ELSE concat_ws(':', h.statement_cycle, nullif(h.statement_days, '')) END
"""
#: Each partner whose documents are stated, with the one on whose statement they stand: of a cycle whose
#: period ends on `:end`, or of those named. Of a period that a change cuts short only those who change.
MEMBERS = f"""
    SELECT p.id AS partner_id, h.id AS stated_id
      FROM partner h JOIN partner p ON coalesce(p.statement_partner_id, p.id) = h.id
     WHERE h.company_id = :company
       AND CASE WHEN :everyone THEN {_CYCLE} = :cycle AND (NOT :short OR h.statement_from = :end + 1)
                ELSE h.id = ANY(:partners) END
"""  # noqa: S608  # our own words
_OF = text("""
    SELECT id, coalesce(statement_partner_id, id) AS stated_id FROM partner
     WHERE coalesce(statement_partner_id, id) = ANY(:ids) ORDER BY id
""")
#: The cycles that somebody has, and the last days before changes that have come.
_CYCLES = text("""
    SELECT DISTINCT concat_ws(':', statement_cycle, nullif(statement_days, '')) AS cycle,
           CAST(NULL AS date) AS until
      FROM partner WHERE company_id = :company
     UNION
    SELECT DISTINCT statement_before, statement_from - 1 FROM partner
     WHERE company_id = :company AND statement_from IS NOT NULL
     ORDER BY 1, 2 NULLS FIRST
""")


def values_of(
    company_id: int, cycle: str, period: Period, partners: Sequence[int] | None = None
) -> dict[str, Any]:
    """What `MEMBERS` is asked with."""
    return {
        "company": company_id,
        "cycle": cycle,
        "end": period.end,
        "short": partners is None and is_short(cycle, period),
        "everyone": partners is None,
        "partners": list(partners or ()),
    }


def is_short(cycle: str, period: Period) -> bool:
    """Whether a change of cycle ends this period before its time."""
    return period_with(cycle, period.end).end != period.end


def cut(cycle: str, until: date) -> Period:
    """The last period of a cycle that ends with this day."""
    return Period(period_with(cycle, until).start, until)


def cycles(session: AnySession, company_id: int) -> list[tuple[str, date | None]]:
    """The cycles of all customers, and those that have ended or will end by a change, with their last day."""
    rows = session.execute(_CYCLES, {"company": company_id})
    return [(row.cycle, row.until) for row in rows if row.cycle not in ("", "none")]


def with_branches(session: AnySession, partners: Iterable[int]) -> Mapping[int, int]:
    """These customers and their branches, each with the one on whose statement its documents stand."""
    return {row.id: row.stated_id for row in session.execute(_OF, {"ids": list(partners)})}
