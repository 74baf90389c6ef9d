"""The word of customers on single substitutes."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from addons.substitutes.services import asking_customers, mailing
from core.db import Line, Quantity, Timestamp, UnitPrice
from core.models import Model, relationship
from core.records.models import CompanyOwned

STATES = ("asked", "agreed", "refused", "withdrawn")


class Consent(CompanyOwned, Model):
    """A customer is asked whether one part may be given in place of another, and answers once.

    What was agreed holds for later orders too, until it is withdrawn.
    """

    _name = "substitute.consent"
    _title = "Consent"
    _label = "id"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    order_id: Mapped[int | None] = mapped_column(
        ForeignKey("sales_order.id", ondelete="SET NULL"), index=True
    )
    order_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("sales_order_line.id", ondelete="SET NULL"), index=True
    )
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    #: Why it is asked.
    because: Mapped[str] = mapped_column(Line, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link.id", ondelete="SET NULL"), index=True)
    #: Who answered on the customer's side, and what they said.
    answered_by: Mapped[str] = mapped_column(Line, server_default="")
    note: Mapped[str] = mapped_column(Line, server_default="")
    answered_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: Who asked.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[dt.datetime] = mapped_column(Timestamp, server_default=text("now()"))

    partner = relationship("partner")
    product = relationship("product", foreign_keys="SubstituteConsent.product_id")
    substitute = relationship("product", foreign_keys="SubstituteConsent.substitute_id")
    order = relationship("sales.order")
    order_line = relationship("sales.order_line")
    link = relationship("link")
    user = relationship("user")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"state IN {STATES}", name="state_known"),
            CheckConstraint("state NOT IN ('agreed', 'refused') OR answered_at IS NOT NULL", name="answered"),
            CheckConstraint("substitute_id <> product_id", name="not_itself"),
            CheckConstraint("quantity > 0", name="quantity_positive"),
            Index(None, "partner_id", "product_id", "substitute_id"),
        )

    @classmethod
    def ask(cls, session: Any, asked: Sequence[asking_customers.Ask]) -> list[Any]:
        """Ask customers by a public link each; returns the consents, which know their links."""
        return asking_customers.ask(session, asked)

    @classmethod
    def mail(cls, session: Any, consents: Iterable[Any]) -> list[Any]:
        """Mail customers what they are asked, with the links, each once; returns the mails."""
        return mailing.mail(session, consents)

    @classmethod
    def answer(cls, session: Any, consents: Iterable[Any], agreed: bool, by: str, note: str = "") -> None:
        """Keep what customers answered, by their link or in another way; a no is remembered."""
        asking_customers.answer(session, consents, agreed, by, note)

    @classmethod
    def withdraw(cls, session: Any, consents: Iterable[Any]) -> None:
        """Let consents hold no more, and their links ask no more."""
        asking_customers.withdraw(session, consents)
