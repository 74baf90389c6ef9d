"""What ties bills to what was ordered and received."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting.models import bills
from addons.accounting.services.bills import Debit
from addons.purchasing.services import bounds, clearing, forwarding, naming, recognizing, tying
from addons.purchasing.services.buying import BUYING
from core.db import Money, Quantity
from core.models import Model, relationship
from core.records.models import CompanyOwned
from core.security import acts

#: Amounts are in the currency of the books.
OF_COMPANY = {"currency": "company_currency"}


class Bill(bills.Bill):
    """Posting settles goods received, not billed, by what was received."""

    @classmethod
    def create(cls, session: Any, bills: Sequence[Any]) -> list[int]:
        """Let a credit note that takes a bill back give its receipts back too."""
        with session.no_autoflush:
            bounds.refuse_excess(session, bills)
        made = super().create(session, bills)
        tying.tie_reversals(session, [bill.id for bill in bills if bill.reverses_id is not None])
        return made

    @classmethod
    def compute(cls, session: Any, bills: Sequence[Any]) -> None:
        """Know by their words which landed costs typed lines are for."""
        super().compute(session, bills)
        naming.name_costs(session, bills)

    @classmethod
    def post(cls, session: Any, bills: Iterable[Any]) -> None:
        """Tie lines to the receipts and landed costs that they are for, before the document is booked."""
        ids = acts.ids_of(session, bills)
        forwarding.clear(session, ids)
        if tying.tie(session, ids):
            super().post(session, ids)
            clearing.settle_differences(session, ids)
            BUYING.forget(session)
        else:
            super().post(session, ids)

    @classmethod
    def lines_of_file(cls, session: Any, partner: Any, invoice: Any, taxes: Mapping[Decimal, int]) -> Any:
        """Tie the lines of a file to what was ordered and to landed costs, where that is known."""
        if not invoice.lines:
            return super().lines_of_file(session, partner, invoice, taxes)
        return recognizing.lines_of_file(session, partner, invoice, taxes)

    @classmethod
    def debits_of(cls, session: Any, bills: Sequence[Any]) -> Mapping[int, Sequence[Debit]]:
        """What was received or accrued goes off its account; the rest is a difference of prices."""
        return {
            **super().debits_of(session, bills),
            **clearing.debits_of(session, bills),
            **forwarding.debits_of(session, bills),
        }

    @classmethod
    def reverse(cls, session: Any, bills: Iterable[Any], on: dt.date) -> list[int]:
        """Landed costs of bills that are taken back are to be billed again."""
        ids = acts.ids_of(session, bills)
        bounds.refuse_credited(session, ids)
        made: list[int] = super().reverse(session, ids, on)
        forwarding.reopen(session, ids)
        return made


class BillLine(bills.BillLine):
    """A line of a bill for a line of a purchase order, or of a landed cost."""

    purchase_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("purchasing_order_line.id", ondelete="RESTRICT")
    )
    #: What it adds to the order line's billed quantity, or takes from it; kept by a trigger.
    order_quantity: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    #: How much of it was billed before it came, and what was booked for that; nothing before it is posted.
    early_quantity: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    early_value: Mapped[Decimal] = mapped_column(Money, server_default="0", info=OF_COMPANY)

    #: What it clears of accrued landed cost.
    landed_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("purchasing_landed_line.id", ondelete="RESTRICT")
    )

    purchase_line = relationship("purchasing.order_line")
    landed_line = relationship("purchasing.landed_line")

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.bill.company.currency_code) if self.bill else ""

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("early_quantity BETWEEN 0 AND quantity", name="early_is_part"),
            Index(None, "purchase_line_id", postgresql_where="purchase_line_id IS NOT NULL"),
            Index(None, "landed_line_id", postgresql_where="landed_line_id IS NOT NULL"),
        )


class BilledMove(CompanyOwned, Model):
    """So much of a done move stands on this line; below zero where a credit note or a reversal gives it back.

    No more of a move can be billed than was moved: its `billed` is the sum of these rows, within its
    quantity.
    """

    _name = "purchasing.billed_move"
    _title = "Billed receipt"
    _label = "id"
    _audited = False

    move_id: Mapped[int] = mapped_column(ForeignKey("stock_move.id", ondelete="RESTRICT"), index=True)
    bill_line_id: Mapped[int] = mapped_column(
        ForeignKey("accounting_bill_line.id", ondelete="CASCADE"), index=True
    )
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    #: What it takes off goods received, not billed: below zero for what a return or a credit note gives back.
    value: Mapped[Decimal] = mapped_column(Money, info=OF_COMPANY)
    #: What the receipt was worth beyond what a bill before it had booked.
    difference: Mapped[Decimal] = mapped_column(Money, server_default="0", info=OF_COMPANY)
    #: The entry of the difference.
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), index=True
    )

    move = relationship("stock.move")
    bill_line = relationship("accounting.bill_line")
    entry = relationship("accounting.entry")

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("quantity <> 0", name="quantity_not_zero"),)
