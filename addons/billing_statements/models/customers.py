"""How customers are stated, and how the company lets statements go out."""

from typing import Any

from sqlalchemy import CheckConstraint, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting import periods
from addons.billing_statements.services import due
from addons.partners import models as partners
from core.records import models as records

CYCLES = (*periods.CYCLES, "none")
LAYOUTS = ("international", "chinese")
#: How the invoices of a statement go along with it.
INVOICES = ("attached", "link")


class Partner(partners.Partner):
    """How often the customer gets a statement."""

    statement_cycle: Mapped[str] = mapped_column(Text, server_default="monthly")
    #: On which days periods end, where they are not the usual ones of the cycle: “5” or “5,20”.
    statement_days: Mapped[str] = mapped_column(Text, server_default="")
    #: Whether the lines of the documents stand on the statement, as the customer checks them.
    statement_lines: Mapped[bool] = mapped_column(server_default="false")
    #: `international` or `chinese`; empty: the latter for those who read Chinese.
    statement_layout: Mapped[str] = mapped_column(Text, server_default="")
    #: Whether a workbook with the same figures goes along.
    statement_workbook: Mapped[bool] = mapped_column(server_default="false")
    #: How its invoices go along, `attached` or `link`; empty: not at all.
    statement_invoices: Mapped[str] = mapped_column(Text, server_default="")

    @property
    def layout_of_statements(self) -> str:
        """Which of the layouts the customer's statements have."""
        return self.statement_layout or ("chinese" if self.language.startswith("zh") else "international")

    def _before_write(self) -> None:
        self.statement_days = due.days_of(self.statement_cycle, self.statement_days)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"statement_cycle IN {CYCLES}", name="statement_cycle_known"),
            CheckConstraint(f"statement_layout IN {('', *LAYOUTS)}", name="statement_layout_known"),
            CheckConstraint(f"statement_invoices IN {('', *INVOICES)}", name="statement_invoices_known"),
            CheckConstraint("statement_days ~ '^([0-9]{1,2}(,[0-9]{1,2})*)?$'", name="statement_days_known"),
        )


class Company(records.Company):
    """How statements go out: who releases them, and whether customers are asked to confirm them."""

    #: For how many days the link in a statement's mail is good; nothing where nobody is asked.
    answer_days: Mapped[int | None] = mapped_column(Integer)
    #: Whether whoever started a run may not release it.
    second_release: Mapped[bool] = mapped_column(server_default="false")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("answer_days BETWEEN 1 AND 90", name="answer_days_in_range"),)
