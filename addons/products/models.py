"""Part and maker."""

from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Line, UnitPrice, begins_index, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned

KINDS = ("goods", "service")


class Maker(Model):
    """Who makes a part."""

    _name = "maker"
    _title = "Maker"

    name: Mapped[str] = mapped_column(Line, unique=True)


class Product(CompanyOwned, Model):
    """A part that we trade, or a service that stands on our documents."""

    _name = "product"
    _title = "Product"
    _label = "code"

    #: Our own number.
    code: Mapped[str] = mapped_column(Line)
    #: The maker's part number.
    mpn: Mapped[str] = mapped_column(Line, server_default="")
    maker_id: Mapped[int | None] = mapped_column(ForeignKey("maker.id", ondelete="RESTRICT"), index=True)
    description: Mapped[str] = mapped_column(Line, server_default="")
    #: `service` for what is never in stock: freight, discounts, fees.
    kind: Mapped[str] = mapped_column(Text, server_default="goods")
    unit: Mapped[str] = mapped_column(Line, server_default="pcs")
    active: Mapped[bool] = mapped_column(server_default="true")
    #: What one unit costs us, in the company's currency; a role without `products.cost` never gets it.
    cost: Mapped[Decimal | None] = mapped_column(UnitPrice)
    #: Code and part number without case and punctuation: `rc0603fr-0710kl` finds `RC0603FR 0710KL`.
    search_key: Mapped[str] = mapped_column(
        Text,
        Computed("upper(regexp_replace(code || ' ' || mpn, '[^[:alnum:] ]', '', 'g'))", persisted=True),
    )

    maker = relationship("maker")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "code"),
            CheckConstraint("code <> ''", name="named"),
            CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
            CheckConstraint("cost >= 0", name="cost_not_negative"),
            Index(None, "mpn"),
            Index(None, "company_id", "code", "id"),
            Index("ix_product_active", "company_id", "maker_id", "kind", postgresql_where=text("active")),
            search_index("product", "code", "mpn", "description"),
            *(begins_index("product", column) for column in ("code", "mpn")),
        )
