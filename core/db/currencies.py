"""How many decimals amounts have in a currency: a dollar has cents, a yen has none.

The table `currency` says it, and a trigger keeps what it says (ADR 150). So an app reads the table when it
meets a code for the first time, and from then on knows it by heart: a list shows hundreds of amounts, and an
import rounds hundreds of thousands.
"""

from decimal import Decimal

from babel.numbers import get_currency_precision
from flask import current_app, has_app_context
from sqlalchemy import Engine, text

from core.db.session import db

#: What the columns of amounts store; no currency with more can be kept.
MOST_DECIMALS = 2


class Decimals(dict[str | None, int]):
    """Code → decimals; the amounts of no currency have two. It needs no app around it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__({"": MOST_DECIMALS, None: MOST_DECIMALS})
        self.engine = engine

    def knows(self, code: str) -> bool:
        """Whether there is a currency with this code."""
        if code not in self:
            self._read()
        return bool(code) and code in self

    def _read(self) -> None:
        # On a connection of its own: the caller may be in the middle of writing.
        with self.engine.connect() as connection:
            for known, digits in connection.execute(text("SELECT code, digits FROM currency")):
                self[known] = digits

    def __missing__(self, code: str) -> int:
        self._read()
        # A currency that has not been committed yet is not remembered.
        return self.get(code, _fitting(code))


def known_decimals() -> Decimals:
    """What the current app knows, for whoever looks up many."""
    extensions = current_app.extensions
    known: Decimals | None = extensions.get("decimals")
    if known is None:
        known = extensions["decimals"] = Decimals(db.engine)
    return known


def decimals_of(currency: str | None) -> int:
    """The decimals of amounts in the currency with this ISO code; two where none is given."""
    if not currency:
        return MOST_DECIMALS
    return known_decimals()[currency] if has_app_context() else _fitting(currency)


def usual_decimals(code: str) -> int:
    """What CLDR says of a currency: 0 for JPY, 2 for USD and for codes that it doesn't know, 3 for KWD."""
    return get_currency_precision(code)


def _fitting(code: str) -> int:
    return min(usual_decimals(code), MOST_DECIMALS)


def surplus_decimals(amount: Decimal, currency: str | None) -> bool:
    """Whether the amount has more decimals than its currency; zeros at its end don't count."""
    exponent = amount.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent > decimals_of(currency)
