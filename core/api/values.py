"""Values between the database and JSON: decimals as strings, days and moments as ISO 8601 writes them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, SmallInteger
from sqlalchemy import inspect as orm_inspect

from core.api.resources import Resource
from core.db import decimals_of
from core.i18n import _
from core.screens.fields import FieldInfo

DECIMAL_KINDS = frozenset({"money", "price", "quantity", "rate", "exchange_rate"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_DAY_IN_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})")


class ValueRefusedError(ValueError):
    """This is no value of the field; the message says what one looks like."""


def to_json(info: FieldInfo, value: Any, currency: str = "") -> Any:
    """A stored value as JSON holds it; an amount has the decimals of its currency."""
    if isinstance(value, Decimal):
        scale = decimals_of(currency) if currency and info.kind == "money" else info.scale
        return format(value, "f") if scale is None else f"{value:.{scale}f}"
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value


def moment_text(moment: datetime) -> str:
    """`2026-03-31T14:30:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def digits(resource: Resource, info: FieldInfo) -> int:
    """How many digits a decimal may have before its point."""
    column = orm_inspect(resource.cls).columns[info.name]
    return int(column.type.precision) - int(info.scale or 0)


def pattern_of(whole: int, scale: int, sign: str = "-?") -> str:
    """What a decimal with so many digits looks like, as a regular expression of JSON Schema."""
    return rf"^{sign}[0-9]{{1,{whole}}}(\.[0-9]{{1,{scale}}})?$"


def decimal_pattern(resource: Resource, info: FieldInfo) -> str:
    """What a decimal of a column looks like."""
    return pattern_of(digits(resource, info), info.scale or 0)


def whole_range(resource: Resource, info: FieldInfo) -> tuple[int, int]:
    """The least and the largest whole number that the column holds."""
    if info.kind == "ref" or info.name == "id":
        return 1, 2**63 - 1
    kind = orm_inspect(resource.cls).columns[info.name].type
    bits = 15 if isinstance(kind, SmallInteger) else 31 if type(kind) is Integer else 63
    return -(2**bits), 2**bits - 1


def is_whole(resource: Resource, info: FieldInfo) -> bool:
    """Whether JSON holds it as a whole number: one itself, or the id of another record."""
    column = orm_inspect(resource.cls).columns.get(info.name)
    return column is not None and isinstance(column.type, Integer)


def from_json(resource: Resource, info: FieldInfo, value: Any) -> Any:
    """The value that JSON gives, as Python has it; raises ValueRefusedError."""
    if value is None:
        return None
    if info.kind == "bool":
        return yes_or_no(value)
    if is_whole(resource, info):
        return whole_of(value, *whole_range(resource, info))
    return from_text(resource, info, text_of(value, info.kind in DECIMAL_KINDS))


def yes_or_no(value: Any) -> bool:
    """What JSON gives as a boolean; raises ValueRefusedError."""
    if not isinstance(value, bool):
        raise ValueRefusedError(_("Give true or false."))
    return value


def text_of(value: Any, is_decimal: bool = False) -> str:
    """What JSON gives as a string; raises ValueRefusedError."""
    if isinstance(value, str):
        return value
    wanted = _('Give a decimal as a string, such as "12.50".') if is_decimal else _("Give a string.")
    raise ValueRefusedError(wanted)


def whole_of(value: Any, least: int, largest: int) -> int:
    """What JSON gives as a whole number within these bounds; raises ValueRefusedError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueRefusedError(_("Give a whole number."))
    if not least <= value <= largest:
        raise ValueRefusedError(
            _("Give a number from %(least)s to %(largest)s.", least=least, largest=largest)
        )
    return value


def from_text(resource: Resource, info: FieldInfo, text: str) -> Any:
    """The value that a text writes, in the address or in JSON; raises ValueRefusedError."""
    refuse_unstorable(text)
    if info.kind in DECIMAL_KINDS:
        return decimal_of(text, digits(resource, info), info.scale or 0)
    if info.kind in ("date", "moment"):
        return day_of(text) if info.kind == "date" else _moment(text)
    if info.kind == "bool":
        if text not in ("true", "false"):
            raise ValueRefusedError(_("Give true or false."))
        return text == "true"
    if is_whole(resource, info):
        if not _WHOLE.fullmatch(text):
            raise ValueRefusedError(_("Give a whole number."))
        return whole_of(int(text), *whole_range(resource, info))
    if info.values and text not in info.values:
        raise ValueRefusedError(_("Give one of: %(values)s.", values=", ".join(info.values)))
    return text


def refuse_unstorable(text: str) -> None:
    """Raise ValueRefusedError for what is not kept: PostgreSQL has no NUL, UTF-8 no half of a pair."""
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueRefusedError(_("The text holds a character that can't be stored."))


def decimal_of(text: str, whole: int, scale: int, sign: str = "-?") -> Decimal:
    """The decimal that a text writes with so many digits at most; raises ValueRefusedError."""
    if not re.fullmatch(pattern_of(whole, scale, sign)[1:-1], text):
        raise ValueRefusedError(
            _(
                "Give a decimal with at most %(whole)s digits before the point and %(scale)s behind it.",
                whole=whole,
                scale=scale,
            )
        )
    return Decimal(text)


def day_of(text: str) -> date:
    """The day that ISO 8601 writes so; raises ValueRefusedError."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # such as 30 February
    raise ValueRefusedError(_("Give a day, such as 2026-03-31."))


def _moment(text: str) -> datetime:
    try:
        if _DAY_IN_MOMENT.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # such as 25 o'clock, or a zone that leads out of all years
    raise ValueRefusedError(_("Give a moment with its zone, such as 2026-03-31T14:30:00Z."))
