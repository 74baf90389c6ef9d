"""Documents that an earlier import brought: whether a file that names one again says the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Text, cast, func, select

from addons.accounting.services.papers import Paper
from core.i18n import _


def known_documents(session: Any, paper: Paper, company_id: int, keys: Sequence[str]) -> Mapping[str, Any]:
    """The documents with these numbers, each with its lines as texts."""
    document, line = paper.cls, paper.line_cls
    columns = (
        document.external_id,
        document.id,
        document.number,
        document.partner_id,
        document.date,
        document.due_date,
        document.kind,
        document.currency_code,
        document.exchange_rate,
    )
    query = (
        select(*columns, func.array_agg(_text_of(line)).label("lines"))
        .join(line, getattr(line, paper.key) == document.id)
        .where(document.company_id == company_id, document.external_id == func.any(list(keys)))
        .group_by(document.id)
    )
    return {row.external_id: row for row in session.execute(query)}


def what_changed(before: Any, draft: Any) -> list[str]:
    """In which parts the draft differs from what was imported, as people read it."""
    compared = {
        _("partner"): (before.partner_id, draft.partner_id),
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


def _text(line: Any) -> str:
    """The same text, made of a line that is not in the database."""
    keys = f"{line.product_id or ''}|{line.tax_id or ''}"
    return f"{line.quantity:.4f}|{line.unit_price:.6f}|{line.discount:.4f}|{line.description}|{keys}"
