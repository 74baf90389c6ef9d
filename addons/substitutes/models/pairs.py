"""Which part may stand in for which."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, inspect
from sqlalchemy.orm import Mapped, mapped_column

from addons.substitutes.services import candidates, customers, deciding, evidence, reach, search, sharing
from addons.substitutes.services.asking import FITS, Candidate, Found, Wanted
from core.db import Line, Timestamp
from core.models import Model, relationship
from core.records.models import CompanyOwned

STATES = ("proposed", "approved", "refused")
#: What was judged when a pair was approved: whoever changes it has it judged again.
JUDGED = ("product_id", "substitute_id", "both_ways", "fit", "condition")


class Substitute(CompanyOwned, Model):
    """A part that may be given in place of another: a pair with a direction, judged by somebody."""

    _name = "substitute"
    _title = "Substitute"
    _label = "id"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    substitute_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    #: Whether each may stand in for the other.
    both_ways: Mapped[bool] = mapped_column(server_default="false")
    #: 1 goes before 2.
    rank: Mapped[int] = mapped_column(Integer, server_default="10")
    valid_from: Mapped[dt.date | None]
    #: The last day on which it is offered.
    valid_until: Mapped[dt.date | None]
    #: In words: “not above 85 °C”.
    condition: Mapped[str] = mapped_column(Line, server_default="")
    fit: Mapped[str] = mapped_column(Text, server_default="drop_in")
    state: Mapped[str] = mapped_column(Text, server_default="proposed")
    #: Who said so first: a list of a maker, a person.
    source: Mapped[str] = mapped_column(Line, server_default="")
    #: Why it was approved or refused.
    reason: Mapped[str] = mapped_column(Line, server_default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: Which of the files beside the pair shows it: a comparison, a test report.
    evidence_id: Mapped[int | None] = mapped_column(
        ForeignKey("attachment.id", ondelete="SET NULL"), index=True
    )

    product = relationship("product", foreign_keys="Substitute.product_id")
    substitute = relationship("product", foreign_keys="Substitute.substitute_id")
    decided_by = relationship("user")
    evidence = relationship("attachment")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("product_id", "substitute_id"),
            CheckConstraint("product_id <> substitute_id", name="not_itself"),
            CheckConstraint(f"fit IN {FITS}", name="fit_known"),
            CheckConstraint(f"state IN {STATES}", name="state_known"),
            CheckConstraint("state = 'proposed' OR decided_at IS NOT NULL", name="decided_once"),
            CheckConstraint("rank BETWEEN 1 AND 999", name="rank_in_range"),
            CheckConstraint("valid_until >= valid_from", name="valid_from_before_until"),
            Index(None, "substitute_id", "product_id"),
            Index(None, "company_id", "state", "id"),
        )

    def _before_write(self) -> None:
        attributes = inspect(self).attrs
        judged = any(attributes[name].history.has_changes() for name in JUDGED)
        if judged and not attributes.decided_at.history.has_changes() and self.state == "approved":
            self.state, self.decided_by_id, self.decided_at = "proposed", None, None

    @classmethod
    def create(cls, session: Any, records: Sequence[Any]) -> list[int]:
        """Write new pairs; raises SubstituteError for parts that can't stand in for each other."""
        deciding.check(session, records)
        return super().create(session, records)

    @classmethod
    def approve(cls, session: Any, pairs: Iterable[Any], reason: str = "") -> None:
        """Let pairs be offered as approved."""
        deciding.decide(session, pairs, "approved", reason)

    @classmethod
    def refuse(cls, session: Any, pairs: Iterable[Any], reason: str = "") -> None:
        """Never offer these pairs, nor what leads to the same part by way of others; for a reason."""
        deciding.decide(session, pairs, "refused", reason)

    @classmethod
    def propose_again(cls, session: Any, pairs: Iterable[Any]) -> None:
        """Let pairs be judged anew."""
        deciding.decide(session, pairs, "proposed", "")

    @classmethod
    def mark_evidence(cls, session: Any, pairs: Iterable[Any]) -> None:
        """Make the newest file beside each pair what shows it; raises SubstituteError where there is none."""
        evidence.mark(session, pairs)

    @classmethod
    def share_out(cls, session: Any, product: Any, rule: str) -> int:
        """Give a part to the orders that are short of what it stands in for, by a rule of `allotment`."""
        return sharing.give_shares(session, product, rule)

    @classmethod
    def candidates(cls, session: Any, lines: Sequence[Wanted]) -> Mapping[Any, list[Candidate]]:
        """What each of these lines may take instead, the best first, by the key of the line."""
        return candidates.candidates(session, lines)

    @classmethod
    def sources(cls, session: Any, lines: Sequence[Wanted]) -> list[Found]:
        """Where candidates come from; an addon adds its own to what `super()` finds."""
        return [*reach.reached(session, lines), *search.suggested(session, lines)]

    @classmethod
    def allowed(cls, session: Any, lines: Sequence[Wanted], found: Sequence[Found]) -> list[Found]:
        """Which of them may be offered to the customers of the lines; an addon leaves out further ones."""
        return customers.allowed(session, lines, found)

    @classmethod
    def ranked(cls, line: Wanted, offered: Sequence[Candidate]) -> list[Candidate]:
        """The candidates of one line, the best first; an addon puts them in another order."""
        return sorted(offered, key=candidates.usual_order)
