"""What ties orders to goods and invoices."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting.models import documents
from addons.sales.services import costs, rules, tying
from addons.sales.services.selling import SELLING
from addons.stock.models import transfers
from addons.stock.models.orders import TradeSchedule
from addons.stock.services.choosing import Shelf, Taking
from addons.stock.services.orders.holding import refuse_moves
from core.db import Money, Quantity
from core.models import Model, relationship
from core.records.models import CompanyOwned
from core.security import acts


class Transfer(transfers.Transfer):
    """Goods go out by the customer's rules, and lines know at once what was delivered."""

    @classmethod
    def choose(
        cls, session: Any, moves: Sequence[Any], shelves: Sequence[Shelf]
    ) -> Mapping[int, list[Taking]]:
        """Keep to what customers want: the age of date codes, one lot, whole reels, makers."""
        usual = partial(super().choose, session)
        return rules.choose(session, moves, shelves, usual)

    @classmethod
    def do(cls, session: Any, transfers: Iterable[Any], on: dt.date | None = None) -> Mapping[int, int]:
        """Tie what goes out to the invoices that were written before it."""
        ids = acts.ids_of(session, transfers)
        refuse_moves(session, SELLING, ids)
        tying.refuse_excess(session, ids)
        rests: Mapping[int, int] = super().do(session, ids, on)
        tying.tie_deliveries(session, ids)
        return rests


class Move(transfers.Move):
    """A move for a line of an order; `invoiced` is how much of it stands on invoices or credit notes."""

    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order_line.id", ondelete="RESTRICT"))
    #: Kept by a trigger on what ties moves to invoices.
    invoiced: Mapped[Decimal] = mapped_column(Quantity, server_default="0")

    order_line = relationship("sales.order_line")

    @classmethod
    def cost_accounts(
        cls, session: Any, costs_of: Mapping[int, tuple[Decimal, Decimal]], unit: Decimal
    ) -> dict[int, dict[str, Decimal]]:
        """What is invoiced of them stands with the cost of goods sold."""
        return {
            **super().cost_accounts(session, costs_of, unit),
            **costs.accounts_of(session, costs_of, unit),
        }

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("invoiced BETWEEN 0 AND quantity", name="invoiced_once"),
            Index(None, "order_line_id", postgresql_where="order_line_id IS NOT NULL"),
        )


class Invoice(documents.Invoice):
    """Posting books what the goods on it cost."""

    @classmethod
    def create(cls, session: Any, invoices: Sequence[Any]) -> list[int]:
        """Let a credit note that takes an invoice back give its deliveries back too."""
        made = super().create(session, invoices)
        tying.tie_reversals(session, [i.id for i in invoices if i.reverses_id is not None])
        return made

    @classmethod
    def post(cls, session: Any, invoices: Iterable[Any]) -> None:
        """Book the cost of the goods with the document."""
        ids = acts.ids_of(session, invoices)
        super().post(session, ids)
        costs.book(session, ids)
        SELLING.forget(session)

    @classmethod
    def reverse(cls, session: Any, invoices: Iterable[Any], on: dt.date) -> list[int]:
        """Refuse to take back whole what is credited in part."""
        ids = acts.ids_of(session, invoices)
        tying.refuse_credited(session, ids)
        made: list[int] = super().reverse(session, ids, on)
        return made


class InvoiceLine(documents.InvoiceLine):
    """A line of an invoice for a line of an order."""

    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order_line.id", ondelete="RESTRICT"))
    #: What it adds to the order line's invoiced quantity, or takes from it; kept by a trigger.
    order_quantity: Mapped[Decimal] = mapped_column(Quantity, server_default="0")

    order_line = relationship("sales.order_line")

    @property
    def remarks(self) -> list[str]:
        """Those of the order line."""
        return [*super().remarks, *(self.order_line.remarks if self.order_line else ())]

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (Index(None, "order_line_id", postgresql_where="order_line_id IS NOT NULL"),)


class InvoicedMove(CompanyOwned, Model):
    """So much of a done move stands on this line; below zero where a reversal gives it back.

    No more of a move can be invoiced than was moved: its `invoiced` is the sum of these rows, within its
    quantity.
    """

    _name = "sales.invoiced_move"
    _title = "Invoiced delivery"
    _label = "id"
    _audited = False

    move_id: Mapped[int] = mapped_column(ForeignKey("stock_move.id", ondelete="RESTRICT"), index=True)
    invoice_line_id: Mapped[int] = mapped_column(
        ForeignKey("accounting_invoice_line.id", ondelete="CASCADE"), index=True
    )
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    #: What went to the cost of goods sold for it; nothing before the invoice is posted.
    cost: Mapped[Decimal | None] = mapped_column(Money, info={"currency": "company_currency"})
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), index=True
    )

    move = relationship("stock.move")
    invoice_line = relationship("accounting.invoice_line")
    entry = relationship("accounting.entry")

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("quantity <> 0", name="quantity_not_zero"),)


class Schedule(TradeSchedule, Model):
    """A call-off of a line: so much of it is to go out on a day."""

    _name = "sales.schedule"
    _title = "Call-off"
    _label = "date"
    _audited = False

    line_id: Mapped[int] = mapped_column(ForeignKey("sales_order_line.id", ondelete="CASCADE"))

    line = relationship("sales.order_line", back_populates="schedules")
