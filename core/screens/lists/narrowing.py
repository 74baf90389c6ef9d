"""The conditions that the search box and the filters of a list put on its rows."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Numeric, String, and_, cast, false, literal, or_, select

from core.db import db
from core.i18n import _
from core.screens.fields import label_of
from core.screens.lists.plan import ListPlan, PlannedColumn
from core.screens.lists.state import ListState, ListStateError
from core.screens.tree import Filter

#: What a bigint holds.
_LARGEST = 2**63
WORDS = 8
#: What has values between others.
RANGED = frozenset({"integer", "money", "price", "quantity", "rate", "date", "moment"})
#: Related records that a search names by their keys.
FEW = 100
#: What stands in front of a word: nothing, or one of these after anything.
BEFORE_WORDS = ("", "% ", "%-", "%/")


def contains(column: Any, text: str) -> ColumnElement[bool]:
    """Whether the column has this text in it, in any case; a trigram index serves it."""
    return like(column, f"%{_escaped(text)}%", has_case(text))


def has_word(column: Any, word: str) -> ColumnElement[bool]:
    """Whether a word of a search is in the column."""
    return or_(*(like(column, pattern, has_case(word)) for pattern in patterns(word)))


def patterns(word: str, anywhere: bool = False) -> list[str]:
    """Where a word of a search is looked for; one of one or two letters or digits begins a word there, unless
    it may be `anywhere`.

    Trigrams serve from three characters on, but know also how a word begins: all texts with a `rc` somewhere
    would have to be read one after the other. A Chinese word of two characters is looked for anywhere.
    """
    if anywhere or len(word) > 2 or not (word.isascii() and word.isalnum()):
        return [f"%{_escaped(word)}%"]
    return [f"{before}{word}%" for before in BEFORE_WORDS]


def has_case(text: str) -> bool:
    """Digits and Chinese have none, and comparing without regard to it takes five times as long."""
    return text.lower() != text.upper()


def like(column: Any, pattern: Any, has_case: bool) -> ColumnElement[bool]:
    """Whether the column fits a pattern, in any case where it `has_case`."""
    subject = column if isinstance(column.type, String) else cast(column, String)
    compare = subject.ilike if has_case else subject.like
    found: ColumnElement[bool] = compare(pattern, escape="\\")
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def search(plan: ListPlan, names: Sequence[str], q: str) -> list[ColumnElement[bool]]:
    """Each word of `q` is in one of these columns."""
    columns = [plan.columns[name] for name in names]
    # Related records first: a hit among their keys spares the row all comparing of texts.
    columns.sort(key=lambda column: column.target is None)
    return [or_(*(_has(column, word) for column in columns)) for word in q.split()[:WORDS] if columns]


def _has(column: PlannedColumn, word: str) -> ColumnElement[bool]:
    """In a related record's label and code it is looked for once, before the rows, whatever their number.

    Few records are named by their keys, of which PostgreSQL knows that few rows have them: it then goes by
    the indexes of the keys and of the other columns. Many stay a query within the query, whose rows are
    compared one after the other until the page is full.
    """
    if column.target is None:
        return has_word(column.shown, word)
    key, called = column.target
    keys = select(key).where(or_(*(has_word(one, word) for one in called)))
    few = db.session.scalars(keys.limit(FEW + 1)).all()
    if not few:
        return false()
    found: ColumnElement[bool] = column.stored.in_(few if len(few) <= FEW else keys)
    return found


def narrow(plan: ListPlan, node: Filter, state: ListState) -> list[ColumnElement[bool]]:
    """What the state chooses of one filter; raises ListStateError for a value that cannot be read."""
    mine = {n: v for n, v in state.filters.items() if n.split(".")[0] == node.name}
    if not mine:
        return []
    if node.where is not None:
        return [plan.conditions[node.name]]
    column = plan.columns[node.name]
    return [_bound(column, name.partition(".")[2], values) for name, values in mine.items()]


def _bound(column: PlannedColumn, bound: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    if bound:
        return _between(column, bound, values[0])
    if column.kind == "bool":
        wanted: ColumnElement[bool] = column.stored.is_(values[0] == "yes")
        return wanted
    if column.kind == "text":
        return and_(*(contains(column.stored, value) for value in values))
    return or_(column.stored.in_([_value(column, v) for v in values if v != "none"]), *_empty(column, values))


def _empty(column: PlannedColumn, values: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [column.stored.is_(None)] if "none" in values else []


def _between(column: PlannedColumn, bound: str, text: str) -> ColumnElement[bool]:
    if bound not in ("from", "to") or column.kind not in RANGED:
        label = label_of(column.node, column.info)
        raise ListStateError(_("%(label)s has no range: ask for one of its values.", label=label))
    value = _value(column, text)
    if bound == "from":
        return column.stored >= value  # type: ignore[no-any-return]  # a column of any type
    if column.kind == "moment" and value < date.max:
        return column.stored < value + timedelta(days=1)  # type: ignore[no-any-return]  # a column of any type
    return column.stored <= value  # type: ignore[no-any-return]  # a column of any type


def _value(column: PlannedColumn, text: str) -> Any:
    """The value that an address writes as `text`: canonical, the same in every language."""
    try:
        if column.kind in ("date", "moment"):
            return date.fromisoformat(text)
        if column.kind in ("money", "price", "quantity", "rate", "exchange_rate"):
            # An amount between two cents is a fine bound, but no value of the column.
            return literal(_checked(Decimal(text)), Numeric())
        if column.kind == "integer" or (
            column.kind == "ref" and column.info and column.info.target_column == "id"
        ):
            return int(_checked(Decimal(int(text))))
    except (ValueError, InvalidOperation) as error:
        label = label_of(column.node, column.info)
        raise ListStateError(
            _("“%(text)s” cannot be a value of %(label)s.", text=text, label=label)
        ) from error
    return text


def _checked(number: Decimal) -> Decimal:
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise ValueError(number)
    return number
