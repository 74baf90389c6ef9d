"""Bills and credit notes of suppliers."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, object_session

from addons.accounting.models.papers import PaperRules, PricedLine
from addons.accounting.services import bills as services
from addons.accounting.services import filing, papers, posting, reversal
from addons.accounting.services.bills import BILLS, Debit
from addons.accounting.services.drafts import BillLineDraft
from addons.accounting.services.einvoice.invoice import EInvoice
from addons.accounting.services.listed import UNSAID, Said
from core.db import (
    Cleaned,
    ExchangeRate,
    Line,
    Money,
    Percent,
    Quantity,
    Timestamp,
    UnitPrice,
    cleaned,
    key_index,
)
from core.models import Model, relationship
from core.records.models import CompanyOwned

#: Those whose number the supplier may not use again: all but reversals, and what these took back.
_LIVE = "reference_key <> '' AND reverses_id IS NULL AND NOT taken_back"


class Bill(PaperRules, CompanyOwned, Model):
    """A supplier's bill, or a credit note, which lowers what we owe the supplier.

    Amounts of a credit note are positive; its kind gives the direction.
    """

    _name = "accounting.bill"
    _title = "Bill"
    _label = "number"
    _kinds = ("bill", "credit_note")

    kind: Mapped[str] = mapped_column(Text, server_default="bill")
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
    #: The supplier's own number; a reversal has ours of what it takes back.
    reference: Mapped[str] = mapped_column(Line, server_default="")
    #: The same without blanks, punctuation and case: unique a supplier and kind.
    reference_key: Mapped[str] = mapped_column(Cleaned, Computed(cleaned("reference"), persisted=True))
    #: What an import knows it by, so that importing again finds it: unique a company.
    external_id: Mapped[str | None] = mapped_column(Line)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    net: Mapped[Decimal] = mapped_column(Money, server_default="0")
    tax: Mapped[Decimal] = mapped_column(Money, server_default="0")
    total: Mapped[Decimal] = mapped_column(Money, server_default="0")
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), unique=True
    )
    #: The bill that this credit note takes back.
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_bill.id", ondelete="RESTRICT"), unique=True
    )
    #: Whether a posted credit note takes it back; set by the database.
    taken_back: Mapped[bool] = mapped_column(server_default="false")
    posted_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: What the supplier's file says that it comes to; nothing where it came by hand.
    filed_total: Mapped[Decimal | None] = mapped_column(Money)

    partner = relationship("partner")
    entry = relationship("accounting.entry")
    reverses = relationship("accounting.bill", remote_side="AccountingBill.id", back_populates="reversed_by")
    reversed_by = relationship("accounting.bill", back_populates="reverses", uselist=False)
    lines = relationship(
        "accounting.bill_line",
        back_populates="bill",
        order_by="AccountingBillLine.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    taxes = relationship("accounting.bill_tax", back_populates="bill", passive_deletes=True, cascade="all")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("state = 'draft' OR reference <> ''", name="posted_has_reference"),
            key_index("accounting_bill", "reference_key"),
            Index(
                "uq_accounting_bill_reference",
                "company_id",
                "partner_id",
                "kind",
                "reference_key",
                unique=True,
                postgresql_where=text(_LIVE),
            ),
        )

    def _before_write(self) -> None:
        session = object_session(self)
        if session is not None and self.state != "posted":
            services.refuse_known_numbers(session, [self])

    @classmethod
    def create(cls, session: Any, bills: Sequence[Any]) -> list[int]:
        """Write drafts, `BillDraft`s or unsaved records, with their amounts; returns their ids."""
        return papers.create(session, BILLS, bills)

    @classmethod
    def take_file(
        cls,
        session: Any,
        company_id: int,
        name: str,
        content: bytes,
        partner_id: int | None = None,
        said: Said = UNSAID,
    ) -> list[int]:
        """Write the draft of the bill in a supplier's electronic invoice, or of those in its list.

        Left out, the supplier is found by what the file says of the seller; lists do not say it. `said` is
        what a person says of a list. Returns the ids.
        """
        return filing.take_file(session, company_id, name, content, partner_id, said)

    @classmethod
    def lines_of_file(
        cls, session: Any, partner: Any, invoice: EInvoice, taxes: Mapping[Decimal, int]
    ) -> Sequence[BillLineDraft]:
        """The lines of the draft of a file; asked, and overridden by who knows what they are for.

        `taxes` has the tax of each percentage.
        """
        return filing.lines_of_file(session, partner, invoice, taxes)

    @classmethod
    def compute(cls, session: Any, bills: Sequence[Any]) -> None:
        """Set due date, rate and amounts of drafts from what was agreed; nothing is written."""
        papers.compute(session, BILLS, bills)

    @classmethod
    def debits_of(cls, session: Any, bills: Sequence[Any]) -> Mapping[int, Sequence[Debit]]:
        """What the lines of these bills are debited to, by the id of the line; asked when they are posted.

        `bills` are rows. The amounts of a line's debits sum to its net, in the currency of its bill.
        """
        return services.debits_of(session, bills)

    @classmethod
    def post(cls, session: Any, bills: Iterable[Any]) -> None:
        """Number the drafts, records or ids, and write them to the ledger: all of them or none."""
        posting.post(session, BILLS, bills)

    @classmethod
    def reverse(cls, session: Any, bills: Iterable[Any], on: dt.date) -> list[int]:
        """Take posted bills back by credit notes of that day; returns the ids of the notes."""
        return reversal.reverse(session, BILLS, bills, on)


class BillLine(PricedLine, Model):
    """A line of a bill; `net` is quantity × unit price less discount, rounded once to the currency."""

    _name = "accounting.bill_line"
    _title = "Bill line"
    _label = "description"
    _audited = False
    _document, _parent = "accounting.bill", "bill"

    bill_id: Mapped[int] = mapped_column(ForeignKey("accounting_bill.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"), index=True)
    description: Mapped[str] = mapped_column(Line, server_default="")
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal] = mapped_column(UnitPrice)
    #: In percent of quantity × unit price.
    discount: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    tax_id: Mapped[int | None] = mapped_column(ForeignKey("accounting_tax.id", ondelete="RESTRICT"))
    #: What was bought; left out, the account of the books for purchases.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounting_account.id", ondelete="RESTRICT"))
    net: Mapped[Decimal] = mapped_column(Money, server_default="0")
    #: The tax that its price has in it.
    tax_within: Mapped[Decimal] = mapped_column(Money, server_default="0")

    bill = relationship("accounting.bill", back_populates="lines")
    product = relationship("product")
    tax = relationship("accounting.tax")
    account = relationship("accounting.account")


class BillTax(Model):
    """One tax of a bill, computed on the sum of its lines."""

    _name = "accounting.bill_tax"
    _title = "Bill tax"
    _label = "tax_id"
    _audited = False

    bill_id: Mapped[int] = mapped_column(ForeignKey("accounting_bill.id", ondelete="CASCADE"))
    tax_id: Mapped[int] = mapped_column(ForeignKey("accounting_tax.id", ondelete="RESTRICT"))
    base: Mapped[Decimal] = mapped_column(Money)
    amount: Mapped[Decimal] = mapped_column(Money)

    bill = relationship("accounting.bill", back_populates="taxes")
    tax = relationship("accounting.tax")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("bill_id", "tax_id"),)
