"""What ties orders to goods."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from addons.purchasing.services import billing, clearing, inspecting, pricing, tying
from addons.purchasing.services.buying import BUYING
from addons.stock.models import transfers
from addons.stock.services.orders.holding import refuse_moves
from core.db import ExchangeRate, Quantity, UnitPrice
from core.i18n import _l
from core.models import relationship
from core.security import acts

#: Nobody looks at it, or it is still to come; it has come, and waits; somebody has said what passed.
INSPECTIONS = ("", "waiting", "passed")


class Transfer(transfers.Transfer):
    """Goods come in at the ordered price, and lines know at once what was received."""

    #: Whether somebody looks at the goods before they are in stock: see INSPECTIONS.
    inspection: Mapped[str] = mapped_column(Text, server_default="")

    @classmethod
    def do(cls, session: Any, transfers: Iterable[Any], on: dt.date | None = None) -> Mapping[int, int]:
        """Price what comes in for orders, at the rate of the day, and refuse what was not ordered."""
        ids = acts.ids_of(session, transfers)
        refuse_moves(session, BUYING, ids)
        priced = pricing.price(session, ids, on)
        rests: Mapping[int, int] = super().do(session, ids, on)
        if priced or pricing.goes_back(session, ids):
            tied = tying.tie_moves(session, ids)
            clearing.settle_differences(session, [], tied)
            BUYING.forget(session)
        return rests

    @classmethod
    def inspect(
        cls, session: Any, passed: Mapping[int, Decimal], on: dt.date | None = None
    ) -> Mapping[int, int]:
        """Receive what has passed of moves that wait for their inspection; the rest is still to come."""
        return inspecting.inspect(session, passed, on)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"inspection IN {INSPECTIONS}", name="inspection_known"),
            Index(
                "ix_stock_transfer_inspection",
                "company_id",
                postgresql_where=text("inspection = 'waiting'"),
            ),
        )


class Move(transfers.Move):
    """A move for a line of an order; what was agreed for it is kept with it when it is done.

    `unit_cost` is `document_price` × `document_rate`; a later change of the price uses the same rate, so that
    no exchange difference hides in it.
    """

    purchase_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("purchasing_order_line.id", ondelete="RESTRICT")
    )
    #: The net price of one unit in the order's currency.
    document_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    document_currency_code: Mapped[str | None] = mapped_column(
        String(3), ForeignKey("currency.code", ondelete="RESTRICT")
    )
    #: What one unit of that currency was worth in the books' on the day of the receipt.
    document_rate: Mapped[Decimal | None] = mapped_column(ExchangeRate)
    #: How much of it stands on bills, or of a return on credit notes.
    billed: Mapped[Decimal] = mapped_column(Quantity, server_default="0")

    purchase_line = relationship("purchasing.order_line")

    @classmethod
    def locked_because(cls, session: Any, moves: Iterable[Any]) -> Mapping[int, str]:
        """Why received moves may not be repriced any more, by their ids; those that are free are left out.

        Purchasing knows no reason; an addon that agrees prices with suppliers overrides this.
        """
        return {}

    @classmethod
    def receipt_prices(cls, session: Any, arriving: Sequence[Any], on: dt.date) -> Mapping[int, Decimal]:
        """The price of one unit of what comes in, in the currency of its order, by the move's id.

        `arriving` are rows of moves with the order line that each is for; an addon that takes another price
        than the ordered one overrides this.
        """
        return pricing.receipt_prices(arriving)

    @classmethod
    def agreed_prices(cls, session: Any, moves: Iterable[int]) -> Mapping[int, Decimal]:
        """What one unit of received moves is agreed to cost by now, in the currency of its order.

        That is the price of the receipt; an addon that lets prices follow later overrides this.
        """
        return billing.agreed_prices(session, moves)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(
                "billed BETWEEN 0 AND quantity",
                name="billed_once",
                info={"refusal": _l("What has come would be billed twice, or credited twice.")},
            ),
            CheckConstraint(
                "num_nonnulls(document_price, document_currency_code, document_rate) IN (0, 3)",
                name="document_price_is_complete",
            ),
            Index(None, "purchase_line_id", postgresql_where="purchase_line_id IS NOT NULL"),
        )
