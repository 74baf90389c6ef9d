"""What customers did with substitutes, and what they let us do."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from addons.partners import models as partners
from addons.substitutes.services import complaints, consenting
from core.db import Line, Percent, Quantity, Timestamp, UnitPrice
from core.models import Model, relationship
from core.records.models import CompanyOwned
from core.sayings import Told

OUTCOMES = ("accepted", "refused", "taken_back")
#: As good as any; only when the customer has agreed; never.
POLICIES = ("free", "ask", "never")
#: Never this part; only those that are listed so; this one when the customer has agreed.
RULES = ("never", "allowed", "ask")


class Choice(CompanyOwned, Model):
    """What became of one offer: taken on a line, refused for a reason, or taken and taken back.

    What a customer is remembered by are rows of this that stand on orders: a quotation that was never ordered
    leaves no memory, and neither does a line that was taken back.
    """

    _name = "substitute.choice"
    _title = "Substitution"
    _label = "id"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"))
    #: What was wanted.
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    #: What was offered; none where nothing of what was offered was wanted.
    substitute_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), index=True
    )
    order_id: Mapped[int | None] = mapped_column(
        ForeignKey("sales_order.id", ondelete="SET NULL"), index=True
    )
    order_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("sales_order_line.id", ondelete="SET NULL"), index=True
    )
    outcome: Mapped[str] = mapped_column(Text, server_default="accepted")
    #: Why it was refused.
    reason: Mapped[str] = mapped_column(Line, server_default="")
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    unit_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    #: What the line said before, so that it can say so again.
    original_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    original_price_origin: Mapped[str] = mapped_column(Told, server_default="")
    original_discount: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    #: Why the customer has to agree before it is confirmed; empty where nobody needs to.
    consent_because: Mapped[str] = mapped_column(Line, server_default="")
    #: What the customer complained of afterwards.
    complaint: Mapped[str] = mapped_column(Line, server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[dt.datetime] = mapped_column(Timestamp, server_default=text("now()"))

    partner = relationship("partner")
    product = relationship("product", foreign_keys="SubstituteChoice.product_id")
    substitute = relationship("product", foreign_keys="SubstituteChoice.substitute_id")
    order = relationship("sales.order")
    order_line = relationship("sales.order_line")
    user = relationship("user")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome_known"),
            CheckConstraint("outcome = 'refused' OR substitute_id IS NOT NULL", name="taken_is_named"),
            CheckConstraint("outcome <> 'refused' OR reason <> ''", name="refused_for_a_reason"),
            CheckConstraint("substitute_id <> product_id", name="not_itself"),
            CheckConstraint("quantity > 0", name="quantity_positive"),
            Index(None, "partner_id", "product_id", "substitute_id"),
            Index(None, "company_id", "at", "id"),
        )

    @classmethod
    def complain(cls, session: Any, choices: Iterable[Any], complaint: str) -> None:
        """Keep what the customer said against what was given; it is offered last from now on."""
        complaints.complain(session, choices, complaint)

    @classmethod
    def agreed(cls, session: Any, pairs: Sequence[consenting.Pair]) -> set[consenting.Pair]:
        """Those of (customer, ordered part, substitute) that the customer has agreed to."""
        return consenting.agreed(session, pairs)


class Rule(CompanyOwned, Model):
    """Which parts a customer takes in place of others: for one part, or for all that have no rule."""

    _name = "substitute.rule"
    _title = "Substitution rule"
    _label = "id"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"))
    #: In place of which part; none for any.
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    #: Which part is never given, allowed, or asked for.
    substitute_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(Text, server_default="never")
    note: Mapped[str] = mapped_column(Line, server_default="")

    partner = relationship("partner")
    product = relationship("product", foreign_keys="SubstituteRule.product_id")
    substitute = relationship("product", foreign_keys="SubstituteRule.substitute_id")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"kind IN {RULES}", name="kind_known"),
            CheckConstraint("substitute_id <> product_id", name="not_itself"),
            Index(
                "uq_substitute_rule_part",
                "partner_id",
                "product_id",
                "substitute_id",
                unique=True,
                postgresql_nulls_not_distinct=True,
            ),
        )


class Partner(partners.Partner):
    """Whether a customer takes other parts than those ordered."""

    substitution: Mapped[str] = mapped_column(Text, server_default="free")
    #: Who is served first when a part is short: 1 goes before 9.
    supply_priority: Mapped[int] = mapped_column(Integer, server_default="5")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"substitution IN {POLICIES}", name="substitution_known"),
            CheckConstraint("supply_priority BETWEEN 1 AND 9", name="supply_priority_in_range"),
        )
