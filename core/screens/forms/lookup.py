"""Find few records by what a person types: called exactly so, beginning so, having it in them, in that order.

No step sorts all that match: of two hundred thousand parts `P00` may match each. What begins so is read off
an index in its order, and of what merely has it in it the first ones that come do.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import String, bindparam, case, cast, false, literal, or_, select, union_all

from core.db.search import begins_with, begun_columns, folded, is_text
from core.screens.lists.narrowing import has_case, like, patterns
from core.security.rules import KEPT

#: More words of what is typed are not looked at.
WORDS = 6
#: Branches of one statement are cut at so many times the rows that are wanted: a record may be in several.
_TWICE = 2


@dataclass(frozen=True)
class Found:
    """A record that fits."""

    key: Any
    label: Any
    #: What else tells it apart.
    hint: Any
    #: 0 where what was typed is its label, 1 where it is another of its texts; 2 or 3 where it begins one, 4
    #: where it is a piece of one.
    rank: int
    #: The further columns that were asked for.
    more: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Lookup:
    """What is looked for in one model: made once an app, with the statements that it asks again and again."""

    cls: Any
    #: What a choice keeps of the record: its id, or the code of a currency.
    key: Any
    label: Any
    #: The other texts in which it is found.
    others: Sequence[Any] = ()
    more: Sequence[Any] = ()
    where: Callable[[Any], Any] | None = None
    _kept: dict[Any, Any] = field(default_factory=dict)

    def find(self, session: Any, q: str, most: int) -> list[Found]:
        """Up to `most` records that fit `q`, the best first; at most two queries."""
        return self.more_than(session, q, most, self.first(session, q, most))

    def first(self, session: Any, q: str, most: int) -> list[Found]:
        """Those that are called so or begin so; of nothing typed the first ones there are."""
        if not q.split():
            return self._read(session, self._usual(most), {})
        found = self._read(session, self._first(most), {"q": q})
        return sorted(found, key=lambda one: one.rank)[:most]

    def more_than(self, session: Any, q: str, most: int, found: list[Found]) -> list[Found]:
        """These, and where they are fewer than `most` those that have `q` in them."""
        words = q.split()[:WORDS]
        if not words or len(found) >= most:
            return found
        also = self._read(session, self._pieces(words, most), {"q": q, **self._parameters(words)})
        known = {one.key for one in found}
        found = [*found, *(one for one in also if one.key not in known)]
        return sorted(found, key=lambda one: one.rank)[:most]

    def called(self, session: Any, texts: Collection[str]) -> dict[str, list[Found]]:
        """For each of these texts, in lower case, the records that are called exactly so: one query."""
        columns, wanted = self._begun(), [text.lower() for text in texts]
        if not wanted:
            return {}
        statement = self._select(literal(0)).add_columns(
            *(folded(c).label(f"n_{i}") for i, c in enumerate(columns))
        )
        found: dict[str, list[Found]] = {}
        for row in session.execute(statement.where(or_(*(folded(c).in_(wanted) for c in columns)))):
            one = Found(row.key, row.shown, row.hint, 0)
            for name in dict.fromkeys(row[-len(columns) :]):
                found.setdefault(name, []).append(one)
        return found

    def _read(self, session: Any, statement: Any, values: dict[str, Any]) -> list[Found]:
        found: dict[Any, Found] = {}
        for key, label, hint, rank, *more in session.execute(statement, values):
            if key not in found or rank < found[key].rank:
                found[key] = Found(key, label, hint, rank, tuple(more))
        return list(found.values())

    @property
    def hint(self) -> Any:
        """The column that tells namesakes apart."""
        return self.others[0] if self.others else literal("")

    def _select(self, rank: Any) -> Any:
        # Names of their own: where the label is the key as text, both would be called after its column.
        more = [column.label(f"more_{n}") for n, column in enumerate(self.more)]
        shown = (
            self.key.label("key"),
            self.label.label("shown"),
            self.hint.label("hint"),
            rank.label("rank"),
        )
        statement = select(*shown, *more)
        return statement.where(self.where(self.cls)) if self.where is not None else statement

    def _usual(self, most: int) -> Any:
        return self._built(("usual", most), lambda: self._select(literal(4)).order_by(self.label).limit(most))

    def _first(self, most: int) -> Any:
        return self._built(("first", most), lambda: self._first_ones(most))

    def _first_ones(self, most: int) -> Any:
        """Those that are called so and those that begin so: by indexes, each in its order."""
        columns = self._begun()
        called = self._select(self._rank(4)).where(or_(*(is_text(column, "q") for column in columns)))
        begun = [
            self._select(literal(2 if column is self.label else 3))
            .where(begins_with(column, "q"))
            .order_by(folded(column))
            for column in columns
        ]
        return self._together([branch.limit(most) for branch in (called, *begun)], most)

    def _together(self, branches: Sequence[Any], most: int) -> Any:
        # By the record once more: its rules then hold for the whole, whatever holds for the parts.
        parts = union_all(*branches).limit(most * _TWICE).subquery()
        statement = select(*parts.c).select_from(self.cls).join(parts, parts.c.key == self.key)
        return statement.order_by(parts.c.rank, folded(cast(parts.c.shown, String)))

    def _begun(self) -> list[Any]:
        """The columns whose beginnings an index finds; in a small table that has none, all."""
        begun = begun_columns(self.cls.__table__)
        columns = [self.label, *self.others]
        return [column for column in columns if getattr(column, "key", None) in begun] or columns

    def _rank(self, others: int) -> Any:
        """0 or 1 for what is called so, else `others`."""
        called = or_(false(), *(is_text(column, "q") for column in self.others))
        return case((is_text(self.label, "q"), 0), (called, 1), else_=others)

    def _pieces(self, words: Sequence[str], most: int) -> Any:
        shape = tuple((len(self._patterns(word)), has_case(word)) for word in words)
        return self._built((shape, most), lambda: self._having(shape, most))

    def _having(self, shape: Sequence[tuple[int, bool]], most: int) -> Any:
        """Those in which each word is: of each is known how many patterns it has, and whether it has case."""
        columns = [self.label, *self.others]
        fits = [
            or_(*(like(column, _word(n, k), cased) for column in columns for k in range(count)))
            for n, (count, cased) in enumerate(shape)
        ]
        return self._select(self._rank(4)).where(*fits).limit(most)

    def _patterns(self, word: str) -> list[str]:
        # What has no index for beginnings is read as a whole, and finds two letters in the middle too.
        return patterns(word, anywhere=not begun_columns(self.cls.__table__))

    def _parameters(self, words: Sequence[str]) -> dict[str, str]:
        return {
            _word(n, k).key: pattern
            for n, word in enumerate(words)
            for k, pattern in enumerate(self._patterns(word))
        }

    def _built(self, key: Any, build: Callable[[], Any]) -> Any:
        if self.where is not None:  # which may ask who is asking
            return build()
        if key not in self._kept:
            self._kept[key] = build().execution_options(**KEPT)
        return self._kept[key]


def _word(n: int, k: int) -> Any:
    return bindparam(f"word_{n}_{k}", type_=String())
