"""What orders keep of substitutes, and the acts by which a rep puts them on lines."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ForeignKey, Index, inspect
from sqlalchemy.orm import Mapped, mapped_column

from addons.sales.models import orders
from addons.substitutes.services import consenting, substituting
from core.i18n import _
from core.models import relationship
from core.security import acts


class Order(orders.Order):
    """Short lines may take other parts, by an act of whoever sells."""

    @classmethod
    def substitute(cls, session: Any, wanted: Sequence[substituting.Acceptance]) -> Mapping[int, Any]:
        """Put substitutes on lines, whole or in part; returns the lines that have them."""
        return substituting.substitute(session, wanted)

    @classmethod
    def take_substitute_back(cls, session: Any, lines: Iterable[Any]) -> None:
        """Put what was ordered on these lines again, until they are delivered."""
        substituting.take_back(session, lines)

    @classmethod
    def decline_substitutes(cls, session: Any, refusals: Sequence[substituting.Refusal]) -> None:
        """Keep that customers did not want what was offered, and why; no line changes."""
        substituting.decline(session, refusals)

    @classmethod
    def confirm(cls, session: Any, orders: Iterable[Any]) -> Mapping[int, str]:
        """Refuse what the customer has yet to agree to."""
        ids = acts.ids_of(session, orders)
        consenting.refuse_waiting(session, ids)
        held: Mapping[int, str] = super().confirm(session, ids)
        return held

    @classmethod
    def release_hold(cls, session: Any, orders: Iterable[Any], reason: str) -> None:
        """Refuse what the customer has yet to agree to."""
        ids = acts.ids_of(session, orders)
        consenting.refuse_waiting(session, ids)
        super().release_hold(session, ids, reason)


class OrderLine(orders.OrderLine):
    """A line whose part stands in for another knows which."""

    original_product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"))

    original_product = relationship("product", foreign_keys="SalesOrderLine.original_product_id")

    def _before_write(self) -> None:
        attributes = inspect(self).attrs
        if attributes.product_id.history.has_changes() and not attributes.original_product_id.history.added:
            self.original_product_id = None
        super()._before_write()

    @property
    def remarks(self) -> list[str]:
        """Which part was ordered."""
        part = self.original_product
        said = [_("Substituted for %(part)s", part=part.mpn or part.code)] if part else []
        return [*super().remarks, *said]

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (Index(None, "original_product_id", postgresql_where="original_product_id IS NOT NULL"),)
