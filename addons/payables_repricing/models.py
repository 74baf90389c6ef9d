"""Statements and repricing runs: supplier_payables and pricing do not know each other."""

from collections.abc import Iterable
from typing import Any

from addons.payables_repricing.services import repricing
from addons.pricing.models import runs
from addons.supplier_payables.models import matches
from addons.supplier_payables.services.acts import Act
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
