"""Find the order lines that the lines of a supplier's electronic invoice are for.

Problem: a line of the file says “Kondensator 100 nF, 1,520 for 79.80”, their delivery LS 77, their part
number 10-4711. Of one order line 1,000 came, and 520 of another order of the same part. Rule: an order line
of this supplier may be meant where it is of the part that the line names (by our number, theirs, the maker's
or a barcode), or where the line names order and position. Where an order is named, no other is meant. Of
several those go first whose delivery is named, then whose position is, then whose currency and price agree,
then the oldest. The quantity is shared out over what has come and is not billed; what is left goes to the
first of them as far as it was ordered, as a bill before the goods; what is over even then stands without an
order. Example: 1,000 and 520. A credit note is shared out over what went back, and then over what is billed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.drafts import BillLineDraft
from addons.accounting.services.einvoice.invoice import EInvoice, EInvoiceLine
from addons.accounting.services.filing import draft_line, parts_of, priced, tax_of
from addons.purchasing.services.billing import ReceivedLine
from addons.purchasing.services.forwarding import ClearingLine
from addons.purchasing.services.naming import accrued_of
from core.db import AnySession, clean, smallest_unit

_ZERO = Decimal(0)
#: Order lines of which something may be billed, or is billed and may be credited, the oldest first.
_ORDERED = text("""
    SELECT l.id, l.position, l.product_id, l.partner_number, l.unit_price, l.tax_id, o.number,
           o.reference,
           o.currency_code, l.received, l.returned, l.billed, l.quantity + l.tolerance AS most,
           (SELECT array_agg(DISTINCT t.reference)
              FROM stock_move v JOIN stock_transfer t ON t.id = v.transfer_id
             WHERE v.purchase_line_id = l.id AND v.state = 'done') AS deliveries
      FROM purchasing_order o JOIN purchasing_order_line l ON l.order_id = o.id
     WHERE o.partner_id = :partner AND o.company_id = :company AND o.state IN ('confirmed', 'done')
       AND CASE WHEN :is_credit THEN l.billed > 0 ELSE l.billed < l.quantity + l.tolerance END
     ORDER BY o.date, l.id
""")


@dataclass
class Ordered:
    """An order line while quantities are shared out."""

    row: Any
    #: What has come and is not billed, or went back and is not credited.
    due: Decimal
    #: The most that may stand on a bill.
    room: Decimal

    def take(self, quantity: Decimal) -> Decimal:
        """Share so much out to it."""
        self.due, self.room = self.due - quantity, self.room - quantity
        return quantity


def lines_of_file(
    session: AnySession, partner: Any, invoice: EInvoice, taxes: Mapping[Decimal, int]
) -> list[BillLineDraft]:
    """The lines of a file, for what was ordered where that is known."""
    who = {"partner": partner.id, "company": partner.company_id}
    is_credit = invoice.kind == "credit_note"
    rows = session.execute(_ORDERED, {**who, "is_credit": is_credit})
    ordered = [_ordered(row, is_credit) for row in rows]
    accrued = [] if is_credit else accrued_of(session, partner.id, partner.company_id, invoice.currency)
    parts = parts_of(session, partner, invoice.lines)
    work = _Work(invoice, ordered, accrued, taxes)
    return [made for line, part in zip(invoice.lines, parts, strict=True) for made in work.lines(line, part)]


def _ordered(row: Any, is_credit: bool) -> Ordered:
    due = row.received - row.returned - row.billed
    return Ordered(row, -due, row.billed) if is_credit else Ordered(row, due, row.most - row.billed)


@dataclass
class _Work:
    invoice: EInvoice
    ordered: Sequence[Ordered]
    accrued: list[Any]
    taxes: Mapping[Decimal, int]

    def lines(self, line: EInvoiceLine, part: int | None) -> Iterator[BillLineDraft]:
        """The lines that one line of the file becomes."""
        unit, tax_id = smallest_unit(self.invoice.currency), tax_of(self.taxes, line.tax_percent)
        plain = draft_line(line, part, tax_id, unit)
        quantity, price = priced(line, unit)
        left = quantity
        for row, taken in self._shared(line, part, quantity):
            left -= taken
            own_tax = tax_id if self.invoice.says_taxes else row.tax_id
            found = ReceivedLine(row.product_id, plain.description, taken, price, tax_id=own_tax)
            found.purchase_line_id = row.id
            yield found
        if left:
            plain.quantity = left
            yield self._clearing(line, plain) if part is None else plain

    def _shared(
        self, line: EInvoiceLine, part: int | None, quantity: Decimal
    ) -> Iterator[tuple[Any, Decimal]]:
        meant = list(self._meant(line, part))
        meant = [one for one in meant if self._is_named(line, one)] or meant
        meant.sort(key=lambda one: self._rank(line, one), reverse=True)
        taken: dict[int, Decimal] = {}
        left = max(quantity, _ZERO)
        for limit in ("due", "room"):
            for one in meant if limit == "due" else meant[:1]:
                if (more := min(left, getattr(one, limit), one.room)) > 0:
                    taken[one.row.id] = taken.get(one.row.id, _ZERO) + one.take(more)
                    left -= more
        for one in meant:
            if one.row.id in taken:
                yield one.row, taken[one.row.id]

    def _meant(self, line: EInvoiceLine, part: int | None) -> Iterator[Ordered]:
        theirs = clean(line.seller_number)
        for one in self.ordered:
            is_part = part is not None and one.row.product_id == part
            is_theirs = bool(theirs) and clean(one.row.partner_number) == theirs
            is_place = line.order_line == str(one.row.position) and self._is_named(line, one)
            if is_part or is_theirs or (part is None and is_place):
                yield one

    def _rank(self, line: EInvoiceLine, one: Ordered) -> tuple[bool, ...]:
        """How well it agrees; those that agree alike stay in their order."""
        delivered = {
            clean(number) for number in ((line.delivery,) if line.delivery else self.invoice.deliveries)
        }
        return (
            bool(delivered & {clean(number) for number in one.row.deliveries or ()} - {""}),
            line.order_line == str(one.row.position),
            one.row.currency_code == self.invoice.currency,
            one.row.unit_price == line.unit_price,
        )

    def _is_named(self, line: EInvoiceLine, one: Ordered) -> bool:
        named = {clean(number) for number in ((line.order,) if line.order else self.invoice.orders)}
        return bool(named & {clean(one.row.number or ""), clean(one.row.reference)} - {""})

    def _clearing(self, line: EInvoiceLine, plain: BillLineDraft) -> BillLineDraft:
        """The line of a landed cost that it is for: of a shipment that is named, or of the same amount."""
        named = {
            clean(number)
            for number in (line.order, line.delivery, *self.invoice.orders, *self.invoice.deliveries)
        } - {""}
        meant = [row for row in self.accrued if named & {clean(row.number), clean(row.reference)}]
        meant = meant or [row for row in self.accrued if row.amount == line.net]
        meant.sort(key=lambda row: row.amount != line.net)
        if not meant:
            return plain
        self.accrued.remove(meant[0])
        found = ClearingLine(None, plain.description, plain.quantity, plain.unit_price, tax_id=plain.tax_id)
        found.landed_line_id = meant[0].id
        return found
