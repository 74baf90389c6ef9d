"""What columns hold of what people type: refused in words before the database refuses it.

A scanner that reads a barcode into the field of a quantity types twenty digits. Columns take fourteen before
the point; two are left for sums, so that no balance overflows by a delivery that was let in.
"""

from decimal import Decimal

from addons.stock.services.date_codes import refuse_date_code
from addons.stock.services.drafts import LotDraft
from addons.stock.services.errors import StockError
from core.db import Line
from core.i18n import _, _l, format_number

#: Digits before the point; as many as imports take.
DIGITS = 12
_TOO_LONG = {
    "number": _l("A lot number has at most %(most)s characters, not %(length)s: shorten it."),
    "maker_lot": _l("A maker's lot has at most %(most)s characters, not %(length)s: shorten it."),
}


def refuse_too_much(quantity: Decimal) -> None:
    """Refuse a quantity that no column keeps; raises StockError."""
    if quantity >= Decimal(10) ** DIGITS:
        raise StockError(
            _(
                "“%(cell)s” is too large: give at most %(digits)s digits before the point.",
                cell=format_number(quantity),
                digits=DIGITS,
            )
        )


def refuse_lot(lot: LotDraft) -> None:
    """Refuse what a lot can't be called; raises StockError."""
    for name, words in _TOO_LONG.items():
        length = len(getattr(lot, name))
        if length > Line.longest:
            raise StockError(words % {"most": format_number(Line.longest), "length": format_number(length)})
    refuse_date_code(lot.date_code)
