"""What the review of a run shows: a page of its lines, the worst first, and which are still undecided.

Lines may stand in groups, by supplier, part or maker; the group that is worth most comes first. Read as the
user, who sees the lines of the suppliers that he sees.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from core import m
from core.db import AnySession, decimals_of

PAGE = 50
#: What may be shown alone.
SHOWN: Mapping[str, Callable[[Any], Any]] = {
    "all": lambda line: line.id.is_not(None),
    "undecided": lambda line: (line.refusal == "") & ~line.accepted,
    "accepted": lambda line: line.accepted,
    "refused": lambda line: line.refusal != "",
}
#: What lines stand together by.
GROUPS = ("worst", "supplier", "part", "maker")


@dataclass(frozen=True)
class Review:
    """A page of lines, and how many there are of each kind."""

    rows: Sequence[Any]
    counts: Any


def review(session: AnySession, run: Any, page: int, show: str = "all", by: str = "worst") -> Review:
    """The lines of a run that are to be seen, in groups where that is asked."""
    return Review(session.execute(_lines(run, page, show, by)).all(), counts_of(session, run))


def counts_of(session: AnySession, run: Any) -> Any:
    """How many lines of a run there are of each kind, and what those to decide and the accepted come to."""
    line = m.PricingRunLine
    kinds = [func.count().filter(where(line)).label(name) for name, where in SHOWN.items()]
    undecided = SHOWN["undecided"](line)
    sums = [
        func.coalesce(func.sum(_in_books(run, amount)).filter(which), 0).label(name)
        for name, amount, which in (
            ("to_bill", line.amount, line.accepted),
            ("claims", line.claim_amount, line.accepted),
            ("to_decide", line.amount + line.claim_amount, undecided),
        )
    ]
    return session.execute(select(*kinds, *sums).where(line.run_id == run.id)).one()


def _in_books(run: Any, amount: Any) -> Any:
    """What an amount of a line comes to in the currency of the books, at the rate of its receipt."""
    return func.round(amount * m.PricingRunLine.rate, decimals_of(run.company_currency))


def has_lines(session: AnySession, run_id: int, kind: str) -> bool:
    """Whether a run has a line of this kind."""
    line = m.PricingRunLine
    found = select(line.id).where(line.run_id == run_id, SHOWN[kind](line)).exists()
    return bool(session.scalar(select(found)))


def free_lines(session: AnySession, run: Any, *, within: bool = False) -> list[int]:
    """The undecided lines, or those that change by no more than the run's tolerance."""
    line = m.PricingRunLine
    query = select(line.id).where(line.run_id == run.id, SHOWN["undecided"](line))
    if within:
        query = query.where(func.abs(line.percent) <= (run.tolerance or 0))
    return list(session.scalars(query.order_by(line.id)))


def _lines(run: Any, page: int, show: str, by: str) -> Any:
    line, part, partner, maker = m.PricingRunLine, m.Product, m.Partner, m.Maker
    move, transfer = m.StockMove, m.StockTransfer
    worth = _in_books(run, line.amount + line.claim_amount)
    columns: list[Any] = [line, part.code, part.mpn, transfer.number.label("receipt"), worth.label("worth")]
    columns += [move.date.label("received"), partner.name.label("supplier"), maker.name.label("maker")]
    order: list[Any] = [func.abs(worth).desc(), line.id]
    group: Any = {"supplier": partner, "part": part, "maker": maker}.get(by)
    if group is not None:
        columns += _headings(group, worth)
        order = [func.sum(func.abs(worth)).over(partition_by=group.id).desc(), group.id, *order]
    query = select(*columns).join(part, line.product_id == part.id)
    query = query.join(partner, line.partner_id == partner.id).outerjoin(maker, part.maker_id == maker.id)
    query = query.join(move, line.move_id == move.id).join(transfer, move.transfer_id == transfer.id)
    query = query.where(line.run_id == run.id, SHOWN[show](line)).order_by(*order)
    return query.limit(PAGE).offset((page - 1) * PAGE)


def _headings(group: Any, worth: Any) -> list[Any]:
    """What stands above a group: its name, how many lines it has, and what they come to."""
    return [
        group.id.label("group"),
        getattr(group, "code" if group is m.Product else "name").label("heading"),
        func.count().over(partition_by=group.id).label("together"),
        func.sum(worth).over(partition_by=group.id).label("group_value"),
    ]
