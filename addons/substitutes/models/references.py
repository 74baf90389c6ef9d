"""Numbers of cross-reference lists that are no parts of ours yet."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.substitutes.services import cross_references
from addons.substitutes.services.asking import FITS
from core.db import Line
from core.models import Model, relationship
from core.records.models import CompanyOwned


class Reference(CompanyOwned, Model):
    """A pair of a list of which we don't know both parts: kept as it was written, until we do."""

    _name = "substitute.reference"
    _title = "Cross-reference"
    _label = "number"

    number: Mapped[str] = mapped_column(Line)
    maker: Mapped[str] = mapped_column(Line, server_default="")
    substitute_number: Mapped[str] = mapped_column(Line)
    substitute_maker: Mapped[str] = mapped_column(Line, server_default="")
    both_ways: Mapped[bool] = mapped_column(server_default="false")
    fit: Mapped[str] = mapped_column(Text, server_default="same_footprint")
    condition: Mapped[str] = mapped_column(Line, server_default="")
    source: Mapped[str] = mapped_column(Line, server_default="")
    #: The parts, as far as we have them.
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="SET NULL"), index=True)
    substitute_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id", ondelete="SET NULL"), index=True
    )

    product = relationship("product", foreign_keys="SubstituteReference.product_id")
    substitute = relationship("product", foreign_keys="SubstituteReference.substitute_id")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("number <> '' AND substitute_number <> ''", name="named"),
            CheckConstraint(f"fit IN {FITS}", name="fit_known"),
            Index(
                "uq_substitute_reference_numbers",
                "company_id",
                "number",
                "maker",
                "substitute_number",
                "substitute_maker",
                unique=True,
            ),
        )

    @classmethod
    def resolve(cls, session: Any, references: Iterable[Any]) -> int:
        """Turn references of which both parts are known by now into proposed pairs; returns how many."""
        return cross_references.resolve(session, references)
