"""Find the received lines whose price is not the latest one, and what the difference comes to.

Problem: of 50,000 lines that came this month a few hundred cost less or more than the supplier charges by
now; nobody can read 50,000 lines. Rule: of each receipt in the period the price by now is compared with the
latest price of the run's day (see `latest`), by the quantity of the order; only what differs becomes a
line. Example: 100 came at 1.00 USD, 40 of them are billed, the list has 1.08: the line shows 4.80 for the
60 that no bill is for yet, and 3.20 to be claimed.

In the books a unit costs the latest price times the rate of the receipt, rounded like any cost, so that the
receipt is worth what it would be had the price been known at once. What is billed of a line takes the last
pieces, as bills do: the open part of the difference is the share of the first ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from addons.accounting.services.window import refuse_impossible
from addons.pricing.services.buying import break_quantities
from addons.pricing.services.errors import PricingError
from addons.pricing.services.latest import Latest, Wanted, latest_prices, partners_of
from addons.pricing.services.priced import BY_NOW, LAST_RUN
from addons.purchasing.services.pricing import UNIT, net_price
from addons.stock.services.costs import share
from addons.stock.services.orders.prices import untaxed
from core import m
from core.clock import today
from core.db import AnySession, round_to, smallest_unit
from core.i18n import _
from core.records.sequences import next_numbers
from core.sayings import say
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

REPRICE = "pricing.reprice"
_ZERO, _PERCENT = Decimal(0), Decimal("0.0001")
#: Received moves of a company with their order lines and the price by now.
MOVES = f"""
    SELECT v.id AS move_id, v.date, v.product_id, v.quantity, v.billed, {BY_NOW} AS price,
           v.ordered_price, v.document_currency_code AS currency, v.document_rate AS rate,
           o.partner_id, l.order_id, {untaxed("l")} AS unit_price, l.discount, l.quantity AS line_quantity
      FROM stock_move v JOIN purchasing_order_line l ON l.id = v.purchase_line_id
      JOIN purchasing_order o ON o.id = l.order_id {LAST_RUN}
     WHERE v.company_id = :company AND v.state = 'done' AND v.returns_id IS NULL
       AND v.document_price IS NOT NULL
"""  # noqa: S608  # our own constants
_RECEIVED = text(f"""{MOVES}
       AND v.date BETWEEN :since AND :until
       AND (CAST(:suppliers AS bigint[]) = ARRAY[]::bigint[] OR o.partner_id = ANY(:suppliers))
       AND (CAST(:parts AS bigint[]) = ARRAY[]::bigint[] OR v.product_id = ANY(:parts))
     ORDER BY v.id
""")
_NAMED = text(f"{MOVES} AND v.id = ANY(:ids) ORDER BY v.id")
#: What receipts are worth by the prices of their supplier, and how much went back and is credited.
_WORTH = text("""
    SELECT w.id, v.amount, coalesce(r.back, 0) AS back, coalesce(r.credited, 0) AS credited
      FROM unnest(CAST(:ids AS bigint[])) AS w (id)
      LEFT JOIN (SELECT move_id AS id, sum(amount) AS amount FROM stock_value
                  WHERE move_id = ANY(:ids) AND kind IN ('receipt', 'repricing')
                  GROUP BY move_id) v USING (id)
      LEFT JOIN (SELECT returns_id AS id, sum(quantity) AS back, sum(billed) AS credited FROM stock_move
                  WHERE returns_id = ANY(:ids) AND state = 'done' GROUP BY returns_id) r USING (id)
""")
_CHOSEN = text("""
    SELECT ARRAY(SELECT partner_id FROM pricing_run_supplier WHERE run_id = :id ORDER BY 1) AS suppliers,
           ARRAY(SELECT product_id FROM pricing_run_part WHERE run_id = :id ORDER BY 1) AS parts,
           (SELECT currency_code FROM company WHERE id = :company) AS currency
""")
_FORGET = text("DELETE FROM pricing_run_line WHERE run_id = :id")
_SCREENED = text("UPDATE pricing_run SET screened = :count, approved_by_id = NULL WHERE id = :id")


class Found(NamedTuple):
    """A received line and the latest price, which is another one."""

    row: Any
    latest: Latest


def create(session: AnySession, runs: Sequence[Any]) -> list[int]:
    """Write, number and screen unsaved runs. Raises PricingError."""
    acts.require(session, REPRICE)
    for run in runs:
        with session.no_autoflush:
            run.date = run.date or today()
            refuse_impossible(session, run.company_id, run.date, PricingError)
            if run.tolerance is None:
                run.tolerance = session.get_one(m.Company, run.company_id).reprice_tolerance
        if not run.since or not run.until or run.until < run.since:
            raise PricingError(_("Say on which days the goods came: the first, and the last."))
        run.user_id = run.user_id or actor_of(session).user_id
        (run.number,) = next_numbers(session, "pricing.run", run.company_id, run.date.year, 1)
    session.add_all(runs)
    session.flush()
    m.PricingRun.screen(session, runs)
    return [run.id for run in runs]


@dataclass(frozen=True)
class Agreed:
    """What one unit of a received move is to cost, and the record by which that was agreed."""

    move_id: int
    price: Decimal
    origin: str
    model: str
    record_id: int


def begin_with(session: AnySession, company_id: int, agreed: Sequence[Agreed], reason: str) -> int:
    """An open run of just these receipts, accepted. Raises PricingError where one can't be repriced."""
    acts.require(session, REPRICE)
    wanted = {one.move_id: one for one in agreed}
    rows = session.execute(_NAMED, {"company": company_id, "ids": list(wanted)}).all()
    found = [_agreed(row, wanted[row.move_id]) for row in rows if row.price != wanted[row.move_id].price]
    if not found:
        raise PricingError(_("The receipts cost that already."))
    company = session.get_one(m.Company, company_id)
    run = m.PricingRun(
        company_id=company_id,
        date=today(),
        since=min(one.row.date for one in found),
        until=max(one.row.date for one in found),
        reason=reason,
        tolerance=company.reprice_tolerance,
        user_id=actor_of(session).user_id,
    )
    (run.number,) = next_numbers(session, "pricing.run", company_id, run.date.year, 1)
    session.add(run)
    session.flush()
    lines = list(_lines(session, run, found, company.currency_code))
    PricingError.refuse({line["move_id"]: line["refusal"] for line in lines if line["refusal"]})
    m.PricingRunLine._bulk(session, [{**line, "accepted": True} for line in lines])
    session.execute(_SCREENED, {"id": run.id, "count": len(rows)})
    record(session, "create", "pricing.run", [run.id])
    acts.forget(session, m.PricingRun, [run.id])
    return int(run.id)


def _agreed(row: Any, agreed: Agreed) -> Found:
    origin, model, key = agreed.origin, agreed.model, agreed.record_id
    return Found(row, Latest(agreed.price, _ZERO, "agreed", model, key, row.date, origin))


def screen(session: AnySession, runs: Iterable[Any]) -> None:
    """Find the lines of open runs anew; what was accepted is to be accepted again."""
    acts.require(session, REPRICE)
    rows = acts.locked(session, m.PricingRun, runs)
    PricingError.refuse({row.id: not_open(row) for row in rows if row.state != "open"})
    for run in rows:
        _screen(session, run)
    record(session, "screen", "pricing.run", [row.id for row in rows])
    acts.forget(session, m.PricingRun, [row.id for row in rows])


def not_open(run: Any) -> str:
    """Why a run that is not open takes no further changes."""
    return _("%(number)s is not open any more: begin a new run.", number=run.number)


def _screen(session: AnySession, run: Any) -> None:
    chosen = session.execute(_CHOSEN, {"id": run.id, "company": run.company_id}).one()
    values = {"company": run.company_id, "since": run.since, "until": run.until}
    received = session.execute(
        _RECEIVED, {**values, "suppliers": chosen.suppliers, "parts": chosen.parts}
    ).all()
    session.execute(_FORGET, {"id": run.id})
    lines = list(_lines(session, run, list(differing(session, run.date, received)), chosen.currency))
    lines.sort(key=lambda line: -abs(line["value"] + line["claim_value"]))
    m.PricingRunLine._bulk(session, lines)
    session.execute(_SCREENED, {"id": run.id, "count": len(received)})


def differing(session: AnySession, on: date, received: Sequence[Any]) -> Iterator[Found]:
    """Rows of `MOVES` whose price is not the latest one of a day, with that."""
    of = partners_of(session, {row.partner_id for row in received})
    quantities = break_quantities(session, received, of, "line_quantity")
    wanted = [
        Wanted(row.partner_id, row.product_id, quantity, row.currency, on)
        for row, quantity in zip(received, quantities, strict=True)
    ]
    latest = latest_prices(session, wanted, of)
    for row, price in zip(received, map(latest.get, wanted), strict=True):
        if price is not None and price.net != row.price:
            yield Found(row, price)


def _lines(session: AnySession, run: Any, found: Sequence[Found], currency: str) -> Iterator[dict[str, Any]]:
    ids = [one.row.move_id for one in found]
    worth = {row.id: row for row in session.execute(_WORTH, {"ids": ids})} if ids else {}
    locked = m.StockMove.locked_because(session, ids) if ids else {}
    units = {code: smallest_unit(code) for code in {currency, *(one.row.currency for one in found)}}
    for one in found:
        of = worth[one.row.move_id]
        if of.back < one.row.quantity:
            refusal = locked.get(one.row.move_id) or _refusal(run, one.row, of)
            yield _line(run, one, of, refusal, units[one.row.currency], units[currency])


def _line(run: Any, found: Found, worth: Any, refusal: str, of: Decimal, unit: Decimal) -> dict[str, Any]:
    """With amounts to the smallest unit of the supplier's currency and values to that of the books'."""
    row, price = found.row, found.latest.net
    claimed = claimed_quantity(row, worth)
    value, claim_value = values_of(row, worth, price, unit)
    return {
        "run_id": run.id,
        "company_id": run.company_id,
        "move_id": row.move_id,
        "partner_id": row.partner_id,
        "product_id": row.product_id,
        "currency_code": row.currency,
        "rate": row.rate,
        "quantity": row.quantity,
        "billed": row.billed,
        "ordered_price": _ordered(row),
        "price": row.price,
        "latest_price": price,
        "percent": _percent(price - row.price, row.price),
        "origin": found.latest.origin,
        "source_model": found.latest.model,
        "source_id": found.latest.record_id,
        "amount": _more(row, price, row.quantity - worth.back - claimed, of),
        "value": value,
        "claim_amount": _more(row, price, claimed, of),
        "claim_value": claim_value,
        "refusal": refusal,
    }


def _more(row: Any, price: Decimal, quantity: Decimal, unit: Decimal) -> Decimal:
    """What a bill asks more for so many: each bill is rounded, and not what lies between them."""
    return round_to(price * quantity, unit) - round_to(row.price * quantity, unit)


def _ordered(row: Any) -> Decimal:
    ordered: Decimal | None = row.ordered_price
    return net_price(row.unit_price, row.discount) if ordered is None else ordered


def _percent(change: Decimal, price: Decimal) -> Decimal:
    """By how many percent; what cost nothing has risen by all there is."""
    if not price:
        return Decimal(100)
    return min((change / price * 100).quantize(_PERCENT), Decimal(10) ** 12)


def claimed_quantity(row: Any, worth: Any) -> Decimal:
    """How much of a move is billed and was not credited."""
    return max(Decimal(row.billed) - Decimal(worth.credited), _ZERO)


def is_settled(row: Any, worth: Any) -> bool:
    """Whether nothing of a move is still to be billed or credited."""
    return bool(row.billed > 0 and row.quantity - row.billed == worth.back - worth.credited)


def values_of(row: Any, worth: Any, price: Decimal, unit: Decimal) -> tuple[Decimal, Decimal]:
    """What a move is worth more at a price in the books: of what is still to be billed, and of the rest."""
    new = round_to(round_to(price * row.rate, UNIT) * row.quantity, unit)
    change = new - worth.amount
    if not row.billed:
        return change, _ZERO
    if is_settled(row, worth):
        return _ZERO, change
    kept = row.quantity - row.billed
    open_part = share(new, row.quantity, kept, unit) - share(worth.amount, row.quantity, kept, unit)
    return open_part, change - open_part


def _refusal(run: Any, row: Any, worth: Any) -> str:
    if row.billed and not is_settled(row, worth) and worth.back:
        return say("Part of it is billed and part went back: bill or credit the rest first.")
    if not row.billed and worth.credited:
        return say("What went back is credited, and the rest is not billed: bill it first.")
    if row.billed and not run.with_claims:
        return say("It is billed: a run with “Claim what is billed” claims the difference.")
    return ""
