"""What applying a run would do before it is done: to stock, shipped and sold goods, and the supplier."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books, books_of
from addons.pricing.services.priced import BY_NOW, LAST_RUN
from addons.pricing.services.screening import REPRICE
from addons.stock.services.revaluing import CostChange, Effect, effects
from core import m
from core.db import AnySession
from core.security import acts

_ZERO = Decimal(0)
_LINES = text(f"""
    SELECT p.move_id, p.value, p.claim_value FROM pricing_run_line p
      JOIN stock_move v ON v.id = p.move_id {LAST_RUN}
     WHERE p.run_id = :run AND p.accepted AND v.billed = p.billed AND {BY_NOW} = p.price
     ORDER BY p.move_id
""")  # noqa: S608  # our own constants


@dataclass(frozen=True)
class Preview:
    """What goods are worth more by it, and what suppliers get more, in the currency of the books."""

    #: How many lines are accepted.
    lines: int
    stock: Decimal
    shipped: Decimal
    sold: Decimal
    #: Scrapped goods, and cents of rounding.
    other: Decimal
    #: What bills will ask more, and what is claimed or owed beside them.
    to_bill: Decimal
    claims: Decimal


def preview(session: AnySession, runs: Iterable[Any]) -> dict[int, Preview]:
    """What the accepted lines of each run would do; nothing is written. Raises StockError."""
    acts.require(session, REPRICE)
    found = acts.ids_of(session, runs)
    return {run.id: _preview(session, run) for run in (session.get_one(m.PricingRun, key) for key in found)}


def accepted_effects(session: AnySession, run: Any) -> tuple[Sequence[Any], Sequence[Effect]]:
    """The accepted lines that are as they were found, and what they would do, move by move."""
    lines = session.execute(_LINES, {"run": run.id}).all()
    books = books_of(session, run.company_id)
    changes = [
        CostChange(
            line.move_id,
            line.value + line.claim_value,
            books.account("goods_received" if line.value else "supplier_claims"),
        )
        for line in lines
        if line.value + line.claim_value
    ]
    return lines, effects(session, changes) if changes else ()


def _preview(session: AnySession, run: Any) -> Preview:
    lines, found = accepted_effects(session, run)
    return summed(books_of(session, run.company_id), lines, found)


def summed(books: Books, lines: Sequence[Any], found: Sequence[Effect]) -> Preview:
    """What effects come to, by where they stand."""
    by_account: dict[int, Decimal] = {}
    stock = _ZERO
    for effect in found:
        stock += effect.amount
        for account, amount in effect.accounts.items():
            by_account[account] = by_account.get(account, _ZERO) + amount
    shipped, sold = (
        by_account.pop(books.account(purpose), _ZERO) for purpose in ("goods_shipped", "cost_of_goods_sold")
    )
    to_bill, claims = (
        -by_account.pop(books.account(purpose), _ZERO) for purpose in ("goods_received", "supplier_claims")
    )
    # Of a line that is billed in part, all of it stands with what is to be billed.
    parted = sum((line.claim_value for line in lines if line.value), _ZERO)
    other = sum(by_account.values(), _ZERO)
    return Preview(len(lines), stock, shipped, sold, other, to_bill - parted, claims + parted)
