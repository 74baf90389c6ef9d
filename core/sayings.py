"""What the program says once and people read later, each in their language.

Problem: an order line is priced while its buyer reads English; “as on PO-17 of Oct 2, 2026” is kept with it
and read by finance in Chinese. Rule: kept is the message with its values, in JSON; whoever reads it gets
“同 PO-17 (2026年10月2日)”. Example: `say("as on %(number)s of %(day)s", number="PO-17", day=day)` is that
text in the language of now, and a column of the type `Told` keeps it as
`["as on %(number)s of %(day)s", {"number": "PO-17", "day": {"date": "2026-10-02"}}]`.

What stands in such a column and is no message of this kind is shown as it stands.
"""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

from core.i18n import _, format_date, format_number

__all__ = ["Saying", "Told", "kept", "retold", "say"]


class Saying(str):
    """A text in the language in which it was said or read; it knows the message and the values."""

    message: str
    values: Mapping[str, Any]

    @cached_property
    def kept(self) -> str:
        """What columns keep of it."""
        return json.dumps(_packed(self), ensure_ascii=False, separators=(",", ":"))


def say(message: str, /, **values: Any) -> Saying:
    """A message with texts, numbers, days or further sayings as its values, to be kept.

    Catalogs find it as they find `_("…")`.
    """
    said = Saying(_(message, **{name: _shown(value) for name, value in values.items()}))
    said.message, said.values = message, values
    return said


def kept(text: str) -> str:
    """What a column keeps of a text, for statements that go past its type."""
    return text.kept if isinstance(text, Saying) else text


def retold(text: str) -> str:
    """A text in the language of now: a document speaks its reader's, and was loaded in its sender's."""
    return say(text.message, **text.values) if isinstance(text, Saying) else text


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return format_date(value)
    return format_number(value) if isinstance(value, Decimal | int) else retold(value)


def _packed(value: Any) -> Any:
    if isinstance(value, Saying):
        return [value.message, {name: _packed(one) for name, one in value.values.items()}]
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"number": str(value)} if isinstance(value, Decimal | int) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        message, values = value
        return say(message, **{name: _unpacked(one) for name, one in values.items()})
    if not isinstance(value, dict):
        return value
    return date.fromisoformat(value["date"]) if "date" in value else Decimal(value["number"])


class Told(TypeDecorator[str]):
    """A text that programs write; what `say` made is read in the reader's language."""

    impl = Text
    cache_ok = True
    #: Characters; its table has a CHECK of them.
    longest = 1000

    def keep(self, value: str) -> str:
        """What stands in the column; rows that are copied past the type ask for it too."""
        return kept(value)

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else kept(value)

    def process_result_value(self, value: Any, dialect: Any) -> str | None:
        if value is None or not value.startswith('["'):
            return value  # type: ignore[no-any-return]  # the driver gives a text
        try:
            return _unpacked(json.loads(value))  # type: ignore[no-any-return]  # a saying is a text
        except (ValueError, TypeError, KeyError, AttributeError):
            return value  # type: ignore[no-any-return]  # somebody's own text that begins alike
