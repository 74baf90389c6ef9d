"""How suppliers are settled, and which received moves are settled for good."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.partners import models as partners
from addons.purchasing.models import progress
from addons.supplier_payables.services import locking
from core.db import Money, Percent

SETTLEMENTS = ("cash", "receipt", "period")
CYCLES = ("monthly", "half_monthly", "weekly")


class Partner(partners.Partner):
    """When a supplier is settled, and what may differ without anybody's approval."""

    #: Paid at once, billed by receipt, or stated by period.
    settlement: Mapped[str] = mapped_column(Text, server_default="receipt")
    settlement_cycle: Mapped[str] = mapped_column(Text, server_default="monthly")
    #: In percent of our price: more needs approval.
    price_tolerance: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    #: In percent of what was received: more needs approval.
    quantity_tolerance: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    #: By how much the amount of a line may differ through rounding, in the currency of its statement.
    rounding_tolerance: Mapped[Decimal] = mapped_column(Money, server_default="0.05")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"settlement IN {SETTLEMENTS}", name="settlement_known"),
            CheckConstraint(f"settlement_cycle IN {CYCLES}", name="settlement_cycle_known"),
            CheckConstraint("price_tolerance BETWEEN 0 AND 100", name="price_tolerance_is_percent"),
            CheckConstraint("quantity_tolerance BETWEEN 0 AND 100", name="quantity_tolerance_is_percent"),
            CheckConstraint("rounding_tolerance >= 0", name="rounding_tolerance_not_negative"),
        )


class Move(progress.Move):
    """What stands on a posted statement is agreed with the supplier."""

    @classmethod
    def locked_because(cls, session: Any, moves: Iterable[Any]) -> Mapping[int, str]:
        """The number of the posted statement that each move stands on."""
        given = list(moves)
        return {**super().locked_because(session, given), **locking.locked_because(session, given)}
