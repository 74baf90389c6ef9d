"""Documents that an earlier import brought: whether a file that names one again says the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Text, cast, func, select

from addons.accounting.services.drafts import InvoiceDraft, Line
from core import m
from core.i18n import _


def known_documents(session: Any, company_id: int, keys: Sequence[str]) -> Mapping[str, Any]:
    """The documents with these numbers, each with its lines as texts."""
    invoice, line = m.AccountingInvoice, m.AccountingInvoiceLine
    columns = (
        invoice.external_id,
        invoice.id,
        invoice.number,
        invoice.partner_id,
        invoice.date,
        invoice.due_date,
        invoice.kind,
        invoice.currency_code,
        invoice.exchange_rate,
    )
    query = (
        select(*columns, func.array_agg(_text_of(line)).label("lines"))
        .join(line, line.invoice_id == invoice.id)
        .where(invoice.company_id == company_id, invoice.external_id == func.any(list(keys)))
        .group_by(invoice.id)
    )
    return {row.external_id: row for row in session.execute(query)}


def what_changed(before: Any, draft: InvoiceDraft) -> list[str]:
    """In which parts the draft differs from what was imported, as people read it."""
    compared = {
        _("customer"): (before.partner_id, draft.partner_id),
        _("kind"): (before.kind, draft.kind),
        _("date"): (before.date, draft.date),
        _("due date"): (before.due_date, draft.due_date),
        _("currency"): (before.currency_code, draft.currency_code),
        _("exchange rate"): (before.exchange_rate, draft.exchange_rate),
        _("set of lines"): (sorted(before.lines), sorted(_text(line) for line in draft.lines)),
    }
    return [name for name, (then, now) in compared.items() if then != now]


def _text_of(line: Any) -> Any:
    """A line as text, made by the database."""
    numbers = (*(cast(n, Text) for n in (line.quantity, line.unit_price, line.discount)), line.description)
    keys = (func.coalesce(cast(key, Text), "") for key in (line.product_id, line.tax_id))
    return func.concat_ws("|", *numbers, *keys)


def _text(line: Line) -> str:
    """The same text, made of a line that is not in the database."""
    keys = f"{line.product_id or ''}|{line.tax_id or ''}"
    return f"{line.quantity:.4f}|{line.unit_price:.6f}|{line.discount:.4f}|{line.description}|{keys}"
