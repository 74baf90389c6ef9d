"""Which currencies can be kept, and how many decimals their amounts have."""

from core.db.currencies import MOST_DECIMALS, usual_decimals
from core.errors import UserError
from core.i18n import _


class TooFineCurrencyError(UserError):
    """Amounts in this currency have more decimals than are stored; says what to do."""


def checked_decimals(code: str, chosen: int | None) -> int:
    """What was chosen for a new currency, else what CLDR gives; raises TooFineCurrencyError.

    KWD has three decimals, and can't be kept with two: an invoice rounded to 10 fils is a wrong invoice.
    """
    usual = usual_decimals(code or "")
    if usual > MOST_DECIMALS:
        raise TooFineCurrencyError(
            _(
                "Amounts in %(code)s have %(usual)s decimals, and %(most)s are kept: it can't be added. "
                "Agree on another currency with these partners, such as USD.",
                code=code,
                usual=usual,
                most=MOST_DECIMALS,
            )
        )
    return usual if chosen is None else chosen
