"""A statement as data: a table and a JSON text inside its PDF, and a workbook beside it."""

import io
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import object_session

from addons.billing_statements.services.printed import open_documents, rows
from core import m
from core.db import round_money, round_to, smallest_unit
from core.documents import DataFile, Identity
from core.i18n import _, in_locale
from core.tabular.writers import csv_bytes, write_xlsx

#: What the workbook says that it is.
WORKBOOK = "billing.statement.workbook"
_COLUMNS = ("date", "document", "number", "reference", "due_date", "branch", "amount", "currency")
_OPEN = ("number", "due_date", "amount", "residual")
_BUCKETS = ("not_due", "due_30", "due_60", "due_90", "due_over", "unapplied")
_BALANCES = ("opening", "transferred", "debits", "credits", "closing")


def data_files(statement: Any) -> list[DataFile]:
    """What is embedded in the PDF, for customers whose programs read it."""
    name, lines = statement.number.replace("/", "-"), list(_lines(statement))
    return [
        DataFile(f"{name}.csv", csv_bytes(_COLUMNS, lines), "Lines of the statement"),
        DataFile(f"{name}.json", _json(statement, lines), "The statement with its lines"),
    ]


def _lines(statement: Any) -> Iterator[tuple[Any, ...]]:
    currency = statement.currency_code
    unit = smallest_unit(currency)
    for line in statement.lines:
        amount = round_to(line.amount, unit)
        branch = line.branch.code if line.branch_id else ""
        yield line.date, line.document, line.number, line.reference, line.due_date, branch, amount, currency


def _json(statement: Any, lines: Sequence[tuple[Any, ...]]) -> bytes:
    """Amounts and days are texts: a reader's floats must not round them."""
    currency = statement.currency_code
    amounts = {name: round_money(getattr(statement, name), currency) for name in (*_BALANCES, *_BUCKETS)}
    said = {
        "statement": statement.number,
        "version": statement.version,
        "company": statement.company.name,
        "customer": statement.partner.code,
        "currency": currency,
        "period": {"start": statement.period_start, "end": statement.period_end},
        **{name: amounts[name] for name in _BALANCES},
        "ageing": {name: amounts[name] for name in _BUCKETS},
        "lines": [dict(zip(_COLUMNS[:-1], line, strict=False)) for line in lines],
        "open": [
            {name: getattr(document, name) for name in _OPEN} for _kind, document in open_documents(statement)
        ],
    }
    return json.dumps(said, default=str, ensure_ascii=False).encode()


def workbook_identity(identity: Identity) -> Identity:
    """What the workbook says of itself, by what its statement does."""
    return Identity(WORKBOOK, identity.number, identity.partner, identity.issued_at, identity.version)


def workbook_of(statement: Any, identity: Identity) -> bytes:
    """The documents with the balance after each, and below each the lines that it consists of."""
    says, file = workbook_identity(identity), io.BytesIO()
    with in_locale(statement.partner.language):
        write_xlsx(_header(), _rows(statement), file, says.metadata(), says.issued_at)
    return file.getvalue()


def _header() -> list[str]:
    documents = (_("Date"), _("Document"), _("Number"), _("Reference"), _("Due"))
    sums = (_("Charged"), _("Credited"), _("Balance"), _("Currency"), _("Branch"))
    parts = (_("Delivery note"), _("Your order"), _("Your part"), _("Part"), _("Maker"))
    return [*documents, *sums, *parts, _("Quantity"), _("Price"), _("Discount"), _("Tax rate"), _("Net")]


def _rows(statement: Any) -> Iterator[tuple[Any, ...]]:
    currency = statement.currency_code
    below: dict[str, list[Any]] = {}
    for detail in m.BillingStatement.details(object_session(statement), statement):
        below.setdefault(detail.number, []).append(detail)
    # Whose it is, and which: the guard looks for both before it is sent.
    own = (statement.number, statement.partner.code)
    opening = _amount(statement.opening, currency)
    yield statement.period_start, _("Opening balance"), *own, "", "", "", opening, currency
    if statement.transferred:
        brought = _amount(statement.opening + statement.transferred, currency)
        yield statement.period_start, _("Of branches"), "", "", "", "", "", brought, currency
    for row in rows(statement):
        line = row.line
        sums = (_amount(sum_, currency) for sum_ in (row.debit, row.credit, row.balance))
        named = (line.date, str(row.kind), line.number, line.reference, line.due_date)
        yield *named, *sums, currency, line.branch.name if line.branch else ""
        for detail in below.get(line.number, ()):
            yield _detail(detail, currency)
    yield statement.period_end, _("Closing balance"), *own, "", *_sums(statement, currency), currency
    for _kind, one in open_documents(statement):
        residual = _amount(one.residual, currency)
        yield one.date, _("Open"), one.number, one.reference, one.due_date, "", "", residual, currency


def _sums(statement: Any, currency: str) -> Iterator[Decimal | None]:
    return (_amount(getattr(statement, name), currency) for name in ("debits", "credits", "closing"))


def _detail(detail: Any, currency: str) -> tuple[Any, ...]:
    part = detail.part or detail.description
    named = (detail.delivery, detail.order, detail.partner_number, part, detail.maker)
    counted = (detail.quantity, detail.unit_price, detail.discount, detail.tax, _amount(detail.net, currency))
    return detail.date, _("Line"), detail.number, *("",) * 5, currency, "", *named, *counted


def _amount(amount: Decimal | None, currency: str) -> Decimal | None:
    return None if amount is None else round_money(amount, currency)
