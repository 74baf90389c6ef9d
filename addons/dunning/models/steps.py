"""By which steps customers are asked to pay, what interest they owe, and whom nobody asks for a while."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, object_session

from addons.dunning.services.errors import DunningError
from addons.partners import models as partners
from core import m
from core.db import Line, Money, Percent
from core.i18n import _
from core.models import Model, relationship
from core.records import models as records
from core.records.models import CompanyOwned

#: The texts that there are, from polite to last; each is the mail template `dunning.<name>`.
LETTERS = ("reminder", "second", "final")


class Company(records.Company):
    """What late customers owe beyond their documents."""

    #: In percent a year; 0 where no interest is asked for.
    arrears_rate: Mapped[Decimal] = mapped_column(Percent, server_default="0")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("arrears_rate >= 0 AND arrears_rate < 100", name="arrears_rate_is_percent"),)


class Partner(partners.Partner):
    """What was agreed with one customer about it."""

    #: Empty, that of the company.
    arrears_rate: Mapped[Decimal | None] = mapped_column(Percent)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("arrears_rate >= 0 AND arrears_rate < 100", name="arrears_rate_is_percent"),)


class Step(CompanyOwned, Model):
    """One time that a customer is asked: after how many days, for how much, in which words."""

    _name = "dunning.step"
    _title = "Dunning step"
    _label = "name"

    #: 1 is the first.
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Line)
    #: How long a document is overdue at least.
    days: Mapped[int] = mapped_column(Integer)
    #: In the currency of the books: whoever owes less in all is not asked.
    minimum: Mapped[Decimal] = mapped_column(Money, server_default="0")
    #: In the currency of the books: what the letter asks for beside the documents.
    fee: Mapped[Decimal] = mapped_column(Money, server_default="0")
    interest: Mapped[bool] = mapped_column(server_default="false")
    letter: Mapped[str] = mapped_column(Text, server_default="reminder")

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "position"),
            CheckConstraint("position BETWEEN 1 AND 9", name="position_in_range"),
            CheckConstraint("days BETWEEN 1 AND 999", name="days_in_range"),
            CheckConstraint("minimum >= 0", name="minimum_not_negative"),
            CheckConstraint("fee >= 0", name="fee_not_negative"),
            CheckConstraint(f"letter IN {LETTERS}", name="letter_known"),
        )


class Hold(CompanyOwned, Model):
    """Until a day nobody asks a customer, or for one document."""

    _name = "dunning.hold"
    _title = "Dunning hold"
    _label = "reason"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"))
    #: Empty for all that the customer owes.
    open_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_open_item.id", ondelete="RESTRICT"), index=True
    )
    until: Mapped[dt.date]
    reason: Mapped[str] = mapped_column(Line)

    partner = relationship("partner")
    open_item = relationship("accounting.open_item")

    def _before_write(self) -> None:
        session = object_session(self)
        if self.open_item_id is None or session is None:
            return
        item = session.get(m.AccountingOpenItem, self.open_item_id)
        if item is None or item.partner_id != self.partner_id:
            raise DunningError(_("Choose a document of the customer, or none for all that it owes."))

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("reason <> ''", name="reason_given"),
            Index(None, "partner_id", "until"),
        )
