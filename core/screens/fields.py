"""What a mapped column is to a screen: its kind, its label, and how its values are shown."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import dates, numbers
from markupsafe import Markup, escape
from sqlalchemy import Boolean, CheckConstraint, Column, Date, DateTime, ForeignKey, Integer, String
from sqlalchemy import inspect as orm_inspect

from core.db.currencies import known_decimals
from core.db.types import ExactDecimal, ExchangeRate, Line, Money, Percent, Quantity, Rate, UnitPrice
from core.i18n import _, _l, locale_code
from core.models import Composition
from core.sayings import Told

#: Kinds that are right-aligned.
NUMERIC = frozenset({"integer", "money", "price", "quantity", "rate", "exchange_rate"})
_DECIMALS: dict[type, str] = {
    Money: "money",
    UnitPrice: "price",
    Quantity: "quantity",
    # Shown and typed as a quantity is: as it stands, with up to 4 decimals.
    Percent: "quantity",
    Rate: "rate",
    ExchangeRate: "exchange_rate",
}
#: A CHECK that is nothing but "this column is one of these": one that goes on with OR says something else.
_ONE_OF = re.compile(r"^\(*(\w+)\s+IN\s*\(([^()]*)\)\)*$", re.IGNORECASE | re.DOTALL)


class UnknownFieldError(LookupError):
    """A screen names a field that its model does not have; the text lists those it has."""


@dataclass(frozen=True)
class FieldInfo:
    """A column as screens see it."""

    model: str
    name: str
    kind: str
    required: bool
    label: Any = ""
    #: Decimals of a number, None for what has none.
    scale: int | None = None
    #: Of an amount: the attribute of the record that holds the ISO code of its currency.
    currency: str = "currency_code"
    #: The values that a CHECK allows.
    values: tuple[str, ...] = ()
    #: The model that it points to, and the column of it whose value is stored here.
    target: str = ""
    target_column: str = "id"
    max_length: int | None = None
    nullable: bool = True
    #: Whether the database fills it in by itself, and with what where that is a plain value.
    has_default: bool = False
    default: Any = None

    @property
    def in_currency(self) -> bool:
        """Whether it is an amount or a price, which a currency belongs to."""
        return self.kind in ("money", "price")

    @property
    def numeric(self) -> bool:
        """Whether it is a number: right-aligned, tabular figures."""
        return self.kind in NUMERIC


def field_info(models: Composition, model: str, name: str) -> FieldInfo:
    """Look a field up; raises UnknownFieldError."""
    cls = models.model(model)
    mapper = orm_inspect(cls)
    if name in cls._asked:
        return FieldInfo(
            model=model, name=name, kind="text", required=False, nullable=False, max_length=Line.longest
        )
    if name not in mapper.columns:
        raise UnknownFieldError(
            f"{model} has no field {name!r}; it has: {', '.join(sorted(mapper.columns.keys()))}"
        )
    column: Column[Any] = mapper.columns[name]
    target, target_column = _target(models, column)
    values = _values(column)
    return FieldInfo(
        model=model,
        name=name,
        kind="ref" if target else "choice" if values else kind_of(column.type),
        required=not column.nullable
        and column.server_default is None
        and not isinstance(column.type, Boolean),
        label=column.info.get("label", ""),
        scale=column.type.scale if isinstance(column.type, ExactDecimal) else None,
        currency=column.info.get("currency", "currency_code"),
        values=values,
        target=target,
        target_column=target_column,
        max_length=getattr(column.type, "longest", None) or getattr(column.type, "length", None),
        nullable=bool(column.nullable),
        has_default=column.server_default is not None or column.default is not None,
        default=_default(column),
    )


def _default(column: Column[Any]) -> Any:
    given = (
        getattr(column.default, "arg", None)
        if column.default is not None and column.default.is_scalar
        else None
    )
    text = getattr(column.server_default, "arg", None)
    if given is not None or not isinstance(text, str):
        return given
    if isinstance(column.type, Boolean):
        return text == "true"
    if isinstance(column.type, Integer):
        return int(text)
    return Decimal(text) if isinstance(column.type, ExactDecimal) else text


def kind_of(type_: Any) -> str:
    """The kind of a SQL type."""
    if isinstance(type_, ExactDecimal):
        return _DECIMALS[type(type_)]
    by_type = (
        (Boolean, "bool"),
        (DateTime, "moment"),
        (Date, "date"),
        (Integer, "integer"),
        (String, "text"),
        (Told, "text"),
    )
    return next((kind for sql, kind in by_type if isinstance(type_, sql)), "other")


def reference_of(column: Column[Any]) -> ForeignKey | None:
    """The key by which a column names a record; None where it names none.

    A column that is but a part of a key of several, such as the company beside an id, names nothing by it.
    """
    keys = sorted(column.foreign_keys, key=lambda key: len(key.constraint.elements) if key.constraint else 1)
    own = (k for k in keys if k.constraint is None or len(k.constraint.elements) == 1 or k.column.primary_key)
    return next(own, None)


def _target(models: Composition, column: Column[Any]) -> tuple[str, str]:
    key = reference_of(column)
    if key is None:
        return "", "id"
    name = next(n for n, p in models.parts.items() if models.model(n).__table__ is key.column.table)
    return name, key.column.key


def _values(column: Column[Any]) -> tuple[str, ...]:
    for constraint in column.table.constraints:
        if isinstance(constraint, CheckConstraint):
            match = _ONE_OF.match(str(constraint.sqltext).strip())
            if match and match[1] == column.name:
                return tuple(re.findall(r"'((?:[^']|'')*)'", match[2]))
    return ()


def label_of(node: Any, info: FieldInfo | None) -> str:
    """What the screen calls it: the node's label, the column's, else the name made readable."""
    return str(getattr(node, "label", "") or (info.label if info else "") or _(readable(node.name)))


def readable(name: str) -> str:
    """`price_list_id` → `Price list`."""
    return name.removesuffix("_id").removesuffix("_code").replace("_", " ").capitalize()


def label_column(entity: Any) -> Any:
    """The column that names a record of the model, its id where it declares none."""
    mapper = orm_inspect(entity).mapper
    name = mapper.class_._label
    return getattr(entity, name if name in mapper.columns else "id")


#: Actors that are no users, by the name that the audit keeps of them.
_ACTORS = {
    "system": _l("System"),
    "nobody": _l("Not logged in"),
    "command line": _l("Command line"),
    "demo": _l("Demo data"),
}


def actor_text(name: str) -> str:
    """What a person reads for whoever did something."""
    return str(_ACTORS.get(name, name))


def label_text(cls: Any, label: Any) -> str:
    """What a person reads for the label of a record of that model."""
    text = "" if label is None else str(label)
    return _(text) if text and cls._label_shipped else text


def choice_text(value: str, choices: Mapping[str, Any] | None) -> str:
    """What a person reads for a value of a state."""
    if choices and value in choices:
        return str(choices[value])
    return _(readable_value(value))


def readable_value(value: str) -> str:
    """`half_monthly` → `Half monthly`."""
    return value.replace("_", " ").replace(".", " ").capitalize()


# Showing values. Babel takes 25 µs for one number, and a list of 80 rows holds several hundred of them:
# Python's own formatting with the locale's two marks takes one.


@lru_cache
def _marks(locale: str) -> dict[int, str]:
    """Python's marks → the locale's."""
    return {ord(","): numbers.get_group_symbol(locale), ord("."): numbers.get_decimal_symbol(locale)}


def number_text(value: Decimal | int, locale: str, least: int = 0, most: int = 0) -> str:
    """A number with `least` to `most` decimals and thousands marks."""
    text = f"{value:,.2f}" if most == 2 else f"{value:,.{most}f}"  # amounts are most of what a page shows
    if most > least:
        whole, point, fraction = text.partition(".")
        fraction = fraction.rstrip("0").ljust(least, "0")
        text = whole + point + fraction if fraction else whole
    return text if locale in ("en", "zh_CN") else text.translate(_marks(locale))


@lru_cache(maxsize=4096)
def date_text(value: date, locale: str) -> str:
    """A day, medium length."""
    return dates.format_date(value, "medium", locale=locale)


def moment_text(value: datetime, locale: str, zone: Any) -> str:
    """A moment in the user's zone, to the minute."""
    local = value.astimezone(zone)
    return f"{date_text(local.date(), locale)} {local:%H:%M}"


Shower = Callable[[Any, Any], str]


def shower(
    kind: str, locale: str, zone: Any, choices: Mapping[str, Any] | None = None, own: str = ""
) -> Shower:
    """The function (value, currency) → HTML that shows values of a kind; texts are escaped in it.

    An amount in the currency `own`, which the heading names, stands without its code.
    """
    if kind == "money":
        decimals = known_decimals()
        return lambda v, c: number_text(v, locale, decimals[c], decimals[c]) + _code("" if c == own else c)
    if kind == "price":
        decimals = known_decimals()
        return lambda v, c: number_text(v, locale, decimals[c], 6) + _code("" if c == own else c)
    if kind == "choice":
        return _badges(choices)
    most = {"quantity": 4, "rate": 6, "exchange_rate": 10}.get(kind)
    if most is not None:
        return lambda v, c: number_text(v, locale, 0, most)
    if kind == "bool":
        return _ticks()
    simple: dict[str, Shower] = {
        "integer": lambda v, c: number_text(v, locale),
        "date": lambda v, c: date_text(v, locale),
        "moment": lambda v, c: moment_text(v, locale, zone),
        # A name that an addon shipped in English and a user may have written anew.
        "phrase": lambda v, c: escape(_(v)),
        "actor": lambda v, c: escape(actor_text(v)),
    }
    return simple.get(kind, _escaped)


def amount_text(info: FieldInfo, value: Decimal, own: str, around: str) -> Markup:
    """An amount or a price as HTML, in the decimals of its own currency and with its code.

    A line that has none stands in the currency of its document (`around`), which is said there.
    """
    least = known_decimals()[own or around]
    most = least if info.kind == "money" else info.scale or least
    return Markup(number_text(value, locale_code(), least, most) + _code(own))  # noqa: S704  # digits and a code


#: A text that means itself in HTML; finding that out takes a quarter of the time that escaping it does.
_is_plain = re.compile("[^&<>\"']*").fullmatch


def _escaped(value: Any, _currency: Any) -> str:
    return value if type(value) is str and _is_plain(value) else escape(value)


@lru_cache
def _code(currency: str | None) -> str:
    return f'<span class="ccy">{escape(currency)}</span>' if currency else ""


def _badges(choices: Mapping[str, Any] | None) -> Shower:
    made: dict[str, Markup] = {}

    def badge(value: str, _currency: Any) -> Markup:
        if value not in made:
            css = re.sub(r"\W", "-", value)
            made[value] = Markup('<span class="state s-{}">{}</span>').format(
                css, choice_text(value, choices)
            )
        return made[value]

    return badge


def _ticks() -> Shower:
    texts = {
        True: Markup(
            '<span class="tick" aria-hidden="true">✓</span><span class="visually-hidden">{}</span>'
        ).format(_("Yes")),
        False: Markup('<span class="visually-hidden">{}</span>').format(_("No")),
    }
    return lambda value, _currency: texts[bool(value)]
