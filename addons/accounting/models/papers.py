"""What the tables of invoices and of bills have in common."""

from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import object_session

from addons.accounting.amounts import line_amount
from core import m
from core.db import begins_index, search_index, smallest_unit
from core.models.fragment import class_name, table_name

#: What a line is worth, before it is rounded; no division, which would round by itself.
_NET = "quantity * unit_price * (100 - discount) * 0.01"
#: What a posted document has.
COMPLETE = (
    "number IS NOT NULL AND entry_id IS NOT NULL AND posted_at IS NOT NULL AND exchange_rate IS NOT NULL"
)


class PaperRules:
    """What holds of each document with lines, taxes and credit notes."""

    _name: ClassVar[str]
    _kinds: ClassVar[tuple[str, str]]

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        table = table_name(cls._name)
        return (
            UniqueConstraint("company_id", "number"),
            UniqueConstraint("company_id", "external_id"),
            CheckConstraint(f"kind IN {cls._kinds}", name="kind_known"),
            CheckConstraint("state IN ('draft', 'posted')", name="state_known"),
            CheckConstraint("total = net + tax", name="total_adds_up"),
            CheckConstraint("exchange_rate > 0", name="rate_positive"),
            CheckConstraint("due_date >= date", name="due_after_date"),
            CheckConstraint("early_discount >= 0 AND early_discount < 100", name="early_discount_is_percent"),
            CheckConstraint("discount_until >= date", name="discount_after_date"),
            CheckConstraint(f"state = 'draft' OR ({COMPLETE})", name="posted_is_complete"),
            CheckConstraint("reverses_id IS NULL OR kind = 'credit_note'", name="credit_note_reverses"),
            Index(None, "company_id", "date", "id"),
            Index(f"ix_{table}_draft", "company_id", postgresql_where=text("state = 'draft'")),
            search_index(table, "number", "reference"),
            *(begins_index(table, column) for column in ("number", "reference")),
            Index(None, "partner_id", "date"),
        )


class PricedLine:
    """A line whose net is quantity × unit price less discount, rounded once to the document's currency.

    Where its tax is in the price, the net and that tax are together so much.
    """

    #: The model of the document, and the relationship that leads to it; its column ends with `_id`.
    _document: ClassVar[str]
    _parent: ClassVar[str]

    def _before_write(self: Any) -> None:
        self.discount = self.discount or Decimal(0)
        amount = line_amount(self.quantity, self.unit_price, smallest_unit(self._currency()), self.discount)
        self.net = amount - (self.tax_within or 0)

    def _currency(self: Any) -> str:
        # A new line that knows its document by the id alone does not load it by itself.
        session, found = object_session(self), getattr(self, self._parent)
        if found is None and session is not None:
            found = session.get(getattr(m, class_name(self._document)), getattr(self, f"{self._parent}_id"))
        return found.currency_code if found is not None else ""

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint(f"{cls._parent}_id", "position"),
            # To the decimals of some currency; those of the document's own are checked when it is posted.
            CheckConstraint(
                "net + tax_within IN (" + ", ".join(f"round({_NET}, {digits})" for digits in (2, 1, 0)) + ")",
                name="net_is_product",
            ),
            CheckConstraint("discount BETWEEN 0 AND 100", name="discount_is_percent"),
        )
