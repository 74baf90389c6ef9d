"""Short ways to make documents: each calls the verb of its model."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from addons.accounting.services.allocation import Pair
from addons.accounting.services.drafts import InvoiceDraft, Line, PaymentDraft, PaymentLine
from core import m


def create_invoice(
    session: Any,
    *,
    company_id: int,
    partner_id: int,
    date: date,
    currency: str,
    lines: Sequence[Line],
    **values: Any,
) -> Any:
    """A draft of an invoice, or of a credit note where `kind` says so."""
    draft = InvoiceDraft(company_id, partner_id, date, currency, lines, **values)
    (made,) = m.AccountingInvoice.create(session, [draft])
    return session.get(m.AccountingInvoice, made)


def post_invoices(session: Any, invoices: Sequence[Any]) -> None:
    """Post the drafts."""
    m.AccountingInvoice.post(session, invoices)


def reverse_invoice(session: Any, invoice: Any, on: date) -> Any:
    """The credit note that takes it back."""
    (note,) = m.AccountingInvoice.reverse(session, [invoice], on)
    return session.get(m.AccountingInvoice, note)


def create_payment(
    session: Any,
    *,
    company_id: int,
    partner_id: int,
    date: date,
    amount: Decimal,
    currency: str,
    pairs: Sequence[Pair] | None = None,
    **values: Any,
) -> Any:
    """A draft of a payment that settles what is due earliest, or these pairs and nothing else."""
    if pairs is not None:
        values["lines"] = [PaymentLine(pair.debit_id, pair.amount) for pair in pairs]
        values["remainder"] = "keep"
    draft = PaymentDraft(company_id, partner_id, date, amount, currency, **values)
    (made,) = m.AccountingPayment.create(session, [draft])
    return session.get(m.AccountingPayment, made)


def post_payment(session: Any, payment: Any) -> None:
    """Post the draft."""
    m.AccountingPayment.post(session, [payment])


def reverse_payment(session: Any, payment: Any, on: date) -> Any:
    """The opposite payment that takes it back."""
    (opposite,) = m.AccountingPayment.reverse(session, [payment], on)
    return session.get(m.AccountingPayment, opposite)


def settle(session: Any, pairs: Sequence[Pair], on: date) -> None:
    """Settle debits with credits."""
    m.AccountingAllocation.settle(session, pairs, on)
