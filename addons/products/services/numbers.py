"""Which parts are meant by numbers that were typed or pasted.

Problem: a customer's list names parts by our code, by the maker's number, by a barcode or by the customer's
own number, with and without hyphens: `rc0603fr 0710kl` is RC0603FR-0710KL. `STM32F1O3C8T6` is nothing at all,
but STM32F103C8T6 is one character away, and that is worth saying; taking it would ship the wrong part.

Rule: what is called so, whatever case, blanks and punctuation, is a hit; what is called so to the letter goes
before what merely is without punctuation. Where nothing is called so, the nearest three are offered, marked
similar: first those with one wrong, missing, surplus or swapped character, then those that begin alike.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.distance import OSA
from sqlalchemy import text

from core.db import AnySession, clean, one_off

OFFERS = 3
#: Longer numbers are not looked for with a wrong character.
LONGEST = 40
#: How a part is called, the most telling first.
KINDS = ("customer", "supplier", "code", "mpn", "barcode")

#: What is shown of what was found: `f` has n, product_id, number and kind.
_SHOWN = """
    SELECT f.n, f.number, f.kind, p.id, p.code, p.mpn, p.description, p.active
      FROM f JOIN product p ON p.id = f.product_id AND p.company_id = :company
"""
_WANTED = """
    unnest(CAST(:keys AS text[]), CAST(:ns AS int[]), CAST(:partners AS bigint[])) AS w (key, n, partner)
"""
#: Of each key what is called so. Found before it is shown: where nobody has counted the parts yet, the
#: planner would look for each part among all keys.
_EXACT = text(f"""
    WITH w AS (SELECT * FROM {_WANTED}),
    f AS MATERIALIZED (
      SELECT w.n, p.id AS product_id, p.code AS number, 'code' AS kind
        FROM w JOIN product p ON p.company_id = :company AND p.code_key = w.key
      UNION ALL
      SELECT w.n, p.id, p.mpn, 'mpn' FROM w JOIN product p ON p.company_id = :company AND p.mpn_key = w.key
      UNION ALL
      SELECT w.n, p.id, p.barcode, 'barcode'
        FROM w JOIN product p ON p.company_id = :company AND p.barcode_key = w.key
             AND p.barcode_key <> ''
      UNION ALL
      SELECT w.n, o.product_id, o.number, o.kind
        FROM w JOIN product_part_number o ON o.partner_id = w.partner AND o.number_key = w.key)
    {_SHOWN}
""")  # noqa: S608  # made of constants
#: Of each key those that stand next to it, before and behind, where all are put in order.
_NEIGHBOURS = text(f"""
    WITH w AS (SELECT * FROM {_WANTED}),
    f AS (
      SELECT w.n, near.* FROM w CROSS JOIN LATERAL (
        {
    " UNION ALL ".join(
        f"(SELECT id AS product_id, {name} AS number, '{name}' AS kind FROM product "
        f"WHERE company_id = :company AND {name}_key {way} "
        f"ORDER BY company_id {order}, {name}_key {order} LIMIT 3)"
        for name in ("code", "mpn")
        for way, order in (('> w.key COLLATE "C"', "ASC"), ('< w.key COLLATE "C"', "DESC"))
    )
}) near)
    {_SHOWN}
""")  # noqa: S608  # made of constants


@dataclass(frozen=True)
class Match:
    """A part that may be meant."""

    product_id: int
    code: str
    mpn: str
    description: str
    #: Whether it is in use; one that is archived is found all the same, so that people are told so.
    active: bool
    #: Which of its numbers was meant: `customer`, `supplier`, `code`, `mpn` or `barcode`.
    kind: str
    #: That number, as it is written with us.
    number: str
    #: Whether it is merely near: offer it, never take it.
    similar: bool = False


@dataclass(frozen=True)
class Hits:
    """What was found for one text: one exact match is the part; several, or similar ones, are for people."""

    text: str
    matches: list[Match] = field(default_factory=list)

    @property
    def only(self) -> Match | None:
        """The part that is meant, where that is beyond doubt."""
        exact = [match for match in self.matches if not match.similar]
        return exact[0] if len(exact) == 1 else None


def find(
    session: AnySession, company_id: int, texts: Sequence[str], partner_id: int | None = None
) -> list[Hits]:
    """For each text the parts of a company that it names, in the order given: at most three queries.

    `partner_id` is whose own part numbers are looked in besides ours and the makers'. Core statements: ask
    `products.read` before.
    """
    return find_for(session, company_id, [(text, partner_id) for text in texts])


def find_exact(
    session: AnySession, company_id: int, texts: Sequence[str], partner_id: int | None = None
) -> dict[str, Hits]:
    """The same without what is merely near, which takes long for thousands of unknown numbers: one query."""
    found = _Search(session, company_id, [(text, partner_id) for text in texts]).exact()
    return {text: Hits(text, found.get(n, [])) for n, text in enumerate(texts)}


def find_for(session: AnySession, company_id: int, asked: Sequence[tuple[str, int | None]]) -> list[Hits]:
    """The same for texts each of which is some partner's, or nobody's."""
    search = _Search(session, company_id, asked)
    found = search.exact()
    near = search.nearest(n for n in search.keys if n not in found)
    return [Hits(text, found.get(n) or near.get(n, [])) for n, (text, _partner) in enumerate(asked)]


class _Search:
    """What is looked for, by the place of the text: its key, where one is left of it."""

    def __init__(self, session: AnySession, company_id: int, asked: Sequence[tuple[str, int | None]]) -> None:
        self.session, self.company_id, self.asked = session, company_id, asked
        self.keys = {n: key for n, (text, _partner) in enumerate(asked) if (key := clean(text))}

    def exact(self) -> dict[int, list[Match]]:
        """Of each text what is called so."""
        found = self._rows(_EXACT, [(key, n) for n, key in self.keys.items()])
        return {n: _literal_first(rows, self.asked[n][0].strip().upper()) for n, rows in found.items()}

    def nearest(self, unknown: Iterable[int]) -> dict[int, list[Match]]:
        """Of each text the nearest parts: those one character away, then its neighbours that begin alike."""
        keys = {n: self.keys[n] for n in unknown}
        tried = [(other, n) for n, key in keys.items() if len(key) <= LONGEST for other in one_off(key)]
        away = self._rows(_EXACT, tried)
        lonely = [(key, n) for n, key in keys.items() if len(away.get(n, ())) < OFFERS]
        beside = self._rows(_NEIGHBOURS, lonely)
        return {n: list(_offers(key, away.get(n, []), beside.get(n, []))) for n, key in keys.items()}

    def _rows(self, statement: Any, wanted: Sequence[tuple[str, int]]) -> dict[int, list[Any]]:
        if not wanted:
            return {}
        values = {
            "company": self.company_id,
            "keys": [key for key, _n in wanted],
            "ns": [n for _key, n in wanted],
            "partners": [self.asked[n][1] for _key, n in wanted],
        }
        found: dict[int, list[Any]] = {}
        for row in self.session.execute(statement, values):
            found.setdefault(row.n, []).append(row)
        return found


def _literal_first(rows: Sequence[Any], typed: str) -> list[Match]:
    """Each part once, by its most telling number; only those that are called so to the letter, if any are."""
    literal = [row for row in rows if row.number.upper() == typed]
    return _each_once(
        _match(row) for row in sorted(literal or rows, key=lambda row: (_place(row.kind), row.code))
    )


def _offers(key: str, away: Sequence[Any], beside: Sequence[Any]) -> list[Match]:
    alike = [row for row in beside if clean(row.number)[: _half(key)] == key[: _half(key)]]
    rows = [row for row in (*away, *alike) if row.active]
    rows.sort(key=lambda row: (OSA.distance(key, clean(row.number)), row.code))
    return _each_once(_match(row, similar=True) for row in rows)[:OFFERS]


def _half(key: str) -> int:
    """So many characters at least are alike in what begins alike."""
    return max(3, (len(key) + 1) // 2)


def _match(row: Any, similar: bool = False) -> Match:
    return Match(row.id, row.code, row.mpn, row.description, row.active, row.kind, row.number, similar)


def _place(kind: str) -> int:
    return KINDS.index(kind)


def _each_once(matches: Iterator[Match]) -> list[Match]:
    return list({match.product_id: match for match in reversed(list(matches))}.values())[::-1]
