"""Reprice receipts to what their supplier states, and let drafts follow repricing.

Problem: 100 were received at 1.50, the supplier states 1.62 and is right. Accepting it would leave the goods
at 1.50 and 12.00 in price differences. Rule: a run of just that receipt, begun, accepted and applied at
once, lets it cost 1.62 with all that followed from it; the draft's line follows, the match agrees and is
accepted. Beyond the tolerance for repricing the run waits for a second person, and the match with it.

Drafts are locked before receipts, as posting does it: so nobody waits for the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.pricing.services.screening import REPRICE, Agreed
from addons.supplier_payables.services import deciding
from addons.supplier_payables.services.errors import PayablesError
from core import m
from core.db import AnySession, round_to
from core.i18n import _
from core.sayings import say
from core.security import acts

__all__ = ["REPRICE", "followed", "reprice", "reprice_by_hand"]
_UNIT = Decimal("0.000001")
_MOVES = text(
    "SELECT DISTINCT move_id FROM pricing_run_line WHERE run_id = ANY(:ids) AND accepted ORDER BY 1"
)
_RECEIPTS = text("""
    SELECT DISTINCT l.match_id, coalesce(v.returns_id, v.id) AS move_id
      FROM payables_line l JOIN stock_move v ON v.id = l.move_id WHERE l.match_id = ANY(:ids)
""")
#: The price that the one line states, else what a unit comes to.
_PRICES = text("""
    SELECT match_id, CASE WHEN count(*) = 1 THEN max(unit_price) END AS price, sum(amount) AS amount,
           sum(quantity) AS quantity
      FROM payables_their_line WHERE match_id = ANY(:ids) GROUP BY 1
""")
#: Runs that were begun from these matches, and are open.
_WAITING = text("""
    SELECT l.source_id AS match_id, max(r.number) AS number
      FROM pricing_run_line l JOIN pricing_run r ON r.id = l.run_id AND r.state = 'open'
     WHERE l.source_model = 'payables.match' AND l.source_id = ANY(:ids) GROUP BY 1
""")


_LATEST = text("""
    SELECT id FROM partner
     WHERE company_id = :company AND is_supplier AND receipt_price = 'latest'
       AND CASE WHEN :everyone THEN settlement = 'period' AND settlement_cycle = :cycle
                ELSE id = ANY(:named) END
     ORDER BY id
""")


def due(session: AnySession, company_id: int, cycle: str, partners: Sequence[int] | None) -> list[int]:
    """The suppliers of a run whose receipts cost the latest price."""
    given = {
        "company": company_id,
        "cycle": cycle,
        "everyone": partners is None,
        "named": list(partners or ()),
    }
    return list(session.scalars(_LATEST, given))


@contextmanager
def followed(session: AnySession, runs: Iterable[Any]) -> Iterator[list[int]]:
    """Lock the drafts that runs are about, and let them follow what is done."""
    ids = acts.ids_of(session, runs)
    moves = list(session.scalars(_MOVES, {"ids": ids}))
    m.PayablesStatement.drafts_of(session, moves)
    yield ids
    m.PayablesStatement.follow_prices(session, moves)


def reprice(session: AnySession, matches: Iterable[Any]) -> int:
    """Raises PayablesError for what is no plain difference in price, PricingError from repricing."""
    rows = deciding.acceptable(session, matches)
    PayablesError.refuse({row.id: why for row in rows if (why := _why_not(row))})
    if len({row.statement_id for row in rows}) != 1:
        raise PayablesError(_("Choose lines of one statement."))
    _refuse_waiting(session, rows)
    statement = session.get_one(m.PayablesStatement, rows[0].statement_id)
    reason = say("as stated with %(number)s", number=statement.number)
    run_id: int = m.PricingRun.begin_with(
        session, statement.company_id, _agreed(session, rows, reason), reason
    )
    run = session.get_one(m.PricingRun, run_id)
    if not m.PricingRun.needs_approval(session, run):
        m.PricingRun.apply(session, [run_id])
        m.PayablesMatch.accept(session, [row.id for row in rows])
    return run_id


def _why_not(row: Any) -> str:
    if row.kind != "price":
        return _("Only a price that differs can be repriced.")
    if "tax" in row.causes.split():
        return _(
            "This looks like the price with tax. If the price itself rose, take in the supplier's new price "
            "list and reprice by a run; else accept or dispute it."
        )
    return ""


def _refuse_waiting(session: AnySession, rows: Sequence[Any]) -> None:
    """What was repriced before and waits for its approval is not begun once more."""
    waiting = session.execute(_WAITING, {"ids": [row.id for row in rows]})
    PayablesError.refuse(
        {
            row.match_id: _(
                "%(number)s does that already, and waits for somebody who may approve repricing: open it "
                "under Repricing runs.",
                number=row.number,
            )
            for row in waiting
        }
    )


def _agreed(session: AnySession, rows: Sequence[Any], origin: str) -> list[Agreed]:
    ids = {"ids": [row.id for row in rows]}
    prices = {
        one.match_id: round_to(one.amount / one.quantity if one.price is None else one.price, _UNIT)
        for one in session.execute(_PRICES, ids)
    }
    return [
        Agreed(one.move_id, prices[one.match_id], origin, "payables.match", one.match_id)
        for one in session.execute(_RECEIPTS, ids)
    ]


def reprice_by_hand(session: AnySession, ids: list[int]) -> str:
    """From the workbench: what was done, in words."""
    run = session.get_one(m.PricingRun, m.PayablesMatch.reprice(session, ids))
    if run.state == "applied":
        return _("%(number)s is applied: the receipts cost what the supplier states.", number=run.number)
    return _("%(number)s waits for a second person: the change is beyond the tolerance.", number=run.number)
