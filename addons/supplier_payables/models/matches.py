"""What the supplier states, and which of our lines it is for."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.matching.services.lines import KINDS
from addons.matching.services.words import reason
from addons.supplier_payables.services import deciding, disputes, repeating
from addons.supplier_payables.services.acts import Act
from core.db import Line, Money, Quantity, Timestamp, UnitPrice
from core.models import Model, relationship
from core.records.models import CompanyOwned
from core.sayings import Told

MATCH_STATES = ("open", "accepted", "disputed")
_OF_STATEMENT = {"currency": "currency_code"}


class Match(CompanyOwned, Model):
    """Lines of ours and theirs that belong together, or one without a counterpart, and what was decided."""

    _name = "payables.match"
    _title = "Match"
    _label = "id"

    statement_id: Mapped[int] = mapped_column(ForeignKey("payables_statement.id", ondelete="CASCADE"))
    #: The supplier of the statement: disputes are looked for by it.
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    #: Words of `addons.matching`, separated by blanks.
    causes: Mapped[str] = mapped_column(Text, server_default="")
    agreements: Mapped[str] = mapped_column(Text, server_default="")
    our_quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    their_quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    our_amount: Mapped[Decimal | None] = mapped_column(Money, info=_OF_STATEMENT)
    their_amount: Mapped[Decimal | None] = mapped_column(Money, info=_OF_STATEMENT)
    #: In percent of our price.
    price_change: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    score: Mapped[int] = mapped_column(Integer, server_default="0")
    exact: Mapped[bool] = mapped_column(server_default="false")
    #: More is to be paid than the tolerances allow: whoever asks for it is not who accepts it.
    beyond: Mapped[bool] = mapped_column(server_default="false")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(Text, server_default="open")
    #: Why it is disputed, and who sees to it.
    note: Mapped[str] = mapped_column(Line, server_default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: How a dispute ended; empty while somebody sees to it.
    outcome: Mapped[str] = mapped_column(Told, server_default="")

    statement = relationship("payables.statement")
    partner = relationship("partner")
    owner = relationship("user", foreign_keys="PayablesMatch.owner_id")
    decided_by = relationship("user", foreign_keys="PayablesMatch.decided_by_id")
    asked_by = relationship("user", foreign_keys="PayablesMatch.asked_by_id")

    @property
    def currency_code(self) -> str:
        """That of the statement."""
        return str(self.statement.currency_code)

    @property
    def reason(self) -> str:
        """Why they belong together and what differs, in words."""
        quantities = (self.our_quantity, self.their_quantity)
        return reason(self.agreements.split(), self.causes.split(), quantities, self.price_change)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
            CheckConstraint(f"state IN {MATCH_STATES}", name="state_known"),
            CheckConstraint("state <> 'disputed' OR note <> ''", name="disputed_has_reason"),
            CheckConstraint("state = 'disputed' OR outcome = ''", name="outcome_of_a_dispute"),
            CheckConstraint("asked_by_id IS NULL OR beyond", name="asked_for_what_is_beyond"),
            CheckConstraint(
                "NOT (state = 'accepted' AND beyond AND decided_by_id = asked_by_id)",
                name="accepted_by_somebody_else",
            ),
            Index(None, "statement_id", "state", "exact", "id"),
            Index(
                "ix_payables_match_decided",
                "partner_id",
                "kind",
                "causes",
                "decided_at",
                postgresql_where="state <> 'open' AND NOT exact",
            ),
            Index("ix_payables_match_disputes", "owner_id", "id", postgresql_where="state = 'disputed'"),
        )

    @classmethod
    def further_acts(cls) -> list[Act]:
        """What addons add to the workbench; each extends this with `super()`."""
        return []

    @classmethod
    def accept(cls, session: Any, matches: Iterable[Any]) -> None:
        """Agree to what the supplier states; beyond the tolerances only if somebody else asked for it."""
        deciding.accept(session, matches)

    @classmethod
    def ask(cls, session: Any, matches: Iterable[Any]) -> None:
        """Ask a second person to accept what is beyond the tolerances."""
        deciding.ask(session, matches)

    @classmethod
    def dispute(cls, session: Any, matches: Iterable[Any], note: str, owner_id: int | None = None) -> None:
        """Leave them to the next statement, for a reason that somebody sees to."""
        deciding.dispute(session, matches, note, owner_id)

    @classmethod
    def hand_over(cls, session: Any, matches: Iterable[Any], owner_id: int) -> None:
        """Let somebody else see to disputes, also of posted statements."""
        disputes.hand_over(session, matches, owner_id)

    @classmethod
    def settle(cls, session: Any, matches: Iterable[Any], outcome: str) -> None:
        """Say how disputes ended, also of posted statements."""
        disputes.settle(session, matches, outcome)

    @classmethod
    def repeat(cls, session: Any, matches: Iterable[Any]) -> None:
        """Decide as the last time about the same kind of difference of the supplier."""
        repeating.repeat(session, matches)

    @classmethod
    def undo(cls, session: Any, matches: Iterable[Any]) -> None:
        """Open again what was accepted or disputed, until the statement is posted."""
        deciding.undo(session, matches)

    @classmethod
    def join(cls, session: Any, matches: Sequence[Any]) -> int:
        """Make one match of open ones; returns its id."""
        return deciding.join(session, matches)

    @classmethod
    def split(cls, session: Any, matches: Iterable[Any]) -> list[int]:
        """Take open matches apart, into one of each line; returns their ids."""
        return deciding.split(session, matches)


class TheirLine(CompanyOwned, Model):
    """A line of the supplier's list, as it was read."""

    _name = "payables.their_line"
    _title = "Supplier's line"
    _label = "id"
    _audited = False

    statement_id: Mapped[int] = mapped_column(ForeignKey("payables_statement.id", ondelete="CASCADE"))
    match_id: Mapped[int | None] = mapped_column(
        ForeignKey("payables_match.id", ondelete="SET NULL"), index=True
    )
    #: Where it stands in the list.
    sheet: Mapped[str] = mapped_column(Text, server_default="")
    row: Mapped[int] = mapped_column(Integer)
    #: Of a PDF: the page, and left, top, right and bottom in ten-thousandths of it.
    page: Mapped[int | None]
    place: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    #: What can't be read of it, or that it sums up others; such a row is in no match.
    problem: Mapped[str] = mapped_column(Text, server_default="")
    part: Mapped[str] = mapped_column(Text, server_default="")
    order_number: Mapped[str] = mapped_column(Text, server_default="")
    delivery: Mapped[str] = mapped_column(Text, server_default="")
    date: Mapped[dt.date | None]
    text: Mapped[str] = mapped_column(Text, server_default="")
    quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    unit_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    amount: Mapped[Decimal | None] = mapped_column(Money, info=_OF_STATEMENT)

    statement = relationship("payables.statement")

    @property
    def currency_code(self) -> str:
        """That of the statement."""
        return str(self.statement.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("page IS NULL OR cardinality(place) = 4", name="place_has_four_sides"),
            Index(None, "statement_id", "page"),
        )
