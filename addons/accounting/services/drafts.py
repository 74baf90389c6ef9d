"""Documents to be: what programs hand to `create`, with the attributes of the records that they become.

A form hands over an unsaved record instead. An addon that sets a column of its own in `create` writes
the same line for both: `invoice.route_id = …`. A column of which a draft has no attribute takes its
default.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Table

from addons.accounting.amounts import TaxAmount


@dataclass
class Line:
    """A line of an invoice; `net` is set when the draft is computed."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    product_id: int | None = None
    tax_id: int | None = None
    #: In percent.
    discount: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    tax_within: Decimal = Decimal(0)
    #: On a credit note: the line of which it credits so much.
    credits_line_id: int | None = None


@dataclass
class InvoiceDraft:
    """An invoice or credit note; `id` and the amounts are set when it has been created."""

    company_id: int
    partner_id: int
    date: dt.date
    currency_code: str
    lines: Sequence[Line]
    kind: str = "invoice"
    due_date: dt.date | None = None
    #: In percent, for paying up to a day; left out with the due date, as the terms say.
    early_discount: Decimal | None = None
    discount_until: dt.date | None = None
    #: Left out, that of the day; 1 in the company's own currency.
    exchange_rate: Decimal | None = None
    reference: str = ""
    external_id: str | None = None
    reverses_id: int | None = None
    #: The invoice of which a credit note credits some lines.
    credits_id: int | None = None
    id: int = 0
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    taxes: Sequence[TaxAmount] = field(default_factory=tuple)


@dataclass
class BillLineDraft:
    """A line of a supplier's bill; `net` is set when the draft is computed."""

    product_id: int | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    tax_id: int | None = None
    #: In percent.
    discount: Decimal = Decimal(0)
    #: Left out, the account of the books for purchases.
    account_id: int | None = None
    net: Decimal = Decimal(0)
    tax_within: Decimal = Decimal(0)


@dataclass
class BillDraft:
    """A supplier's bill or credit note; `id` and the amounts are set when it has been created."""

    company_id: int
    partner_id: int
    date: dt.date
    currency_code: str
    #: The supplier's own number; it may come later, but not after posting.
    reference: str = ""
    lines: Sequence[BillLineDraft] = field(default_factory=tuple)
    kind: str = "bill"
    #: What the supplier's file says that it comes to.
    filed_total: Decimal | None = None
    #: Left out, by the terms agreed with the supplier.
    due_date: dt.date | None = None
    #: In percent, for paying up to a day; left out with the due date, as the terms say.
    early_discount: Decimal | None = None
    discount_until: dt.date | None = None
    #: Left out, that of the day; 1 in the company's own currency.
    exchange_rate: Decimal | None = None
    external_id: str | None = None
    reverses_id: int | None = None
    id: int = 0
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    taxes: Sequence[TaxAmount] = field(default_factory=tuple)


@dataclass
class PaymentLine:
    """So much of a payment is for this open item."""

    open_item_id: int
    amount: Decimal
    #: What it need not pay, since the payment comes in time.
    discount: Decimal = Decimal(0)


@dataclass
class PaymentDraft:
    """Money received from or paid to a partner; `id` is set when it has been created."""

    company_id: int
    partner_id: int
    date: dt.date
    amount: Decimal
    currency_code: str
    direction: str = "in"
    #: On which of the partner's accounts: of a customer, or (`payable`) of a supplier.
    side: str = "receivable"
    exchange_rate: Decimal | None = None
    reference: str = ""
    external_id: str | None = None
    reverses_id: int | None = None
    #: What it settles by agreement.
    lines: Sequence[PaymentLine] = field(default_factory=tuple)
    #: What its lines leave of it settles what is due earliest (`oldest`), or stays on the account (`keep`).
    remainder: str = "oldest"
    #: The sum of its lines' discounts.
    discount: Decimal = Decimal(0)
    id: int = 0


@dataclass
class NettingDraft:
    """So much of what a partner owes and is owed cancels out; `id` is set when it has been created."""

    company_id: int
    partner_id: int
    date: dt.date
    currency_code: str
    #: Left out, the smaller of the two sums that are open.
    amount: Decimal | None = None
    exchange_rate: Decimal | None = None
    reverses_id: int | None = None
    id: int = 0


@dataclass
class WriteOffDraft:
    """So much of an open item is given up; `id` and what its item says are set when it is created."""

    company_id: int
    open_item_id: int
    date: dt.date
    reason: str
    kind: str = "small_difference"
    #: In the currency of the item, above zero; left out, all that is open.
    amount: Decimal | None = None
    #: Left out, the account of its kind.
    account_id: int | None = None
    reverses_id: int | None = None
    partner_id: int = 0
    side: str = "receivable"
    currency_code: str = ""
    exchange_rate: Decimal | None = None
    id: int = 0


def rows_of(table: Table, drafts: Iterable[Any], **fixed: Any) -> Iterator[dict[str, Any]]:
    """The drafts as rows of the table: its columns that are an attribute of one of them, None of others."""
    rows = list(drafts)
    kinds = {type(draft): draft for draft in rows}.values()
    columns = [column.name for column in table.columns if column.name not in fixed]
    names = [name for name in columns if any(hasattr(draft, name) for draft in kinds)]
    for draft in rows:
        yield {**{name: getattr(draft, name, None) for name in names}, **fixed}
