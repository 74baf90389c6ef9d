"""Customer invoices, credit notes and payments."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting.models.open_items import SIDES
from addons.accounting.models.papers import COMPLETE, PaperRules, PricedLine
from addons.accounting.services import crediting, papers, posting, reversal
from addons.accounting.services import payments as payment_services
from addons.accounting.services.invoices import INVOICES
from core.db import (
    ExchangeRate,
    Line,
    Money,
    Percent,
    Quantity,
    Timestamp,
    UnitPrice,
    begins_index,
    search_index,
)
from core.models import Model, relationship
from core.records.models import CompanyOwned

#: What a payment's lines leave of it settles what is due earliest, or stays on the account.
REMAINDERS = ("oldest", "keep")


class Invoice(PaperRules, CompanyOwned, Model):
    """A customer invoice, or a credit note, which lowers what the customer owes.

    Amounts of a credit note are positive; its kind gives the direction.
    """

    _name = "accounting.invoice"
    _title = "Invoice"
    _label = "number"
    _kinds = ("invoice", "credit_note")

    kind: Mapped[str] = mapped_column(Text, server_default="invoice")
    #: Ours, gap-free; given when the document is posted.
    number: Mapped[str | None] = mapped_column(Text)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    date: Mapped[dt.date]
    due_date: Mapped[dt.date]
    #: In percent of the total, for paying up to a day; what was agreed with the partner.
    early_discount: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    discount_until: Mapped[dt.date | None]
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    #: Units of the company's currency for one unit of the document's; left empty, that of the day.
    exchange_rate: Mapped[Decimal | None] = mapped_column(ExchangeRate)
    #: The customer's order number, or the number in the system that it was imported from.
    reference: Mapped[str] = mapped_column(Line, server_default="")
    #: What an import knows it by, so that importing again finds it: unique a company.
    external_id: Mapped[str | None] = mapped_column(Line)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    net: Mapped[Decimal] = mapped_column(Money, server_default="0")
    tax: Mapped[Decimal] = mapped_column(Money, server_default="0")
    total: Mapped[Decimal] = mapped_column(Money, server_default="0")
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), unique=True
    )
    #: The invoice that this credit note takes back.
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_invoice.id", ondelete="RESTRICT"), unique=True
    )
    #: The invoice of which this credit note credits some lines.
    credits_id: Mapped[int | None] = mapped_column(ForeignKey("accounting_invoice.id", ondelete="RESTRICT"))
    posted_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    partner = relationship("partner")
    entry = relationship("accounting.entry")
    reverses = relationship(
        "accounting.invoice",
        remote_side="AccountingInvoice.id",
        foreign_keys="AccountingInvoice.reverses_id",
        back_populates="reversed_by",
    )
    reversed_by = relationship(
        "accounting.invoice",
        foreign_keys="AccountingInvoice.reverses_id",
        back_populates="reverses",
        uselist=False,
    )
    credits = relationship(
        "accounting.invoice",
        remote_side="AccountingInvoice.id",
        foreign_keys="AccountingInvoice.credits_id",
        back_populates="credited_by",
    )
    credited_by = relationship(
        "accounting.invoice",
        foreign_keys="AccountingInvoice.credits_id",
        order_by="AccountingInvoice.id",
        back_populates="credits",
    )
    lines = relationship(
        "accounting.invoice_line",
        back_populates="invoice",
        order_by="AccountingInvoiceLine.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    taxes = relationship(
        "accounting.invoice_tax", back_populates="invoice", passive_deletes=True, cascade="all"
    )

    @classmethod
    def create(cls, session: Any, invoices: Sequence[Any]) -> list[int]:
        """Write drafts, `InvoiceDraft`s or unsaved records, with their amounts; returns their ids."""
        return papers.create(session, INVOICES, invoices)

    @classmethod
    def compute(cls, session: Any, invoices: Sequence[Any]) -> None:
        """Set due date, rate and amounts of drafts from what was agreed; nothing is written."""
        papers.compute(session, INVOICES, invoices)

    @classmethod
    def post(cls, session: Any, invoices: Iterable[Any]) -> None:
        """Number the drafts, records or ids, and write them to the ledger: all of them or none."""
        posting.post(session, INVOICES, invoices)

    @classmethod
    def reverse(cls, session: Any, invoices: Iterable[Any], on: dt.date) -> list[int]:
        """Take posted invoices back by credit notes of that day; returns the ids of the notes."""
        return reversal.reverse(session, INVOICES, invoices, on)

    @classmethod
    def credit_lines(cls, session: Any, invoice: Any, quantities: Mapping[int, Decimal], on: dt.date) -> int:
        """Credit so much of these lines of a posted invoice; returns the id of the posted credit note."""
        return crediting.credit_lines(session, invoice, quantities, on)

    @classmethod
    def statements_of(cls, session: Any, invoices: Iterable[int]) -> Mapping[int, str]:
        """The number of the statement to its customer that each stands on, by id; asked, not an act.

        An addon that states customers overrides it; what is on none is left out.
        """
        return {}

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("credits_id IS NULL OR kind = 'credit_note'", name="credit_note_credits"),
            Index(
                "ix_accounting_invoice_credits_id",
                "credits_id",
                postgresql_where=text("credits_id IS NOT NULL"),
            ),
        )


class InvoiceLine(PricedLine, Model):
    """A line of an invoice; `net` is quantity × unit price less discount, rounded once to the currency."""

    _name = "accounting.invoice_line"
    _title = "Invoice line"
    _label = "description"
    _audited = False
    _document, _parent = "accounting.invoice", "invoice"

    invoice_id: Mapped[int] = mapped_column(ForeignKey("accounting_invoice.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"), index=True)
    description: Mapped[str] = mapped_column(Line, server_default="")
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal] = mapped_column(UnitPrice)
    #: In percent of quantity × unit price.
    discount: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    tax_id: Mapped[int | None] = mapped_column(ForeignKey("accounting_tax.id", ondelete="RESTRICT"))
    net: Mapped[Decimal] = mapped_column(Money, server_default="0")
    #: The tax that its price has in it.
    tax_within: Mapped[Decimal] = mapped_column(Money, server_default="0")

    #: On a credit note: the line of which it credits so much.
    credits_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_invoice_line.id", ondelete="RESTRICT")
    )

    invoice = relationship("accounting.invoice", back_populates="lines")
    product = relationship("product")
    tax = relationship("accounting.tax")

    @property
    def remarks(self) -> list[str]:
        """What the paper says of the line below its part; addons add to it."""
        return []

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            Index(
                "ix_accounting_invoice_line_credits",
                "credits_line_id",
                postgresql_where=text("credits_line_id IS NOT NULL"),
            ),
        )


class InvoiceTax(Model):
    """One tax of an invoice, computed on the sum of its lines."""

    _name = "accounting.invoice_tax"
    _title = "Invoice tax"
    _label = "tax_id"
    _audited = False

    invoice_id: Mapped[int] = mapped_column(ForeignKey("accounting_invoice.id", ondelete="CASCADE"))
    tax_id: Mapped[int] = mapped_column(ForeignKey("accounting_tax.id", ondelete="RESTRICT"))
    base: Mapped[Decimal] = mapped_column(Money)
    amount: Mapped[Decimal] = mapped_column(Money)

    invoice = relationship("accounting.invoice", back_populates="taxes")
    tax = relationship("accounting.tax")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("invoice_id", "tax_id"),)


class Payment(CompanyOwned, Model):
    """Money received from a customer or paid to a supplier, or paid back by or to one."""

    _name = "accounting.payment"
    _title = "Payment"
    _label = "number"

    direction: Mapped[str] = mapped_column(Text, server_default="in")
    #: On which of the partner's accounts: as a customer's, or (`payable`) as a supplier's.
    side: Mapped[str] = mapped_column(Text, server_default="receivable")
    number: Mapped[str | None] = mapped_column(Text)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    date: Mapped[dt.date]
    amount: Mapped[Decimal] = mapped_column(Money)
    #: What its lines need not pay, since it comes in time.
    discount: Mapped[Decimal] = mapped_column(Money, server_default="0")
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    exchange_rate: Mapped[Decimal | None] = mapped_column(ExchangeRate)
    reference: Mapped[str] = mapped_column(Line, server_default="")
    external_id: Mapped[str | None] = mapped_column(Line)
    #: What becomes of what its lines leave over: see REMAINDERS.
    remainder: Mapped[str] = mapped_column(Text, server_default="oldest")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), unique=True
    )
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_payment.id", ondelete="RESTRICT"), unique=True
    )
    posted_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    partner = relationship("partner")
    entry = relationship("accounting.entry")
    reverses = relationship(
        "accounting.payment", remote_side="AccountingPayment.id", back_populates="reversed_by"
    )
    reversed_by = relationship("accounting.payment", back_populates="reverses", uselist=False)
    lines = relationship(
        "accounting.payment_line",
        back_populates="payment",
        order_by="AccountingPaymentLine.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            UniqueConstraint("company_id", "external_id"),
            CheckConstraint("direction IN ('in', 'out')", name="direction_known"),
            CheckConstraint(f"side IN {SIDES}", name="side_known"),
            CheckConstraint(f"remainder IN {REMAINDERS}", name="remainder_known"),
            CheckConstraint("state IN ('draft', 'posted')", name="state_known"),
            CheckConstraint("amount > 0", name="amount_positive"),
            CheckConstraint("discount >= 0", name="discount_not_negative"),
            CheckConstraint("exchange_rate > 0", name="rate_positive"),
            CheckConstraint(
                f"state = 'draft' OR ({COMPLETE})",
                name="posted_is_complete",
            ),
            Index(None, "company_id", "date", "id"),
            search_index("accounting_payment", "number", "reference"),
            *(begins_index("accounting_payment", column) for column in ("number", "reference")),
            Index(None, "partner_id", "date"),
        )

    @classmethod
    def create(cls, session: Any, payments: Sequence[Any]) -> list[int]:
        """Write drafts, which are `PaymentDraft`s or unsaved records; returns their ids."""
        return payment_services.create(session, payments)

    @classmethod
    def complete(cls, session: Any, payments: Sequence[Any]) -> None:
        """Set the rate of drafts that name none; nothing is written."""
        payment_services.complete(session, payments)

    @classmethod
    def post(cls, session: Any, payments: Iterable[Any]) -> None:
        """Write the drafts, records or ids, to the ledger and settle with them: all of them or none."""
        payment_services.post(session, payments)

    @classmethod
    def reverse(cls, session: Any, payments: Iterable[Any], on: dt.date) -> list[int]:
        """Take posted payments back: what they settled is open again; returns the ids of their opposites."""
        return payment_services.reverse(session, payments, on)


class PaymentLine(Model):
    """So much of a payment is for this document."""

    _name = "accounting.payment_line"
    _title = "Payment line"
    _label = "open_item_id"
    _audited = False

    payment_id: Mapped[int] = mapped_column(ForeignKey("accounting_payment.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    open_item_id: Mapped[int] = mapped_column(
        ForeignKey("accounting_open_item.id", ondelete="RESTRICT"), index=True
    )
    #: In the payment's currency.
    amount: Mapped[Decimal] = mapped_column(Money)
    #: What is settled beyond it, since the payment comes in time.
    discount: Mapped[Decimal] = mapped_column(Money, server_default="0")

    payment = relationship("accounting.payment", back_populates="lines")
    open_item = relationship("accounting.open_item")

    @property
    def currency_code(self) -> str:
        """The currency of its payment."""
        return str(self.payment.currency_code) if self.payment else ""

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("payment_id", "position"),
            CheckConstraint("amount > 0", name="amount_positive"),
            CheckConstraint("discount >= 0", name="discount_not_negative"),
        )
