"""Parts that are as good as those of short lines, found by their values among all parts.

The statement says what `parametric.comparing` says, so that an index finds the few that have the same value
and package among a million; what it finds is judged again, which also says why. What is there goes first,
then the nearest. A suggestion is never approved by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.substitutes.parametric.comparing import Judgement, comparable, judge, limits_of
from addons.substitutes.parametric.reading import Traits
from addons.substitutes.parametric.words import UNIT_OF
from addons.substitutes.parametric.writing import amount, number
from addons.substitutes.services.asking import Found, Wanted
from addons.substitutes.services.traits import kept, row_of, traits_of
from core.db import AnySession
from core.i18n import _

#: Suggestions for one line.
MOST = 12
_AT_LEAST = ("voltage", "power", "current", "hottest")
_AT_MOST = ("tolerance", "coldest", "drift")
_SAME = ("load", "pitch")
_NUMBERS = ("value", *_AT_LEAST, *_AT_MOST, *_SAME)
_TEXTS = ("kind", "package", "variety")
_CONDITIONS = " AND ".join(
    f"(w.{name} IS NULL OR t.{name} {sign} w.{name})"
    for names, sign in ((_AT_LEAST, ">="), (_AT_MOST, "<="), (_SAME, "="))
    for name in names
)
_SEARCH = text(f"""
    SELECT w.product AS wanted, t.* FROM unnest(
               CAST(:products AS bigint[]),
               {", ".join(f"CAST(:{name} AS text[])" for name in _TEXTS)},
               {", ".join(f"CAST(:{name} AS numeric[])" for name in _NUMBERS)})
           AS w (product, {", ".join((*_TEXTS, *_NUMBERS))})
      JOIN product p ON p.id = w.product
     CROSS JOIN LATERAL (
           SELECT t.*, EXISTS (SELECT 1 FROM stock_balance b
                                WHERE b.product_id = t.product_id AND b.on_hand > b.reserved) AS is_there
             FROM substitute_trait t
            WHERE t.company_id = p.company_id AND t.kind = w.kind AND t.value = w.value
              AND t.package = w.package AND t.product_id <> w.product
              AND (w.variety = '' OR t.variety IN ('', w.variety)) AND {_CONDITIONS}
            ORDER BY is_there DESC, t.voltage, t.power, t.current, t.tolerance DESC, t.product_id
            LIMIT {MOST}) t
""")  # noqa: S608  # made of constants


def suggested(session: AnySession, lines: Sequence[Wanted]) -> list[Found]:
    """What is as good for each line by its values, in two queries, or three where a part has just changed."""
    traits = kept(session, (line.product_id for line in lines)) if lines else {}
    known = {part: found for part, found in traits.items() if comparable(found)}
    if not known:
        return []
    others: dict[int, list[tuple[int, Traits]]] = {}
    for row in session.execute(_SEARCH, _values(known)):
        others.setdefault(row.wanted, []).append((row.product_id, traits_of(row)))
    return [
        found
        for line in lines
        for part, other in others.get(line.product_id, ())
        if (found := _found(line, part, known[line.product_id], other)) is not None
    ]


def _values(known: Mapping[int, Traits]) -> dict[str, Any]:
    rows = [_limited(traits) for traits in known.values()]
    columns = {name: [row[name] for row in rows] for name in (*_TEXTS, *_NUMBERS)}
    return {"products": list(known), **columns}


def _limited(traits: Traits) -> dict[str, Any]:
    """The columns by which others are compared; those of no weight for the kind are left open."""
    row, limits = row_of(traits), limits_of(traits)
    weighty = {*limits, *(("coldest", "hottest", "drift") if "dielectric" in limits else ())}
    kind_same = {name for name in _SAME if traits.kind == {"load": "crystal", "pitch": "connector"}[name]}
    return {
        name: value if name in {*_TEXTS, "value", *weighty, *kind_same} else None
        for name, value in row.items()
    }


def _found(line: Wanted, part: int, wanted: Traits, other: Traits) -> Found | None:
    judgement = judge(wanted, other)
    if not judgement.is_as_good:
        return None
    is_sure = not judgement.unknown and wanted.kind != "connector"
    fit = "drop_in" if is_sure else "same_footprint"
    return Found(line.key, part, fit, "suggested", because=list(_because(wanted, other, judgement)))


def _because(wanted: Traits, other: Traits, judgement: Judgement) -> Iterator[str]:
    yield _("same values: %(what)s", what=_same(wanted))
    for name in judgement.better:
        yield _(
            "%(trait)s %(new)s instead of %(old)s",
            trait=trait_names()[name],
            new=_written(other, name),
            old=_written(wanted, name),
        )
    if judgement.unknown:
        listed = ", ".join(trait_names()[name] for name in judgement.unknown)
        yield _("not compared: %(traits)s", traits=listed)


def _same(traits: Traits) -> str:
    unit = UNIT_OF.get(traits.kind)
    value = "" if traits.value is None else amount(traits.value, unit) if unit else number(traits.value)
    return " ".join(filter(None, (value, traits.package)))


def trait_names() -> Mapping[str, str]:
    """What the traits are called, in the language of the reader."""
    return {
        "tolerance": _("tolerance"),
        "voltage": _("voltage"),
        "power": _("power"),
        "current": _("current"),
        "dielectric": _("dielectric"),
    }


_UNITS = {"voltage": "V", "power": "W", "current": "A"}


def _written(traits: Traits, name: str) -> str:
    value = getattr(traits, name)
    if name in _UNITS:
        return amount(value, _UNITS[name])
    return f"±{number(Decimal(value))} %" if name == "tolerance" else str(value)
