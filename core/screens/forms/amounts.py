"""Amounts in a form have no more decimals than their currency: nobody can pay half a yen."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.db.currencies import decimals_of, surplus_decimals
from core.i18n import _, locale_code, ngettext
from core.screens.fields import number_text
from core.screens.forms.form import Entry, RecordForm


def refuse_surplus(form: RecordForm) -> None:
    """Put an error beside each amount that is finer than its currency."""
    currency = _currency(form.entries, form.record) or ""
    _refuse(form.entries, form.record, currency)
    for grid in form.grids.values():
        for line in grid.lines:
            _refuse({entry.node.name: entry for entry in line.entries}, line.record, currency)


def _refuse(entries: Mapping[str, Entry], record: Any, around: str) -> None:
    for entry in entries.values():
        amount = entry.input.data if entry.input is not None and entry.info.kind == "money" else None
        if isinstance(amount, Decimal):
            currency = _currency(entries, record, entry.info.currency) or around
            if surplus_decimals(amount, currency):
                entry.input.errors = [*entry.input.errors, _reason(entry, amount, currency)]


def _currency(entries: Mapping[str, Entry], record: Any, name: str = "currency_code") -> str | None:
    """What is chosen in the form, else what is stored."""
    entry = entries.get(name)
    chosen = (entry.input.data if entry.input is not None else entry.value) if entry else None
    found: str | None = chosen or getattr(record, name, None)
    return found


def _reason(entry: Entry, amount: Decimal, currency: str) -> str:
    words = {
        "label": entry.label,
        "amount": number_text(amount, locale_code(), 0, entry.info.scale or 0),
        "currency": currency,
    }
    decimals = decimals_of(currency)
    if not decimals:
        return _(
            "“%(label)s” is %(amount)s: amounts in %(currency)s have no decimals. Give a whole one.", **words
        )
    return ngettext(
        "“%(label)s” is %(amount)s: amounts in %(currency)s have %(num)s decimal. Round it.",
        "“%(label)s” is %(amount)s: amounts in %(currency)s have %(num)s decimals. Round it.",
        decimals,
        **words,
    )
