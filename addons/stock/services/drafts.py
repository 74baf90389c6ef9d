"""Transfers to be: what programs hand to `create`, with the attributes of the records that they become."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass
class LotDraft:
    """The lot of arriving goods: found by its number, else made."""

    number: str
    date_code: str = ""
    maker_lot: str = ""
    #: Left out, what arrives.
    full_quantity: Decimal | None = None


@dataclass
class MoveDraft:
    """A line of a transfer; a return takes its part, lot and places from the move that it brings back."""

    product_id: int | None
    quantity: Decimal
    lot_id: int | None = None
    lot: LotDraft | None = None
    #: Left out, those of the transfer.
    from_id: int | None = None
    to_id: int | None = None
    unit_cost: Decimal | None = None
    returns_id: int | None = None
    #: Set when it has been created.
    id: int = 0
    date: dt.date | None = None


@dataclass
class TransferDraft:
    """A transfer; `id` and `number` are set when it has been created."""

    company_id: int
    kind: str
    moves: Sequence[MoveDraft]
    partner_id: int | None = None
    #: Left out, today.
    planned: dt.date | None = None
    reference: str = ""
    #: Left out, the usual place of the kind: a receipt comes from suppliers to the first location.
    from_id: int | None = None
    to_id: int | None = None
    id: int = 0
    number: str | None = None
