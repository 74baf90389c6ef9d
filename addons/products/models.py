"""Part and maker, and what a distributor keeps of a part."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from addons.products.services import datasheets
from core.db import Cleaned, Line, Quantity, UnitPrice, begins_index, cleaned, key_index, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned

KINDS = ("goods", "service")
#: Sold as ever; not for new designs; orders are taken until a day; no longer made.
LIFECYCLES = ("active", "nrnd", "last_buy", "obsolete")
#: Whether it meets a rule on substances: nobody has said, it does, it does not, an exemption holds.
COMPLIANCE = ("unknown", "yes", "no", "exempt")
#: J-STD-020: how long an opened bag may lie; level 1 has no limit.
MOISTURE_LEVELS = ("", "1", "2", "2a", "3", "4", "5", "5a", "6")
#: Whose number a part number is: of who buys from us, or of who sells to us.
NUMBER_KINDS = ("customer", "supplier")


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
    _known_by = ("mpn",)

    #: Our own number.
    code: Mapped[str] = mapped_column(Line)
    #: The maker's part number.
    mpn: Mapped[str] = mapped_column(Line, server_default="")
    maker_id: Mapped[int | None] = mapped_column(ForeignKey("maker.id", ondelete="RESTRICT"), index=True)
    description: Mapped[str] = mapped_column(Line, server_default="")
    #: `service` for what is never in stock: freight, discounts, fees.
    kind: Mapped[str] = mapped_column(Text, server_default="goods")
    #: The unit that quantities and prices are in; further ones are `product.unit`.
    unit: Mapped[str] = mapped_column(Line, server_default="pcs")
    #: Whether it comes in whole units only, such as pieces; wire is cut to any length.
    countable: Mapped[bool] = mapped_column(server_default="true")
    active: Mapped[bool] = mapped_column(server_default="true")
    #: EAN, UPC, or a label of our own; empty for none.
    barcode: Mapped[str] = mapped_column(Line, server_default="")
    #: What one unit costs us, in the company's currency; a role without `products.cost` never gets it.
    cost: Mapped[Decimal | None] = mapped_column(UnitPrice)
    #: What one unit is sold at without further agreement, in `list_currency_code`.
    list_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    list_currency_code: Mapped[str | None] = mapped_column(
        String(3), ForeignKey("currency.code", ondelete="RESTRICT")
    )
    #: Of a full reel, tray or tube, in units.
    pack_quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    #: The fewest units that are sold at once, and the steps in which more are.
    min_order_quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    order_multiple: Mapped[Decimal | None] = mapped_column(Quantity)
    #: Of one unit, in grams: a chip resistor weighs 0.002.
    weight: Mapped[Decimal | None] = mapped_column(UnitPrice)
    lifecycle: Mapped[str] = mapped_column(Text, server_default="active")
    #: Until when the maker takes orders.
    last_buy_date: Mapped[dt.date | None]
    rohs: Mapped[str] = mapped_column(Text, server_default="unknown")
    reach: Mapped[str] = mapped_column(Text, server_default="unknown")
    #: Export control classification, such as `EAR99` or `3A991.a.2`.
    eccn: Mapped[str] = mapped_column(Line, server_default="")
    #: Customs tariff number, such as `8542.31`.
    hs_code: Mapped[str] = mapped_column(Line, server_default="")
    #: Country of origin, two letters of ISO 3166.
    origin: Mapped[str] = mapped_column(Line, server_default="")
    moisture_level: Mapped[str] = mapped_column(Text, server_default="")
    #: Which of the files beside the part is its datasheet.
    datasheet_id: Mapped[int | None] = mapped_column(
        ForeignKey("attachment.id", ondelete="SET NULL"), index=True
    )
    #: Without case, blanks and punctuation: `rc0603fr-0710kl` finds `RC0603FR 0710KL`.
    code_key: Mapped[str] = mapped_column(Cleaned, Computed(cleaned("code"), persisted=True))
    mpn_key: Mapped[str] = mapped_column(Cleaned, Computed(cleaned("mpn"), persisted=True))
    barcode_key: Mapped[str] = mapped_column(Cleaned, Computed(cleaned("barcode"), persisted=True))

    maker = relationship("maker")
    datasheet = relationship("attachment")
    price_breaks = relationship(
        "product.price_break",
        back_populates="product",
        order_by="(ProductPriceBreak.currency_code, ProductPriceBreak.min_quantity)",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    units = relationship(
        "product.unit",
        back_populates="product",
        order_by="ProductUnit.factor",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    attributes = relationship(
        "product.attribute",
        back_populates="product",
        order_by="ProductAttribute.name",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    part_numbers = relationship(
        "product.part_number",
        back_populates="product",
        order_by="(ProductPartNumber.kind, ProductPartNumber.id)",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "code"),
            CheckConstraint("code <> ''", name="named"),
            *_known(kind=KINDS, lifecycle=LIFECYCLES, rohs=COMPLIANCE, reach=COMPLIANCE),
            *_known(moisture_level=MOISTURE_LEVELS),
            CheckConstraint("cost >= 0", name="cost_not_negative"),
            CheckConstraint("list_price >= 0", name="list_price_not_negative"),
            CheckConstraint(
                "list_price IS NULL OR list_currency_code IS NOT NULL", name="list_price_needs_a_currency"
            ),
            CheckConstraint("pack_quantity > 0", name="pack_positive"),
            CheckConstraint("min_order_quantity > 0", name="min_order_positive"),
            CheckConstraint("order_multiple > 0", name="multiple_positive"),
            CheckConstraint("weight > 0", name="weight_positive"),
            CheckConstraint("origin ~ '^([A-Z][A-Z])?$'", name="origin_iso"),
            CheckConstraint(f"NOT countable OR ({_WHOLE})", name="countable_whole"),
            Index(None, "mpn"),
            Index(None, "company_id", "code", "id"),
            Index("ix_product_active", "company_id", "maker_id", "kind", postgresql_where=text("active")),
            Index(
                "uq_product_barcode",
                "company_id",
                "barcode",
                unique=True,
                postgresql_where=text("barcode <> ''"),
            ),
            search_index("product", "code", "mpn", "barcode", "description"),
            *(begins_index("product", column) for column in ("code", "mpn")),
            *(key_index("product", column) for column in ("code_key", "mpn_key")),
            key_index("product", "barcode_key", rare=True),
        )

    @classmethod
    def mark_datasheet(cls, session: Any, products: Iterable[Any]) -> None:
        """Make the newest PDF beside each part its datasheet; raises DatasheetError where there is none."""
        datasheets.mark(session, products)


_WHOLE = " AND ".join(
    f"({column} IS NULL OR {column} = trunc({column}))"
    for column in ("pack_quantity", "min_order_quantity", "order_multiple")
)


def _known(**columns: tuple[str, ...]) -> list[CheckConstraint]:
    """That each of these columns holds one of its values."""
    return [CheckConstraint(f"{name} IN {values}", name=f"{name}_known") for name, values in columns.items()]


class PriceBreak(Model):
    """The list price of one unit from a quantity on."""

    _name = "product.price_break"
    _title = "Price break"
    _label = "min_quantity"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    min_quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal] = mapped_column(UnitPrice)
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))

    product = relationship("product", back_populates="price_breaks")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("product_id", "currency_code", "min_quantity"),
            CheckConstraint("min_quantity > 0", name="quantity_positive"),
            CheckConstraint("unit_price >= 0", name="price_not_negative"),
        )


class ProductUnit(Model):
    """A further unit of a part, such as a reel of 5,000 pieces."""

    _name = "product.unit"
    _title = "Unit"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Line)
    #: Base units in one of it.
    factor: Mapped[Decimal] = mapped_column(Quantity)

    product = relationship("product", back_populates="units")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            Index("uq_product_unit_name", "product_id", text("lower(name)"), unique=True),
            CheckConstraint("name <> ''", name="named"),
            CheckConstraint("factor > 0", name="factor_positive"),
        )


class ProductAttribute(Model):
    """A technical property of a part: capacitance 10 nF, tolerance 10 %, package 0603."""

    _name = "product.attribute"
    _title = "Attribute"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Line)
    #: As the datasheet writes it.
    value: Mapped[str] = mapped_column(Line)
    unit: Mapped[str] = mapped_column(Line, server_default="")

    product = relationship("product", back_populates="attributes")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            Index("uq_product_attribute_name", "product_id", text("lower(name)"), unique=True),
            CheckConstraint("name <> '' AND value <> ''", name="named"),
        )


class PartNumber(Model):
    """What a customer or a supplier calls a part of ours."""

    _name = "product.part_number"
    _title = "Part number of a partner"
    _label = "number"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text, server_default="customer")
    number: Mapped[str] = mapped_column(Line)
    #: The number without case, blanks and punctuation.
    number_key: Mapped[str] = mapped_column(Cleaned, Computed(cleaned("number"), persisted=True), index=True)

    product = relationship("product", back_populates="part_numbers")
    partner = relationship("partner")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("partner_id", "kind", "number"),
            Index(None, "partner_id", "number_key"),
            CheckConstraint("number <> ''", name="named"),
            *_known(kind=NUMBER_KINDS),
        )
