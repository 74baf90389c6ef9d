"""Statements and repricing runs: supplier_payables and pricing do not know each other."""

from collections.abc import Iterable, Sequence
from typing import Any

from addons.accounting.periods import Period
from addons.payables_repricing.services import repricing
from addons.pricing.models import runs
from addons.supplier_payables.models import matches, statements
from addons.supplier_payables.services import creation
from addons.supplier_payables.services.acts import Act
from core import m
from core.i18n import _l


class Match(matches.Match):
    """What a supplier asks for may become what its receipts cost."""

    @classmethod
    def further_acts(cls) -> list[Act]:
        """Also to reprice."""
        reprice = Act("reprice", _l("Reprice"), "r", repricing.REPRICE, repricing.reprice_by_hand)
        return [*super().further_acts(), reprice]

    @classmethod
    def reprice(cls, session: Any, given: Iterable[Any]) -> int:
        """Let receipts cost what the supplier states, and accept that; returns the id of the run."""
        return repricing.reprice(session, given)


class Run(runs.Run):
    """Drafts follow what runs change."""

    @classmethod
    def apply(cls, session: Any, given: Iterable[Any]) -> None:
        """Then drafts have the new prices."""
        with repricing.followed(session, given) as ids:
            super().apply(session, ids)

    @classmethod
    def undo(cls, session: Any, given: Iterable[Any]) -> None:
        """Then drafts have the old prices again."""
        with repricing.followed(session, given) as ids:
            super().undo(session, ids)


class PayablesRun(statements.Run):
    """Statements have the latest price of suppliers that are set so."""

    @classmethod
    def start(
        cls,
        session: Any,
        company_id: int,
        cycle: str,
        period: Period,
        partners: Sequence[int] | None = None,
    ) -> tuple[Any, list[int]]:
        """What is not billed is repriced to it first."""
        creation.check_period(cycle, period)
        due = repricing.due(session, company_id, cycle, partners)
        m.PurchasingOrder.take_latest(session, partners=due, until=period.end)
        made: tuple[Any, list[int]] = super().start(session, company_id, cycle, period, partners)
        return made
