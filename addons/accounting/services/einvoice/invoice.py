"""What an electronic invoice says, whatever it was written in.

Amounts are in its currency and, as on its paper, positive on a credit note. It says nothing of what we
ordered, and is believed only where it adds up (`problem_of`).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from core.errors import UserError
from core.i18n import _, _l, format_money

_ZERO, CENT = Decimal(0), Decimal("0.01")


class EInvoiceError(UserError):
    """The file is no electronic invoice that can be read; says why."""


class NoInvoiceError(EInvoiceError):
    """It is a file of another kind, in which there may be a list."""


@dataclass(frozen=True)
class Party:
    """Who asks or pays: all names and numbers that it goes by."""

    names: Sequence[str] = ()
    #: For value added tax.
    tax_numbers: Sequence[str] = ()
    ids: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The first of its names."""
        return next(iter(self.names), "")


@dataclass(frozen=True)
class EInvoiceLine:
    """A line; `net` is what it comes to with its own allowances and charges."""

    number: str
    description: str
    quantity: Decimal
    #: Of one unit, before the allowances and charges of the line.
    unit_price: Decimal
    net: Decimal
    tax_percent: Decimal | None = None
    unit: str = ""
    #: The part as the seller, the buyer and the maker call it, and as a standard does.
    seller_number: str = ""
    buyer_number: str = ""
    maker_number: str = ""
    standard_number: str = ""
    order: str = ""
    order_line: str = ""
    delivery: str = ""


@dataclass(frozen=True)
class Charge:
    """What is asked, or with a minus allowed, on the whole document."""

    reason: str
    amount: Decimal
    tax_percent: Decimal | None = None


@dataclass(frozen=True)
class TaxSum:
    """One tax of the document."""

    percent: Decimal | None
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class EFile:
    """A file that came inside the invoice."""

    name: str
    content: bytes


@dataclass(frozen=True)
class EInvoice:
    """A bill or credit note."""

    syntax: str
    #: `bill` or `credit_note`.
    kind: str
    number: str
    date: dt.date
    currency: str
    seller: Party
    buyer: Party
    net: Decimal
    tax: Decimal
    total: Decimal
    due_date: dt.date | None = None
    lines: Sequence[EInvoiceLine] = ()
    charges: Sequence[Charge] = ()
    taxes: Sequence[TaxSum] = ()
    orders: Sequence[str] = ()
    deliveries: Sequence[str] = ()
    #: The numbers of the bills that it corrects.
    corrects: Sequence[str] = ()
    prepaid: Decimal = _ZERO
    #: Whether its lines say which taxes they have; else those of what was ordered are theirs.
    says_taxes: bool = True
    files: Sequence[EFile] = field(default=(), repr=False)

    def upright(self) -> "EInvoice":
        """A bill below zero is a credit note above, and the other way round."""
        if self.total >= 0:
            return self
        return replace(
            self,
            kind="bill" if self.kind == "credit_note" else "credit_note",
            net=-self.net,
            tax=-self.tax,
            total=-self.total,
            prepaid=-self.prepaid,
            lines=[replace(line, quantity=-line.quantity, net=-line.net) for line in self.lines],
            charges=[replace(charge, amount=-charge.amount) for charge in self.charges],
            taxes=[replace(tax, base=-tax.base, amount=-tax.amount) for tax in self.taxes],
        )


def problem_of(invoice: EInvoice) -> str:
    """Why its sums are not to be believed; empty where they add up to the cent."""
    for what, said, made in _sums(invoice):
        if abs(said - made) >= CENT:
            return _(
                "%(number)s does not add up: %(what)s %(said)s, but comes to %(made)s. Ask the supplier for "
                "a correct one.",
                number=invoice.number,
                what=what,
                said=format_money(said, invoice.currency),
                made=format_money(made, invoice.currency),
            )
    return ""


def _sums(invoice: EInvoice) -> Iterator[tuple[Any, Decimal, Decimal]]:
    """What is said of a sum, and what it comes to."""
    if invoice.lines:
        lines = sum((line.net for line in invoice.lines), _ZERO)
        charges = sum((charge.amount for charge in invoice.charges), _ZERO)
        yield _l("the net amount is"), invoice.net, lines + charges
    if invoice.taxes:
        yield _l("the tax is"), invoice.tax, sum((tax.amount for tax in invoice.taxes), _ZERO)
    yield _l("the total is"), invoice.total, invoice.net + invoice.tax
