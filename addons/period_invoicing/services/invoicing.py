"""Invoice a period: all delivered and returned lines that are on no invoice, of who is invoiced by period.

Each customer gets one invoice a currency, with its taxes, and where more came back than went a credit note.
A customer whose goods can't be invoiced (no rate, no tax, books that are closed) keeps the others from
nothing: it gets no statement, and the run says why.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from addons.accounting.periods import Period
from addons.billing_statements.services.due import Due, Expected
from addons.billing_statements.services.health import Concern
from addons.sales.services.invoicing import INVOICE, drafts_until, uninvoiced_until
from core import m
from core.db import AnySession
from core.errors import UserError
from core.i18n import ngettext
from core.security import acts
from core.security.acts import NotAllowedError

_CUSTOMERS = text("""
    SELECT id FROM partner
     WHERE company_id = :company AND invoicing = 'period'
       AND CASE WHEN :everyone THEN concat_ws(':', statement_cycle, nullif(statement_days, '')) = :cycle
                ELSE id = ANY(:named) END
     ORDER BY id
""")
_BY = text("SELECT id, invoicing = 'period' AS by_period FROM partner WHERE id = ANY(:ids)")


def invoice(
    session: AnySession, run: Any, partners: Sequence[int] | None, refused: Mapping[int, str]
) -> dict[int, str]:
    """Invoice what a run states; returns the customers whose goods can't be invoiced, with the reason."""
    values = {
        "company": run.company_id,
        "cycle": run.cycle,
        "everyone": partners is None,
        "named": list(partners or ()),
    }
    wanted = [i for i in session.scalars(_CUSTOMERS, values) if i not in refused]
    try:
        acts.require(session, INVOICE)
    except NotAllowedError as error:
        lines = uninvoiced_until(session, wanted, run.period_end)
        return {line.row.partner_id: str(error) for line in lines}
    return _invoice(session, wanted, run) if wanted else {}


def _invoice(session: AnySession, partners: Sequence[int], run: Any) -> dict[int, str]:
    """All at once; where that is refused half by half, until whom the refusal speaks of stands alone."""
    try:
        with session.begin_nested():
            m.SalesOrder.invoice_until(session, partners, run.period_end)
    except UserError as error:
        if len(partners) == 1:
            return {partners[0]: str(error)}
        half = len(partners) // 2
        return {**_invoice(session, partners[:half], run), **_invoice(session, partners[half:], run)}
    return {}


def expected(session: AnySession, partners: Iterable[int], period: Period) -> dict[tuple[int, str], Expected]:
    """What would be invoiced of who is invoiced by period; who can't be is left out, the run will say why."""
    found: dict[tuple[int, str], Expected] = {}
    for draft in _drafts(session, _by_period(session, partners, by_period=True), period):
        key = draft.partner_id, draft.currency_code
        before = found.get(key, Expected(0, draft.total * 0))
        amount = draft.total if draft.kind == "invoice" else -draft.total
        found[key] = Expected(before.documents + 1, before.amount + amount)
    return found


def _by_period(session: AnySession, partners: Iterable[int], *, by_period: bool) -> list[int]:
    rows = session.execute(_BY, {"ids": list(partners)})
    return [row.id for row in rows if row.by_period is by_period]


def _drafts(session: AnySession, partners: Sequence[int], period: Period) -> Sequence[Any]:
    try:
        return drafts_until(session, partners, period.end) if partners else ()
    except UserError:
        if len(partners) == 1:
            return ()
        half = len(partners) // 2
        return [*_drafts(session, partners[:half], period), *_drafts(session, partners[half:], period)]


def forgotten(session: AnySession, cycles: Sequence[Due]) -> Iterator[Concern]:
    """Goods that went in the period and are on no invoice, of those who are invoiced otherwise."""
    for due in cycles:
        others = _by_period(session, sorted({row.partner_id for row in due.rows}), by_period=False)
        counts: dict[int, int] = {}
        for line in uninvoiced_until(session, others, due.period.end) if others else ():
            counts[line.row.partner_id] = counts.get(line.row.partner_id, 0) + 1
        for partner_id, count in counts.items():
            reason = ngettext("%(num)s line is not invoiced", "%(num)s lines are not invoiced", count)
            yield Concern(partner_id, "uninvoiced", reason)
