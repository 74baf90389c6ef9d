"""How customers are stated, and how the company lets statements go out."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting import periods
from addons.billing_statements.services import changes
from addons.partners import models as partners
from core.i18n import _l
from core.models import relationship
from core.records import models as records

CYCLES = (*periods.CYCLES, "none")
WHEN = ("moved", "open", "always")
FORMS = ("forward", "open_items")
LAYOUTS = ("international", "chinese")
#: How the invoices of a statement go along with it.
INVOICES = ("attached", "link")


class Partner(partners.Partner):
    """How often the customer gets a statement."""

    #: Of a change the value before is asked for: the old cycle holds until the new one does.
    statement_cycle: Mapped[str] = mapped_column(Text, server_default="monthly", active_history=True)
    #: On which days periods end, where they are not the usual ones of the cycle: “5” or “5,20”.
    statement_days: Mapped[str] = mapped_column(Text, server_default="", active_history=True)
    #: The day from which the cycle holds, and the one before it, as `accounting.periods` writes it.
    statement_from: Mapped[dt.date | None] = mapped_column(active_history=True)
    statement_before: Mapped[str] = mapped_column(Text, server_default="")
    #: When there is one: whenever something moved or is open, only while something is open, or always.
    statement_when: Mapped[str] = mapped_column(Text, server_default="moved")
    #: What is listed: what moved between two balances, or each document that is still open.
    statement_form: Mapped[str] = mapped_column(Text, server_default="forward")
    #: The head office, on whose statement the documents stand.
    statement_partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    #: Whether it is or was a branch, or has or had some; the database notes it.
    statement_together: Mapped[bool] = mapped_column(server_default="false")
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

    statement_partner = relationship("partner", remote_side="Partner.id")

    def _before_write(self) -> None:
        self.statement_days = changes.days_of(self.statement_cycle, self.statement_days)
        changes.keep_before(self)
        changes.check_head(self)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"statement_cycle IN {CYCLES}", name="statement_cycle_known"),
            CheckConstraint(f"statement_layout IN {('', *LAYOUTS)}", name="statement_layout_known"),
            CheckConstraint(f"statement_invoices IN {('', *INVOICES)}", name="statement_invoices_known"),
            CheckConstraint("statement_days ~ '^([0-9]{1,2}(,[0-9]{1,2})*)?$'", name="statement_days_known"),
            CheckConstraint(f"statement_when IN {WHEN}", name="statement_when_known"),
            CheckConstraint(f"statement_form IN {FORMS}", name="statement_form_known"),
            CheckConstraint(
                "statement_partner_id <> id",
                name="statement_partner_other",
                info={"refusal": _l("A customer is stated alone anyway: name another head office, or none.")},
            ),
            Index("ix_partner_stated", text("coalesce(statement_partner_id, id)")),
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
