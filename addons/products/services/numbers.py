"""Which parts are meant by numbers that were typed or pasted.

Problem: a customer's list names parts by our code, by the maker's number, by a barcode or by the customer's
own number, with and without hyphens: `rc0603fr 0710kl` is RC0603FR-0710KL. `STM32F1O3C8T6` is nothing at all,
but STM32F103C8T6 is one character away, and that is worth saying; taking it would ship the wrong part.

Rule: what is called so, whatever case, blanks and punctuation, is a hit; what is called so to the letter goes
before what merely is without punctuation. Where nothing is called so, the nearest three are offered, marked
similar: first those with one wrong, missing, surplus or swapped character, then those that begin alike.
"""

from collections.abc import Iterator, Mapping, Sequence
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
_WANTED = "unnest(CAST(:keys AS text[]), CAST(:ns AS int[])) AS w (key, n)"
#: Of each key what is called so.
_EXACT = text(f"""
    WITH w AS (SELECT * FROM {_WANTED}),
    f AS (
      SELECT w.n, p.id AS product_id, p.code AS number, 'code' AS kind
        FROM w JOIN product p ON p.company_id = :company AND p.code_key = w.key
      UNION ALL
      SELECT w.n, p.id, p.mpn, 'mpn' FROM w JOIN product p ON p.company_id = :company AND p.mpn_key = w.key
      UNION ALL
      SELECT w.n, p.id, p.barcode, 'barcode'
        FROM w JOIN product p ON p.company_id = :company AND p.barcode_key = w.key
      UNION ALL
      SELECT w.n, o.product_id, o.number, o.kind
        FROM w JOIN product_part_number o ON o.partner_id = CAST(:partner AS bigint) AND o.number_key = w.key)
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
    keys = [clean(text) for text in texts]
    values = {"company": company_id, "partner": partner_id}
    found = _exact(session, values, keys, texts)
    unknown = {key: n for n, key in enumerate(keys) if key and n not in found}
    near = _nearest(session, values, unknown)
    return [Hits(text, found.get(n) or near.get(keys[n], [])) for n, text in enumerate(texts)]


def _exact(
    session: AnySession, values: Mapping[str, Any], keys: Sequence[str], texts: Sequence[str]
) -> dict[int, list[Match]]:
    """Of each text, by its place, what is called so."""
    asked = [n for n, key in enumerate(keys) if key]
    if not asked:
        return {}
    found: dict[int, list[Any]] = {}
    for row in _rows(session, _EXACT, values, [keys[n] for n in asked], asked):
        found.setdefault(row.n, []).append(row)
    return {n: _literal_first(rows, texts[n].strip().upper()) for n, rows in found.items()}


def _literal_first(rows: Sequence[Any], typed: str) -> list[Match]:
    """Each part once, by its most telling number; only those that are called so to the letter, if any are."""
    literal = [row for row in rows if row.number.upper() == typed]
    return _each_once(
        _match(row) for row in sorted(literal or rows, key=lambda row: (_place(row.kind), row.code))
    )


def _nearest(
    session: AnySession, values: Mapping[str, Any], unknown: Mapping[str, int]
) -> dict[str, list[Match]]:
    """Of each key the nearest parts: those one character away, then its neighbours that begin alike."""
    if not unknown:
        return {}
    keys = list(unknown)
    tried = [(other, n) for n, key in enumerate(keys) if len(key) <= LONGEST for other in one_off(key)]
    away = _by_place(_rows(session, _EXACT, values, [one for one, _n in tried], [n for _one, n in tried]))
    lonely = [n for n in range(len(keys)) if len(away.get(n, ())) < OFFERS]
    beside = (
        _by_place(_rows(session, _NEIGHBOURS, values, [keys[n] for n in lonely], lonely)) if lonely else {}
    )
    return {key: list(_offers(key, away.get(n, []), beside.get(n, []))) for n, key in enumerate(keys)}


def _offers(key: str, away: Sequence[Any], beside: Sequence[Any]) -> list[Match]:
    alike = [row for row in beside if clean(row.number)[: _half(key)] == key[: _half(key)]]
    rows = [row for row in (*away, *alike) if row.active]
    rows.sort(key=lambda row: (OSA.distance(key, clean(row.number)), row.code))
    return _each_once(_match(row, similar=True) for row in rows)[:OFFERS]


def _half(key: str) -> int:
    """So many characters at least are alike in what begins alike."""
    return max(3, (len(key) + 1) // 2)


def _rows(
    session: AnySession, statement: Any, values: Mapping[str, Any], keys: Sequence[str], ns: Sequence[int]
) -> Sequence[Any]:
    return session.execute(statement, {**values, "keys": list(keys), "ns": list(ns)}).all()


def _by_place(rows: Sequence[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.n, []).append(row)
    return found


def _match(row: Any, similar: bool = False) -> Match:
    return Match(row.id, row.code, row.mpn, row.description, row.active, row.kind, row.number, similar)


def _place(kind: str) -> int:
    return KINDS.index(kind)


def _each_once(matches: Iterator[Match]) -> list[Match]:
    return list({match.product_id: match for match in reversed(list(matches))}.values())[::-1]
