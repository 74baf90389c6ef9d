"""Quantity and unit price of a line of which a file gives some of quantity, price and amount.

Problem: files leave out what can be computed, and sometimes say three numbers that don't agree. Rule: of
two the third follows, an amount alone is one piece of it, and three must agree to the smallest unit of
the currency. Examples: amount 12.50 → 1 × 12.50; quantity 3, amount 10.00 → 3 × 3.333333; quantity −2,
price 5 → −2 × 5; quantity 2, price 5, amount 11 → refused. Amounts are after the discount of the
line: quantity 4, discount 10 %, amount 9.00 → 4 × 2.50 less 10 %.
"""

from decimal import ROUND_HALF_UP, Decimal

from addons.accounting.amounts import line_amount
from core.db import round_to
from core.errors import UserError
from core.i18n import _

PRICE, QUANTITY = Decimal("0.000001"), Decimal("0.0001")


class AmountError(UserError):
    """The numbers of a row are too few, or don't agree."""

    def __init__(self, message: str, field: str = "amount") -> None:
        super().__init__(message)
        self.field = field


def checked_discount(said: Decimal | None) -> Decimal:
    """The discount in percent, 0 for none; raises AmountError."""
    discount = said or Decimal(0)
    if not 0 <= discount <= 100:
        raise AmountError(_("A discount is a percentage from 0 to 100."), "discount")
    return discount


def amounts_of(
    quantity: Decimal | None,
    price: Decimal | None,
    amount: Decimal | None,
    unit: Decimal,
    discount: Decimal = Decimal(0),
) -> tuple[Decimal, Decimal]:
    """Quantity and unit price; `unit` is the smallest of the currency, `discount` in percent.

    Raises AmountError.
    """
    if quantity is not None and price is not None:
        if amount is not None and line_amount(quantity, price, unit, discount) != amount:
            raise _disagree(quantity, price, amount, unit, discount)
        return quantity, price
    if amount is None:
        raise AmountError(_("Give a quantity and a unit price, or an amount."))
    return _from_amount(quantity, price, amount, unit, discount)


def _disagree(
    quantity: Decimal, price: Decimal, amount: Decimal, unit: Decimal, discount: Decimal
) -> AmountError:
    said = {
        "quantity": f"{quantity.normalize():f}",
        "price": f"{price.normalize():f}",
        "net": line_amount(quantity, price, unit, discount),
        "amount": round_to(amount, unit),
    }
    if not discount:
        return AmountError(
            _("%(quantity)s × %(price)s is %(net)s, not %(amount)s: correct one of them.", **said)
        )
    return AmountError(
        _(
            "%(quantity)s × %(price)s less %(discount)s %% is %(net)s, not %(amount)s: correct one of them.",
            discount=f"{discount.normalize():f}",
            **said,
        )
    )


def _from_amount(
    quantity: Decimal | None, price: Decimal | None, amount: Decimal, unit: Decimal, discount: Decimal
) -> tuple[Decimal, Decimal]:
    part = (100 - discount).scaleb(-2)
    if quantity and part:
        price = (amount / (quantity * part)).quantize(PRICE, rounding=ROUND_HALF_UP)
    elif price and part:
        quantity = (amount / (price * part)).quantize(QUANTITY, rounding=ROUND_HALF_UP)
    elif quantity is None and price is None and not discount:
        quantity, price = (Decimal(1), amount) if amount >= 0 else (Decimal(-1), -amount)
    if quantity is None or price is None or line_amount(quantity, price, unit, discount) != amount:
        raise AmountError(_("The amount does not follow from the quantity or the unit price: give both."))
    return quantity, price
