"""Orders and deliveries to be: what programs hand to verbs, with the attributes of what they become."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass
class OrderLineDraft:
    """A line; without a price it takes what `price_lines` says."""

    product_id: int | None
    quantity: Decimal
    unit_price: Decimal | None = None
    description: str = ""
    #: The part as the supplier calls it; left out, the part number that is known of it.
    partner_number: str = ""
    price_origin: str = ""
    #: In percent.
    discount: Decimal = Decimal(0)
    tax_id: int | None = None
    promised: dt.date | None = None
    note: str = ""
    #: How much more than ordered may come; left out, what the supplier may bring.
    tolerance: Decimal | None = None
    net: Decimal = Decimal(0)
    id: int = 0


@dataclass
class OrderDraft:
    """A request; what is left out is the supplier's. `create` sets `id`, `number` and the amounts."""

    company_id: int
    partner_id: int
    lines: Sequence[OrderLineDraft]
    date: dt.date | None = None
    currency_code: str = ""
    valid_until: dt.date | None = None
    #: The supplier's offer or order number.
    reference: str = ""
    delivery_address: str = ""
    buyer_id: int | None = None
    promised: dt.date | None = None
    note: str = ""
    inquiry_id: int | None = None
    external_id: str | None = None
    id: int = 0
    number: str | None = None
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    total: Decimal = Decimal(0)


@dataclass
class Arrival:
    """So much of an order line has come, as one lot where the goods have a number."""

    line_id: int
    quantity: Decimal
    lot: str = ""
    date_code: str = ""
    maker_lot: str = ""


@dataclass
class DeliveryDraft:
    """What a supplier has brought at once, for however many orders; the number is that of its paper."""

    lines: Sequence[Arrival]
    reference: str = ""
