"""Gap-free document numbers, one series a company and year.

The counter's row lock is held until the caller commits: a number that is rolled back is given out
again, and two users never get the same. Example: prefix `INV/{year}/`, padding 5, year 2026, counter 7
→ `INV/2026/00007`. A
prefix without the year never starts anew: `INV-` goes on from INV-00999 to INV-01000 in whatever year.
"""

from collections.abc import Sequence

from sqlalchemy import text

from core.db import AnySession

_TAKE = text("""
    INSERT INTO sequence_counter AS c (sequence_id, company_id, year, next_number)
    SELECT s.id, :company, CASE WHEN strpos(s.prefix, '{year}') > 0 THEN CAST(:year AS int) ELSE 0 END,
           1 + :count
      FROM sequence s WHERE s.code = :code
    ON CONFLICT (sequence_id, company_id, year)
    DO UPDATE SET next_number = c.next_number + :count
    RETURNING c.next_number - :count,
              (SELECT prefix FROM sequence s WHERE s.id = c.sequence_id),
              (SELECT padding FROM sequence s WHERE s.id = c.sequence_id)
""")


def next_number(session: AnySession, code: str, company_id: int, year: int) -> str:
    """The next number of the series; KeyError when no addon shipped such a sequence."""
    return next_numbers(session, code, company_id, year, 1)[0]


def next_numbers(session: AnySession, code: str, company_id: int, year: int, count: int) -> list[str]:
    """`count` numbers of the series in a row, taken in one statement."""
    values = {"code": code, "company": company_id, "year": year, "count": count}
    row = session.execute(_TAKE, values).one_or_none()
    if row is None:
        raise KeyError(f"there is no number sequence {code!r}")
    first, prefix, padding = row
    head = prefix.replace("{year}", f"{year:04d}")
    return [f"{head}{first + offset:0{padding}d}" for offset in range(count)]


def numbers_of(session: AnySession, series: Sequence[tuple[str, int, int]]) -> list[str]:
    """The next number of each of these series, (code, company, year), in the order given."""
    groups: dict[tuple[str, int, int], list[int]] = {}
    for place, one in enumerate(series):
        groups.setdefault(one, []).append(place)
    found: dict[int, str] = {}
    for (code, company_id, year), places in sorted(groups.items()):
        numbers = next_numbers(session, code, company_id, year, len(places))
        found.update(zip(places, numbers, strict=True))
    return [found[place] for place in range(len(series))]
