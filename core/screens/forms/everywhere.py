"""The palette: records of all lists at once, in two statements, in three where a number may be mistyped.

A statement for each list would be a hundred for each key that is typed. They are one union, built once for
all who look in the same lists; the session adds the record rules to each part, as to a statement of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import ARRAY, Integer, any_, bindparam, literal_column, not_, select, union_all

from core.db.locks import keep_plans
from core.db.search import folded
from core.screens.forms.lookup import WORDS, Found, Lookup, Shape, pieces, shape_of, slips_of, typed
from core.security.rules import KEPT

#: So many records of a model are found.
EACH = 4
#: The highest rank of what is called as was typed, and of what begins so.
_CALLED, _BEGUN = 1, 3
#: Statements that are kept: they hang on the number of words, and on which of them are short or have case.
_STATEMENTS = 100

#: The parts of a statement that ask one model, where a condition says that it is asked.
Parts = Callable[[Lookup, Any], list[Any]]


@dataclass(frozen=True)
class Everywhere:
    """Several models in which records are looked for; none of their lookups narrows the records itself."""

    lookups: Sequence[Lookup]
    _kept: dict[Any, Any] = field(default_factory=dict)

    def find(self, session: Any, q: str) -> list[list[Found]]:
        """For each model up to `EACH` records that fit `q`, the best first.

        Where something is called so, as a number that was typed in full is, no pieces are looked for.
        """
        words, found = q.split()[:WORDS], [list[Found]() for _lookup in self.lookups]
        if not words:
            return found
        # To plan for so many lists takes longer than to ask them, and whole tables are never to be read.
        keep_plans(session)
        values = {**typed(q), **pieces(words)}
        count, shape = len(words), shape_of(words)
        found = self._with(session, found, EACH, values, ("begun", count), partial(_begun, count))
        if any(one.rank <= _CALLED for ones in found for one in ones):
            return [[one for one in ones if one.rank <= _BEGUN] for ones in found]
        found = self._with(session, found, EACH, values, ("pieces", shape), partial(_pieces, shape))
        if slips := slips_of(q):
            found = self._with(session, found, 1, {"slips": slips}, ("similar",), _similar)
        return found

    def _with(
        self,
        session: Any,
        found: Sequence[Sequence[Found]],
        enough: int,
        values: Mapping[str, Any],
        key: tuple[Any, ...],
        parts: Parts,
    ) -> list[list[Found]]:
        """What is found, and what one more statement finds of the models of which there are not `enough`."""
        passed = [place for place, ones in enumerate(found) if len(ones) >= enough]
        together = [{one.key: one for one in ones} for ones in found]
        statement = self._statement(key, parts)
        rows = session.execute(statement, {**values, "passed": passed}) if statement is not None else ()
        for *row, place in rows:
            together[place].setdefault(row[0], Found(*row))
        return [sorted(ones.values(), key=lambda one: one.rank)[:EACH] for ones in together]

    def _statement(self, key: tuple[Any, ...], parts: Parts) -> Any:
        """The union of these parts of all models, kept; None where there is none."""
        if key not in self._kept:
            if len(self._kept) >= _STATEMENTS:
                self._kept.clear()
            asked = [(place, parts(lookup, _wanted(place))) for place, lookup in enumerate(self.lookups)]
            self._kept[key] = _union(asked)
        return self._kept[key]


def _union(parts: Sequence[tuple[int, Sequence[Any]]]) -> Any:
    asked = [
        part.add_columns(literal_column(str(place), Integer()).label("place"))
        for place, ones in parts
        for part in ones
    ]
    if not asked:
        return None
    whole: Any = union_all(*asked) if len(asked) > 1 else asked[0]
    found = whole.subquery()
    ordered = select(*found.c).order_by(found.c.place, found.c.rank, folded(found.c.shown))
    return ordered.execution_options(**KEPT)


def _wanted(place: int) -> Any:
    """The condition that a model is not passed over: then its part is not even begun."""
    number = literal_column(str(place), Integer())
    return not_(number == any_(bindparam("passed", type_=ARRAY(Integer))))


def _begun(words: int, lookup: Lookup, wanted: Any) -> list[Any]:
    """What begins so; of a small table, which has no index, all that fits."""
    if not lookup.is_indexed:
        return [lookup.having(((1, True),) * words, EACH, wanted)]
    return lookup.begun(EACH, wanted) if lookup.is_begun else []


def _pieces(shape: Shape, lookup: Lookup, wanted: Any) -> list[Any]:
    return [lookup.having(shape, EACH, wanted)] if lookup.is_indexed else []


def _similar(lookup: Lookup, wanted: Any) -> list[Any]:
    return lookup.similar(EACH, wanted)
