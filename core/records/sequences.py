"""Gap-free document numbers, one series a company and year.

The counter's row lock is held until the caller commits: a number that is rolled back is given out
again, and two users never get the same. Example: prefix `INV/{year}/`, padding 5, year 2026, counter 7
→ `INV/2026/00007`. A
prefix without the year never starts anew: `INV-` goes on from INV-00999 to INV-01000 in whatever year.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Table, text

from core.db import AnySession
from core.db.bulk import IDS, by_table, tables_and_counts

_TAKE = text(f"""
    INSERT INTO sequence_counter AS c (sequence_id, company_id, year, next_number)
    SELECT s.id, :company, CASE WHEN strpos(s.prefix, '{{year}}') > 0 THEN CAST(:year AS int) ELSE 0 END,
           1 + :count
      FROM sequence s WHERE s.code = :code
    ON CONFLICT (sequence_id, company_id, year)
    DO UPDATE SET next_number = c.next_number + :count
    RETURNING c.next_number - :count,
              (SELECT prefix FROM sequence s WHERE s.id = c.sequence_id),
              (SELECT padding FROM sequence s WHERE s.id = c.sequence_id),
              ARRAY({IDS})
""")  # noqa: S608  # a piece of SQL of our own


def next_number(session: AnySession, code: str, company_id: int, year: int) -> str:
    """The next number of the series; KeyError when no addon shipped such a sequence."""
    return next_numbers(session, code, company_id, year, 1)[0]


def next_numbers(session: AnySession, code: str, company_id: int, year: int, count: int) -> list[str]:
    """`count` numbers of the series in a row, taken in one statement."""
    return _take(session, (code, company_id, year), count, {})[0]


def _take(
    session: AnySession, series: tuple[str, int, int], count: int, ids: Mapping[Table, int]
) -> tuple[list[str], list[Sequence[int]]]:
    """Numbers of a series, and ids of tables, in one statement."""
    code, company_id, year = series
    values = {"code": code, "company": company_id, "year": year, "count": count}
    row = session.execute(_TAKE, {**values, **tables_and_counts(ids)}).one_or_none()
    if row is None:
        raise KeyError(f"there is no number sequence {code!r}")
    first, prefix, padding, found = row
    head = prefix.replace("{year}", f"{year:04d}")
    return [f"{head}{first + offset:0{padding}d}" for offset in range(count)], by_table(found, ids)


def numbers_of(session: AnySession, series: Sequence[tuple[str, int, int]]) -> list[str]:
    """The next number of each of these series, (code, company, year), in the order given."""
    return numbers_and_ids(session, series, {})[0]


def numbers_and_ids(
    session: AnySession, series: Sequence[tuple[str, int, int]], counts: Mapping[Table, int]
) -> tuple[list[str], list[Sequence[int]]]:
    """As `numbers_of`, with so many ids of each table, in the order given: what new documents need."""
    groups: dict[tuple[str, int, int], list[int]] = {}
    for place, one in enumerate(series):
        groups.setdefault(one, []).append(place)
    found: dict[int, str] = {}
    ids: list[Sequence[int]] = [[] for _table in counts]
    for one, places in sorted(groups.items()):
        numbers, taken = _take(session, one, len(places), {} if found else counts)
        ids = ids if found else taken
        found.update(zip(places, numbers, strict=True))
    return [found[place] for place in range(len(series))], ids
