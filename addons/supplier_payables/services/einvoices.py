"""A supplier's electronic invoice as the list that it states: UBL, CII, or a PDF that carries one.

Suppliers that are settled by period send one invoice over all deliveries of the month, whose lines name
order and delivery. Its lines become those of a list, what it charges on the whole as lines without a part;
those of a credit note are below zero, as what went back is.
"""

from collections.abc import Sequence
from decimal import Decimal

from addons.accounting.services.einvoice.invoice import EInvoice, EInvoiceLine, NoInvoiceError
from addons.accounting.services.einvoice.reading import is_electronic, read
from addons.matching.services.lines import Line
from addons.matching.services.reading import TheirList
from addons.supplier_payables.services.errors import PayablesError
from core.i18n import _

__all__ = ["NoInvoiceError", "is_electronic", "list_of"]


def list_of(contents: bytes, currency: str) -> TheirList:
    """What a file states; raises EInvoiceError, NoInvoiceError, and PayablesError for another currency."""
    invoice = read(contents)
    if invoice.currency != currency:
        raise PayablesError(
            _(
                "%(number)s is in %(theirs)s, and the statement in %(ours)s.",
                number=invoice.number,
                theirs=invoice.currency,
                ours=currency,
            )
        )
    found = TheirList()
    for place, line in enumerate(invoice.lines, start=1):
        found.lines.append(_line(place, line, invoice))
    for place, charge in enumerate(invoice.charges, start=len(found.lines) + 1):
        amount = _sign(invoice) * charge.amount
        quantity = Decimal(-1 if amount < 0 else 1)
        found.lines.append(
            Line(place, quantity, abs(charge.amount), text=charge.reason, amount=amount, day=invoice.date)
        )
    found.rows = {line.key: (invoice.number, line.key) for line in found.lines}
    return found


def _sign(invoice: EInvoice) -> int:
    return -1 if invoice.kind == "credit_note" else 1


def _line(place: int, line: EInvoiceLine, invoice: EInvoice) -> Line:
    sign = _sign(invoice)
    numbers = (line.buyer_number, line.seller_number, line.maker_number, line.standard_number)
    return Line(
        place,
        sign * line.quantity,
        line.net / line.quantity if line.quantity else line.unit_price,
        tuple(filter(None, numbers)),
        line.order or _only(invoice.orders),
        line.delivery or _only(invoice.deliveries),
        invoice.date,
        line.description,
        sign * line.net,
    )


def _only(numbers: Sequence[str]) -> str:
    """What holds for all lines: the number of the whole, where it names one."""
    return numbers[0] if len(numbers) == 1 else ""
