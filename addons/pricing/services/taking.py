"""Take the latest price where goods become a bill or a statement, of suppliers that are set so.

Problem: 100 came on 2 March at 1.00, which was the latest price then; on 9 March they are billed, and the
list has 1.08. Rule: of suppliers whose receipts cost the latest price, what no bill is for yet is repriced
first, to the latest price of the day, by a run of just these receipts in the same transaction. So value,
margins and ledger follow, the bill has 1.08, and the run says what was done and is taken back like any other;
the ordered price stays beside it. What is billed or credited in part, or agreed with the supplier, stays as
it is: runs that people look through find it.

That the supplier's price holds was decided when it was set so: no one is asked for the single price.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import text

from addons.pricing.services.screening import MOVES, Agreed, differing
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.actor import acting, actor_of

_OPEN = text(f"""{MOVES}
       AND v.billed = 0 AND (o.id = ANY(:orders) OR o.partner_id = ANY(:partners))
       AND (CAST(:until AS date) IS NULL OR v.date <= :until)
       AND EXISTS (SELECT 1 FROM partner p WHERE p.id = o.partner_id AND p.receipt_price = 'latest')
       AND NOT EXISTS (SELECT 1 FROM stock_move r
                        WHERE r.returns_id = v.id AND r.state = 'done' AND r.billed > 0)
     ORDER BY v.id
""")  # noqa: S608  # our own constants
_COMPANIES = text("""
    SELECT company_id FROM purchasing_order WHERE id = ANY(:orders)
     UNION SELECT company_id FROM partner WHERE id = ANY(:partners) ORDER BY 1
""")


def take_latest(
    session: AnySession, orders: Iterable[int] = (), partners: Iterable[int] = (), until: date | None = None
) -> list[int]:
    """Reprice what is open of orders, or of suppliers, up to a day; returns the ids of the runs."""
    given = {"orders": list(orders), "partners": list(partners)}
    made = [
        _take(session, company, {**given, "company": company, "until": until})
        for company in session.scalars(_COMPANIES, given).all()
    ]
    return [run for run in made if run]


def _take(session: AnySession, company_id: int, values: dict[str, object]) -> int:
    found = list(differing(session, today(), session.execute(_OPEN, values).all()))
    locked = m.StockMove.locked_because(session, [one.row.move_id for one in found]) if found else {}
    agreed = [
        Agreed(one.row.move_id, one.latest.net, one.latest.origin, one.latest.model, one.latest.record_id)
        for one in found
        if one.row.move_id not in locked
    ]
    if not agreed:
        return 0
    # Whoever bills needs no right to reprice: that the latest price holds is agreed with the supplier.
    with acting(session, replace(actor_of(session), is_superuser=True)):
        run_id = int(
            m.PricingRun.begin_with(session, company_id, agreed, _("The latest price when it was billed"))
        )
        session.get_one(m.PricingRun, run_id).tolerance = None
        session.flush()
        m.PricingRun.apply(session, [run_id])
    acts.forget(session, m.PricingRun, [run_id])
    return run_id
