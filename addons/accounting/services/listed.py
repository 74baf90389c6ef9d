"""Bills that come as a plain list: csv, xlsx, or the text of a PDF without an electronic invoice in it.

Problem: a small supplier's bill is a table whose first rows are a letterhead, with the order and the delivery
note in some columns and the bill's own number in the file's name. Rule: the lines are read as lists of
suppliers are, in any layout, and all of them or none; lines with numbers of bills of their own make a bill
each, the others have the number and the day that a person says. A list knows nothing of taxes: its lines have
those of the orders that they are for. Example: three lines, two of them of INV-7 and one of INV-8, make two
drafts.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from addons.accounting.services.bills import BillError
from addons.accounting.services.einvoice.invoice import EInvoice, EInvoiceLine, Party
from addons.accounting.services.einvoice.tree import MOST_BYTES
from addons.matching.services.lines import Line
from addons.matching.services.reading import TheirList, read
from core import m
from core.clock import today
from core.db import AnySession, round_to, smallest_unit
from core.i18n import _
from core.tabular.errors import FileError

#: So many rows that can't be read are told.
_TOLD = 5
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Said:
    """What a person says of a file that does not say it."""

    number: str = ""
    date: dt.date | None = None


#: Nothing: the file says it all.
UNSAID = Said()


def invoices_of(session: AnySession, partner: Any, content: bytes, said: Said) -> list[EInvoice]:
    """The bills of a list, in the order in which they come; raises BillError."""
    if len(content) > MOST_BYTES:
        raise BillError(_("The file is larger than 20 MB: that is more than a bill needs."))
    owner = f"partner:{partner.id}:bills"
    try:
        found = read(content, m.MatchingMapping.recall(session, partner.company_id, owner))
    except FileError as error:
        raise BillError(str(error)) from error
    _refuse_unread(found)
    m.MatchingMapping.remember(session, partner.company_id, owner, found.mapping)
    currency = partner.currency_code or partner.company.currency_code
    by_number: dict[str, list[Line]] = {}
    for line in found.lines:
        by_number.setdefault(line.document or said.number, []).append(line)
    return [_invoice(number, lines, currency, said) for number, lines in by_number.items()]


def _refuse_unread(found: TheirList) -> None:
    """What stands below the last line and is no figure is a remark."""
    last: dict[str, int] = {}
    for sheet, row in found.rows.values():
        last[sheet] = max(row, last.get(sheet, 0))
    figures = [found.mapping.get(name) for name in ("quantity", "price", "amount")]
    priceless = [found.rows[line.key][1] for line in found.lines if line.value is None]
    wrong = [
        (one.row, one.reason)
        for one in found.unread
        if one.row <= last.get(one.sheet, 0) or one.column in figures
    ]
    wrong += [(row, _("This row has neither a price nor an amount.")) for row in priceless]
    if wrong or not found.lines:
        rows = [_("row %(row)s: %(reason)s", row=row, reason=reason) for row, reason in sorted(wrong)[:_TOLD]]
        raise BillError(
            _(
                "Not all of the list can be read, and a bill is taken whole: %(rows)s",
                rows=" ".join(rows) or _("it has no lines."),
            )
        )


def _invoice(number: str, lines: Sequence[Line], currency: str, said: Said) -> EInvoice:
    if not number:
        raise BillError(_("The list does not say the bill's number: write it beside the file."))
    unit = smallest_unit(currency)
    made = [_line(line, unit) for line in lines]
    net = sum((line.net for line in made), _ZERO)
    days = [line.day for line in lines if line.day]
    found = EInvoice(
        syntax="list",
        kind="bill",
        number=number,
        date=said.date or (max(days) if days else today()),
        currency=currency,
        seller=Party(),
        buyer=Party(),
        net=net,
        tax=_ZERO,
        total=net,
        lines=made,
        says_taxes=False,
    )
    return found.upright()


def _line(line: Line, unit: Decimal) -> EInvoiceLine:
    """Its numbers are asked for as ours, theirs and the maker's, whichever columns they stood in."""
    net = round_to(line.value or _ZERO, unit)
    price = line.price if line.price is not None else net / line.quantity
    one, two, three = (*line.parts, "", "", "")[:3]
    return EInvoiceLine(
        number=str(line.key),
        description=line.text or one,
        quantity=line.quantity,
        unit_price=price,
        net=net,
        buyer_number=two,
        seller_number=one,
        maker_number=three,
        order=line.order,
        delivery=line.delivery,
    )
