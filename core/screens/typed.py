"""What was typed into the fields of a page of its own: what is wrong is said in words, nothing is guessed."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from core.db import decimals_of
from core.errors import UserError
from core.i18n import _, locale_code
from core.screens.numbers import NotANumberError, parse_decimal

QUANTITY_DECIMALS = 4
#: Digits that any id of a database fits into.
MOST_ID_DIGITS = 18


def typed_quantity(text: str) -> Decimal:
    """A quantity as the reader's locale writes it; raises UserError."""
    return _number(text, QUANTITY_DECIMALS)


def typed_amount(text: str, currency: str) -> Decimal:
    """An amount with no more decimals than its currency has; raises UserError."""
    return _number(text, decimals_of(currency))


def typed_day(text: str) -> date:
    """The day of a date field; raises UserError, also where it was left empty."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UserError(_("Give a day, such as 2026-03-31.")) from error


def typed_rows(form: Mapping[str, str], prefix: str) -> dict[int, str]:
    """What stands in fields named with a prefix and the id of a record, by that id; no blank ones."""
    cut = len(prefix)
    named = {name[cut:]: text.strip() for name, text in form.items() if name.startswith(prefix)}
    return {int(key): text for key, text in named.items() if text and _is_id(key)}


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_ID_DIGITS


def _number(text: str, scale: int) -> Decimal:
    try:
        return parse_decimal(text, locale_code(), scale)
    except NotANumberError as error:
        raise UserError(str(error) if text.strip() in str(error) else f"{text}: {error}") from error
