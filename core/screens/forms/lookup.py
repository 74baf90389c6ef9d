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
    Integer,
    String,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
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
    is_filled,
    is_indexed,
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

#: Of each word that is looked for how many patterns it has, and whether it has case.
Shape = tuple[tuple[int, bool], ...]


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
        found = self._read(session, self._first(most), typed(q))
        return sorted(found, key=lambda one: one.rank)[:most]

    def more_than(self, session: Any, q: str, most: int, found: list[Found]) -> list[Found]:
        """These, and where they are fewer than `most` those that have `q` in them."""
        words = q.split()[:WORDS]
        if not words or len(found) >= most:
            return found
        also = self._read(session, self._pieces(words, most), {**typed(q), **pieces(words)})
        known = {one.key for one in found}
        found = [*found, *(one for one in also if one.key not in known)]
        return sorted(found, key=lambda one: one.rank)[:most] or self._similar(session, q, most)

    def _similar(self, session: Any, q: str, most: int) -> list[Found]:
        """Those whose number is one slip away from what was typed."""
        slips = slips_of(q)
        if not self._keys() or not slips:
            return []
        statement = self._built(("similar", most), lambda: self._together(self.similar(most), most))
        return self._read(session, statement, {"slips": slips})[:most]

    def similar(self, most: int, *also: Any) -> list[Any]:
        """Those whose number is one of the `slips`: a query for each text that has an index for that."""
        slips = bindparam("slips", type_=ARRAY(Text(collation="C")))
        return [
            self._select(_constant(SIMILAR)).where(key == func.any(slips), is_filled(key), *also).limit(most)
            for _column, key in self._keys()
        ]

    def _keys(self) -> list[tuple[Any, Any]]:
        """The columns that are found by their cleaned texts too, each with the column that holds these."""
        have = key_columns(self.cls.__table__)
        named = [(column, f"{getattr(column, 'key', None)}_key") for column in (self.label, *self.others)]
        return [(column, getattr(self.cls, name)) for column, name in named if name in have]

    def called(self, session: Any, texts: Collection[str]) -> dict[str, list[Found]]:
        """For each of these texts, in lower case, the records that are called exactly so: one query."""
        called, keys = [folded(c) for c in self._begun()], [key for _column, key in self._keys()]
        columns = [*called, *keys]
        wanted = {name for text in texts for name in (text.lower(), clean(text)) if name}
        if not wanted:
            return {}
        statement = self._select(literal(0)).add_columns(*(c.label(f"n_{i}") for i, c in enumerate(columns)))
        named: dict[str, list[Found]] = {}
        so = [c.in_(sorted(wanted)) for c in called]
        so += [key.in_(sorted(wanted)) & is_filled(key) for key in keys]
        for row in session.execute(statement.where(or_(*so))):
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
        return self.others[0] if self.others else literal_column("''", String())

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
        return self._together(self.begun(most), most)

    def begun(self, most: int, *also: Any) -> list[Any]:
        """Those that begin so: a query for each of the texts, by its index and in its order, in which what is
        called so comes first."""
        keys = self._keys()
        cleaned = [column for column, _key in keys]
        ranges = [
            (column, begins_with(column, "q"), folded(column))
            for column in self._begun()
            if not any(column is one for one in cleaned)
        ]
        ranges += [(column, key_begins(key, "key"), key) for column, key in keys]
        return [
            self._select(self._rank(2 if column is self.label else 3))
            .where(begins, *also)
            .order_by(order)
            .limit(most)
            for column, begins, order in ranges
        ]

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
        called = [is_text(column, "q") for column in self.others]
        called += [key == bindparam("key", type_=Cleaned) for _column, key in self._keys()]
        ranks = [
            (is_text(self.label, "q"), _constant(0)),
            *([(or_(*called), _constant(1))] if called else []),
        ]
        return case(*ranks, else_=_constant(others))

    def _pieces(self, words: Sequence[str], most: int) -> Any:
        # What has no index for beginnings is read as a whole, and finds two letters in the middle too.
        shape = shape_of(words, anywhere=not begun_columns(self.cls.__table__))
        return self._built((shape, most), lambda: self.having(shape, most))

    def having(self, shape: Shape, most: int, *also: Any) -> Any:
        """Those in which each word is: the first ones that come, of a small table the best."""
        columns = [self.label, *self.others]
        fits = [
            or_(*(like(column, _word(n, k, count), cased) for column in columns for k in range(count)))
            for n, (count, cased) in enumerate(shape)
        ]
        found = self._select(self._rank(4)).where(*fits, *also)
        if not self.is_indexed:
            return found.order_by(found.selected_columns.rank, folded(self.label)).limit(most)
        # As a query of its own, planned for all that fit and read as far as is wanted: for a few of what it
        # believes to be many, PostgreSQL would read the table from its beginning, to its end where it erred.
        whole = found.cte().prefix_with("MATERIALIZED")
        return select(*whole.c).limit(most)

    @property
    def is_indexed(self) -> bool:
        """Whether an index finds what is typed; else the table is small, and read as a whole."""
        return is_indexed(self.cls.__table__)

    @property
    def is_begun(self) -> bool:
        """Whether an index finds what begins so."""
        return bool(begun_columns(self.cls.__table__) or self._keys())

    def _built(self, key: Any, build: Callable[[], Any]) -> Any:
        if self.where is not None:  # which may ask who is asking
            return build()
        if key not in self._kept:
            self._kept[key] = build().execution_options(**KEPT)
        return self._kept[key]


def typed(q: str) -> dict[str, str]:
    """The parameters of what is typed: as it stands, and cleaned."""
    return {"q": q, "key": clean(q) or _NOTHING}


def shape_of(words: Sequence[str], anywhere: bool = False) -> Shape:
    """How words are looked for, where not `anywhere` short ones by how they begin a word."""
    return tuple((len(patterns(word, anywhere)), has_case(word)) for word in words)


def pieces(words: Sequence[str]) -> dict[str, str]:
    """The parameters of words that are looked for in texts, by whatever shape."""
    return {
        _word(n, k, len(found)).key: pattern
        for n, word in enumerate(words)
        for found in (patterns(word, anywhere=True), patterns(word))
        for k, pattern in enumerate(found)
    }


def slips_of(q: str) -> list[str]:
    """The texts that are one slip away from what is typed, where that is long enough for a number."""
    key = clean(q)
    return one_off(key) if SHORTEST <= len(key) <= LONGEST else []


def _constant(number: int) -> Any:
    # In the statement itself: a parameter for each would have to be sent each time.
    return literal_column(str(number), Integer())


def _word(n: int, k: int, count: int) -> Any:
    return bindparam(f"word_{n}_{k}_of_{count}", type_=String())
