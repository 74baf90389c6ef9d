"""A tax, or several together, as people enter it."""

from decimal import Decimal
from typing import Any

from core import m
from core.db import AnySession
from core.errors import UserError
from core.i18n import _


class TaxError(UserError):
    """The tax can't be like this; says why and what to do."""


def complete(session: AnySession, tax: Any) -> None:
    """Give a group the sum of its rates and no account of its own; raises TaxError."""
    with session.no_autoflush:
        tax.grouped = bool(tax.parts)
        if not tax.grouped:
            return _check_single(tax)
        parts = [session.get_one(m.AccountingTax, part.part_id) for part in tax.parts]
        if any(part.grouped or part is tax for part in parts):
            raise TaxError(_("A group consists of single taxes: name each of them."))
        if len(set(parts)) < len(parts):
            raise TaxError(_("A tax is in a group once."))
        tax.rate = sum((part.rate for part in parts), Decimal(0))
        tax.account_id = tax.input_account_id = None
    return None


def _check_single(tax: Any) -> None:
    if tax.rate is None:
        raise TaxError(_("Say the rate of the tax: 0.13 is 13 %."))
    if tax.account_id is None:
        raise TaxError(_("Choose the account that the tax is posted to, or the taxes that it consists of."))
