"""What settled a document, and what a customer owes: for the pages of records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from core import m
from core.db import AnySession

#: So many open items stand on the page of a payment.
SHOWN = 50


@dataclass(frozen=True)
class Settlement:
    """So much of a document was settled by another one."""

    number: str
    document: str
    date: date
    amount: Decimal
    currency: str
    #: The form of the other document and its id; of its entry, where it is neither an invoice nor a payment.
    form: str
    record_id: int


def items_of(session: AnySession, entry_id: int | None) -> Sequence[Any]:
    """The open items of a document, by the entry that it wrote."""
    item, line = m.AccountingOpenItem, m.AccountingEntryLine
    if entry_id is None:
        return []
    return session.scalars(
        select(item).join(line, line.id == item.entry_line_id).where(line.entry_id == entry_id)
    ).all()


def settlements(session: AnySession, entry_id: int | None) -> list[Settlement]:
    """What settled the document that wrote this entry, oldest first; what was taken back is left out."""
    ids = [item.id for item in items_of(session, entry_id)]
    if not ids:
        return []
    allocation, other = m.AccountingAllocation, m.AccountingOpenItem
    invoice, payment, line = m.AccountingInvoice, m.AccountingPayment, m.AccountingEntryLine
    back = aliased(allocation)
    rows = session.execute(
        select(allocation, other, invoice.id, payment.id, line.entry_id)
        .join(
            other,
            or_(
                (allocation.debit_id.in_(ids)) & (other.id == allocation.credit_id),
                (allocation.credit_id.in_(ids)) & (other.id == allocation.debit_id),
            ),
        )
        .join(line, line.id == other.entry_line_id)
        .outerjoin(invoice, invoice.entry_id == line.entry_id)
        .outerjoin(payment, payment.entry_id == line.entry_id)
        .outerjoin(back, back.reverses_id == allocation.id)
        .where(allocation.reverses_id.is_(None), back.id.is_(None))
        .order_by(allocation.date, allocation.id)
    )
    return [
        Settlement(
            item.number,
            item.document,
            made.date,
            made.amount,
            made.currency_code,
            *_place(invoice_id, payment_id, entry),
        )
        for made, item, invoice_id, payment_id, entry in rows
    ]


def _place(invoice_id: int | None, payment_id: int | None, entry_id: int) -> tuple[str, int]:
    if invoice_id is not None:
        return "accounting.invoice.form", invoice_id
    if payment_id is not None:
        return "accounting.payment.form", payment_id
    return "accounting.entry.form", entry_id


def owed(session: AnySession, partner_id: int, today: date) -> list[tuple[str, Decimal, Decimal]]:
    """(currency, balance, what of it is overdue) of a customer; one query."""
    item = m.AccountingOpenItem
    open_amount = item.amount - item.allocated
    rows = session.execute(
        select(
            item.currency_code,
            func.sum(open_amount),
            func.coalesce(func.sum(open_amount).filter(item.due_date < today), 0),
        )
        .where(item.partner_id == partner_id, item.allocated != item.amount)
        .group_by(item.currency_code)
        .order_by(item.currency_code)
    )
    return [(currency, balance, overdue) for currency, balance, overdue in rows]


@dataclass(frozen=True)
class Next:
    """An open item, and how much of it a payment will settle."""

    item: Any
    settles: Decimal


def next_items(session: AnySession, payment: Any) -> list[Next]:
    """The open items of a payment's customer in its currency, due earliest first, as posting takes them."""
    item, sign = m.AccountingOpenItem, 1 if payment.direction == "in" else -1
    found = session.scalars(
        select(item)
        .where(item.partner_id == payment.partner_id, item.currency_code == payment.currency_code)
        .where(item.allocated != item.amount, item.amount * sign > 0)
        .order_by(item.due_date, item.id)
        .limit(SHOWN)
    )
    left, rows = payment.amount, []
    for one in found:
        settles = min(left, abs(one.residual))
        rows.append(Next(one, settles))
        left -= settles
    return rows
