"""Invoice a period: all delivered and returned lines that are on no invoice, of who is invoiced by period.

Each customer gets one invoice a currency, with its taxes, and where more came back than went a credit note.
A customer whose goods can't be invoiced (no rate, no tax, books that are closed) keeps the others from
nothing: it gets no statement, and the run says why.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import text

from addons.accounting.periods import Period
from addons.billing_statements.services.due import Due, Expected
from addons.billing_statements.services.health import Concern
from addons.billing_statements.services.members import MEMBERS, values_of, with_branches
from addons.sales.services.invoicing import INVOICE, drafts_until, uninvoiced_until
from core import m
from core.db import AnySession
from core.errors import UserError
from core.i18n import ngettext
from core.security import acts
from core.security.acts import NotAllowedError

Found = TypeVar("Found")
_CUSTOMERS = text(f"""
    WITH member AS ({MEMBERS})
    SELECT id, stated_id FROM member JOIN partner ON id = partner_id WHERE invoicing = 'period' ORDER BY id
""")  # noqa: S608  # our own words
_BY = text("SELECT id, invoicing = 'period' AS by_period FROM partner WHERE id = ANY(:ids)")


def invoice(
    session: AnySession, run: Any, partners: Sequence[int] | None, refused: Mapping[int, str]
) -> dict[int, str]:
    """Invoice what a run states; returns the customers whose goods can't be invoiced, with the reason."""
    values = values_of(run.company_id, run.cycle, Period(run.period_start, run.period_end), partners)
    stated_on = {row.id: row.stated_id for row in session.execute(_CUSTOMERS, values)}
    wanted = [customer for customer, head in stated_on.items() if head not in refused]
    try:
        acts.require(session, INVOICE)
    except NotAllowedError as error:
        lines = uninvoiced_until(session, wanted, run.period_end)
        return {stated_on[line.row.partner_id]: str(error) for line in lines}
    failed = _invoice(session, wanted, run) if wanted else {}
    return {stated_on[customer]: reason for customer, reason in failed.items()}


def _invoice(session: AnySession, partners: Sequence[int], run: Any) -> dict[int, str]:
    def act(some: Sequence[int]) -> list[tuple[int, str]]:
        with session.begin_nested():
            m.SalesOrder.invoice_until(session, some, run.period_end)
        return []

    return dict(_halved(partners, act, lambda partner, error: [(partner, str(error))]))


def _halved(
    partners: Sequence[int],
    act: Callable[[Sequence[int]], list[Found]],
    alone: Callable[[int, UserError], list[Found]],
) -> list[Found]:
    """All at once; where that is refused half by half, until whom the refusal speaks of stands alone."""
    try:
        return act(partners)
    except UserError as error:
        if len(partners) == 1:
            return alone(partners[0], error)
        half = len(partners) // 2
        return [*_halved(partners[:half], act, alone), *_halved(partners[half:], act, alone)]


def expected(session: AnySession, partners: Iterable[int], period: Period) -> dict[tuple[int, str], Expected]:
    """What would be invoiced of who is invoiced by period; who can't be is left out, the run will say why."""
    found: dict[tuple[int, str], Expected] = {}
    stated_on = with_branches(session, partners)
    for draft in _drafts(session, _by_period(session, stated_on, by_period=True), period):
        key = stated_on[draft.partner_id], draft.currency_code
        before = found.get(key, Expected(0, draft.total * 0))
        amount = draft.total if draft.kind == "invoice" else -draft.total
        found[key] = Expected(before.documents + 1, before.amount + amount)
    return found


def _by_period(session: AnySession, partners: Iterable[int], *, by_period: bool) -> list[int]:
    rows = session.execute(_BY, {"ids": list(partners)})
    return [row.id for row in rows if row.by_period is by_period]


def _drafts(session: AnySession, partners: Sequence[int], period: Period) -> list[Any]:
    if not partners:
        return []
    return _halved(partners, lambda some: drafts_until(session, some, period.end), lambda *_refused: [])


def forgotten(session: AnySession, cycles: Sequence[Due]) -> Iterator[Concern]:
    """Goods that went in the period and are on no invoice, of those who are invoiced otherwise."""
    for due in cycles:
        stated_on = with_branches(session, {row.partner_id for row in due.rows})
        others = _by_period(session, stated_on, by_period=False)
        counts: dict[int, int] = {}
        for line in uninvoiced_until(session, others, due.period.end) if others else ():
            customer = stated_on[line.row.partner_id]
            counts[customer] = counts.get(customer, 0) + 1
        for partner_id, count in counts.items():
            reason = ngettext("%(num)s line is not invoiced", "%(num)s lines are not invoiced", count)
            yield Concern(partner_id, "uninvoiced", reason)
