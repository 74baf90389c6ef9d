"""Orders to be: what programs hand to `create`, with the attributes of the records that they become."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class ScheduleDraft:
    """A call-off of a line."""

    date: dt.date
    quantity: Decimal


@dataclass
class OrderLineDraft:
    """A line; without a price it takes what `price_lines` says."""

    product_id: int | None
    quantity: Decimal
    unit_price: Decimal | None = None
    description: str = ""
    #: The part as the partner calls it.
    partner_number: str = ""
    price_origin: str = ""
    #: In percent: 5 for 5 %.
    discount: Decimal = Decimal(0)
    tax_id: int | None = None
    promised: dt.date | None = None
    note: str = ""
    #: How much more than ordered may move; left out, what was agreed with the partner.
    tolerance: Decimal | None = None
    schedules: Sequence[ScheduleDraft] = field(default_factory=tuple)
    net: Decimal = Decimal(0)
    tax_within: Decimal = Decimal(0)
    id: int = 0


@dataclass
class OrderDraft:
    """An order; what is left out is the partner's. `create` sets `id`, `number` and the amounts."""

    company_id: int
    partner_id: int
    lines: Sequence[OrderLineDraft]
    date: dt.date | None = None
    currency_code: str = ""
    valid_until: dt.date | None = None
    #: The partner's own number of it.
    reference: str = ""
    delivery_address: str = ""
    promised: dt.date | None = None
    note: str = ""
    id: int = 0
    number: str | None = None
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
