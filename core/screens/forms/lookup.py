"""Find few records by what a person types: called exactly so, beginning so, having it in them, in that order;
where there is none, those whose number is one slip away.

No step sorts all that match: of two hundred thousand parts `P00` may match each. What begins so is read off
an index in its order, and of what merely has it in it the first ones that come do.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ARRAY,
    String,
    Text,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)

from core.db.near import one_off
from core.db.search import (
    Cleaned,
    begins_with,
    begun_columns,
    clean,
    folded,
    is_text,
    key_begins,
    key_columns,
)
from core.screens.lists.narrowing import has_case, like, patterns
from core.security.rules import KEPT

#: More words of what is typed are not looked at.
WORDS = 6
#: The rank of what is merely one slip away.
SIMILAR = 5
#: So many characters a number has at least, and at most, for which that is looked for.
SHORTEST, LONGEST = 5, 40
#: What no cleaned text is, for a text of which nothing is left.
_NOTHING = "~"
#: Branches of one statement are cut at so many times the rows that are wanted: a record may be in several.
_TWICE = 2


@dataclass(frozen=True)
class Found:
    """A record that fits."""

    key: Any
    label: Any
    #: What else tells it apart.
    hint: Any
    #: 0 where what was typed is its label, 1 where it is another of its texts, or one but for punctuation; 2
    #: or 3 where it begins one, 4 where it is a piece of one, 5 where it is one slip away from one.
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
        """Up to `most` records that fit `q`, the best first; at most three queries."""
        return self.more_than(session, q, most, self.first(session, q, most))

    def those(self, session: Any, keys: Sequence[Any], rank: int) -> list[Found]:
        """The records with these keys, which were found by other means."""
        return self._read(session, self._select(literal(rank)).where(self.key.in_(keys)), {})

    def first(self, session: Any, q: str, most: int) -> list[Found]:
        """Those that are called so or begin so; of nothing typed the first ones there are."""
        if not q.split():
            return self._read(session, self._usual(most), {})
        found = self._read(session, self._first(most), {"q": q, "key": clean(q) or _NOTHING})
        return sorted(found, key=lambda one: one.rank)[:most]

    def more_than(self, session: Any, q: str, most: int, found: list[Found]) -> list[Found]:
        """These, and where they are fewer than `most` those that have `q` in them."""
        words = q.split()[:WORDS]
        if not words or len(found) >= most:
            return found
        values = {"q": q, "key": clean(q) or _NOTHING, **self._parameters(words)}
        also = self._read(session, self._pieces(words, most), values)
        known = {one.key for one in found}
        found = [*found, *(one for one in also if one.key not in known)]
        return sorted(found, key=lambda one: one.rank)[:most] or self._similar(session, q, most)

    def _similar(self, session: Any, q: str, most: int) -> list[Found]:
        """Those whose number is one slip away from what was typed."""
        keys, typed = [key for _column, key in self._keys()], clean(q)
        if not keys or not SHORTEST <= len(typed) <= LONGEST:
            return []
        slips = bindparam("slips", type_=ARRAY(Text(collation="C")))
        parts = [self._select(literal(SIMILAR)).where(key == func.any(slips)).limit(most) for key in keys]
        statement = self._built(("similar", most), lambda: self._together(parts, most))
        return self._read(session, statement, {"slips": one_off(typed)})[:most]

    def _keys(self) -> list[tuple[Any, Any]]:
        """The columns that are found by their cleaned texts too, each with the column that holds these."""
        have = key_columns(self.cls.__table__)
        named = [(column, f"{getattr(column, 'key', None)}_key") for column in (self.label, *self.others)]
        return [(column, getattr(self.cls, name)) for column, name in named if name in have]

    def called(self, session: Any, texts: Collection[str]) -> dict[str, list[Found]]:
        """For each of these texts, in lower case, the records that are called exactly so: one query."""
        columns = [folded(c) for c in self._begun()] + [key for _column, key in self._keys()]
        wanted = {name for text in texts for name in (text.lower(), clean(text)) if name}
        if not wanted:
            return {}
        statement = self._select(literal(0)).add_columns(*(c.label(f"n_{i}") for i, c in enumerate(columns)))
        named: dict[str, list[Found]] = {}
        for row in session.execute(statement.where(or_(*(c.in_(sorted(wanted)) for c in columns)))):
            one = Found(row.key, row.shown, row.hint, 0)
            for name in dict.fromkeys(row[-len(columns) :]):
                named.setdefault(name, []).append(one)
        # What is called so to the letter goes before what is so but for punctuation.
        found = {text.lower(): named.get(text.lower()) or named.get(clean(text), []) for text in texts}
        return {text: ones for text, ones in found.items() if ones}

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
        columns, keys = self._begun(), self._keys()
        so = [is_text(column, "q") for column in columns] + [key == _typed_key() for _column, key in keys]
        called = self._select(self._rank(4)).where(or_(*so))
        cleaned = [column for column, _key in keys]
        begun = [
            self._select(self._begin_rank(column)).where(begins_with(column, "q")).order_by(folded(column))
            for column in columns
            if not any(column is one for one in cleaned)
        ]
        begun += [
            self._select(self._begin_rank(column)).where(key_begins(key, "key")).order_by(key)
            for column, key in keys
        ]
        return self._together([branch.limit(most) for branch in (called, *begun)], most)

    def _begin_rank(self, column: Any) -> Any:
        return literal(2 if column is self.label else 3)

    def _together(self, branches: Sequence[Any], most: int) -> Any:
        # By the record once more: its rules then hold for the whole, whatever holds for the parts.
        # A union of one would keep the limit of its only part beside its own.
        whole: Any = union_all(*branches) if len(branches) > 1 else branches[0]
        parts = whole.limit(most * _TWICE).subquery()
        statement = select(*parts.c).select_from(self.cls).join(parts, parts.c.key == self.key)
        return statement.order_by(parts.c.rank, folded(cast(parts.c.shown, String)))

    def _begun(self) -> list[Any]:
        """The columns whose beginnings an index finds; in a small table that has none, all."""
        begun = begun_columns(self.cls.__table__)
        columns = [self.label, *self.others]
        return [column for column in columns if getattr(column, "key", None) in begun] or columns

    def _rank(self, others: int) -> Any:
        """0 or 1 for what is called so, else `others`."""
        keys = (key == _typed_key() for _column, key in self._keys())
        called = or_(false(), *(is_text(column, "q") for column in self.others), *keys)
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


def _typed_key() -> Any:
    return bindparam("key", type_=Cleaned)


def _word(n: int, k: int) -> Any:
    return bindparam(f"word_{n}_{k}", type_=String())
