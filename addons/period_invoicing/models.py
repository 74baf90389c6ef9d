"""Runs that invoice first, and statements that name orders: statements and sales do not know each other."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from addons.accounting.periods import Period
from addons.billing_statements.models import runs, statements
from addons.billing_statements.services.details import Detail
from addons.billing_statements.services.due import Due, Expected
from addons.billing_statements.services.health import Concern
from addons.period_invoicing.services import details, invoicing


class StatementRun(runs.StatementRun):
    """What customers who are invoiced by period had is invoiced before it is stated."""

    @classmethod
    def prepare(cls, session: Any, run: Any, partners: Sequence[int] | None = None) -> Mapping[int, str]:
        """Invoice what moved up to the period's end; who can't be invoiced is not stated."""
        refused = super().prepare(session, run, partners)
        return {**refused, **invoicing.invoice(session, run, partners, refused)}

    @classmethod
    def expected(
        cls, session: Any, partners: Iterable[int], period: Period
    ) -> Mapping[tuple[int, str], Expected]:
        """What would be invoiced, taxes included."""
        given = list(partners)
        return {**super().expected(session, given, period), **invoicing.expected(session, given, period)}

    @classmethod
    def concerns(cls, session: Any, company_id: int, cycles: Sequence[Due]) -> list[Concern]:
        """Also goods that went in the period and are on no invoice, of customers invoiced by delivery."""
        return [*super().concerns(session, company_id, cycles), *invoicing.forgotten(session, cycles)]


class Statement(statements.Statement):
    """Its lines say from which order and delivery they are."""

    @classmethod
    def details(cls, session: Any, statement: Any) -> Sequence[Detail]:
        """With the customer's numbers of order and part, and the deliveries."""
        return details.complete(session, super().details(session, statement))
