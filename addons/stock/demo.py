"""A quarter of receipts with date codes, deliveries, a return, a count and scrap; one delivery is short."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.stock.services.drafts import LotDraft, MoveDraft, TransferDraft
from addons.stock.services.places import usual_places
from core import m
from core.clock import today
from core.security.actor import Actor, acting
from core.security.users import LogIn

PARTS, RECEIPTS, DELIVERIES = 60, 30, 40
REEL = 5000
#: How many days ago goods came in, and since when they have been going out.
CAME, WENT = (90, 60), (50, 5)


def load(session: Any, company: Any) -> list[LogIn]:
    """Move goods once."""
    transfer = m.StockTransfer
    if session.scalar(select(transfer.id).where(transfer.company_id == company.id).limit(1)):
        return []
    with acting(session, Actor(None, "demo", company.id, is_superuser=True)):
        _move(session, company.id, random.Random(7))  # noqa: S311  # the same goods at every load
    return []


def _move(session: Any, company_id: int, chance: random.Random) -> None:
    parts = _parts(session, company_id)
    suppliers, customers = (_partners(session, company_id, kind) for kind in ("is_supplier", "is_customer"))
    _do(session, list(_receipts(company_id, chance, parts, suppliers)))
    delivered = list(_deliveries(company_id, chance, parts, customers))
    _do(session, delivered)
    _bring_back(session, company_id, delivered[0])
    _count_and_scrap(session, company_id, parts)
    _plan(session, company_id, parts, suppliers[0], customers[0])


def _parts(session: Any, company_id: int) -> Sequence[int]:
    product = m.Product
    query = select(product.id).where(product.company_id == company_id, product.description.like("Res%"))
    return list(session.scalars(query.order_by(product.code).limit(PARTS)))


def _partners(session: Any, company_id: int, kind: str) -> Sequence[int]:
    partner = m.Partner
    query = select(partner.id).where(partner.company_id == company_id, getattr(partner, kind))
    return list(session.scalars(query.order_by(partner.code).limit(12)))


def _do(session: Any, drafts: Sequence[TransferDraft]) -> None:
    """Reserve and do them, all of a day at once."""
    ids = m.StockTransfer.create(session, drafts)
    m.StockTransfer.reserve(session, ids)
    for day in sorted({draft.planned for draft in drafts if draft.planned}):
        m.StockTransfer.do(session, [d.id for d in drafts if d.planned == day], day)


def _days_ago(chance: random.Random, days: tuple[int, int]) -> date:
    # Few days, each with several transfers.
    return today() - timedelta(days=chance.randrange(days[1], days[0] + 1, 5))


def _receipts(
    company_id: int, chance: random.Random, parts: Sequence[int], suppliers: Sequence[int]
) -> Iterator[TransferDraft]:
    for number in range(RECEIPTS):
        on = _days_ago(chance, CAME)
        made = on - timedelta(weeks=chance.randint(4, 60))
        code = f"{made.year % 100:02}{made.isocalendar().week:02}"
        lines = [
            MoveDraft(
                part,
                Decimal(REEL),
                lot=LotDraft(f"R{number:03}{reel}", code, f"{code}{chance.choice('ABC')}{part % 1000}"),
                unit_cost=Decimal(chance.randint(8, 90)) / 10_000,
            )
            for part in parts[number * 2 : number * 2 + 2]
            for reel in range(2)
        ]
        yield TransferDraft(
            company_id, "receipt", lines, chance.choice(suppliers), on, f"LS-{chance.randint(1000, 9999)}"
        )


def _deliveries(
    company_id: int, chance: random.Random, parts: Sequence[int], customers: Sequence[int]
) -> Iterator[TransferDraft]:
    for _ in range(DELIVERIES):
        lines = [
            MoveDraft(part, Decimal(chance.choice((100, 250, 500, 1000, 1500))))
            for part in chance.sample(list(parts), chance.randint(1, 4))
        ]
        yield TransferDraft(
            company_id,
            "delivery",
            lines,
            chance.choice(customers),
            _days_ago(chance, WENT),
            f"PO-{chance.randint(10000, 99999)}",
        )


def _bring_back(session: Any, company_id: int, delivery: TransferDraft) -> None:
    move = m.StockMove
    query = select(move.id).where(move.transfer_id == delivery.id, move.state == "done").order_by(move.id)
    went = session.scalars(query.limit(1)).one()
    back = TransferDraft(
        company_id,
        "return",
        [MoveDraft(None, Decimal(50), returns_id=went)],
        delivery.partner_id,
        today() - timedelta(days=3),
    )
    _do(session, [back])


def _count_and_scrap(session: Any, company_id: int, parts: Sequence[int]) -> None:
    """A shelf was counted, and ten pieces of a part were broken."""
    place, on = usual_places(session, company_id)["internal"], today() - timedelta(days=2)
    balance = m.StockBalance
    query = select(balance).where(balance.company_id == company_id, balance.on_hand > balance.reserved + 10)
    shelf = session.scalars(query.order_by(balance.id).limit(6)).all()
    count = m.StockCount(company_id=company_id, location_id=place, date=on, note="A 1–3")
    count.lines = [
        m.StockCountLine(
            position=n,
            product_id=row.product_id,
            lot_id=row.lot_id,
            counted=row.on_hand - (4 if n == 2 else 0) + (3 if n == 5 else 0),
        )
        for n, row in enumerate(shelf, start=1)
    ]
    m.StockCount.do(session, m.StockCount.create(session, [count]))
    _do(session, [TransferDraft(company_id, "scrap", [MoveDraft(parts[-1], Decimal(10))], planned=on)])


def _plan(session: Any, company_id: int, parts: Sequence[int], supplier: int, customer: int) -> None:
    """What is due: a receipt, a delivery that is ready, and one that is short until the receipt comes."""
    soon = today() + timedelta(days=4)
    m.StockTransfer.create(
        session,
        [TransferDraft(company_id, "receipt", [MoveDraft(parts[0], Decimal(20_000))], supplier, soon)],
    )
    due = [
        TransferDraft(company_id, "delivery", [MoveDraft(part, Decimal(quantity))], customer, today())
        for part, quantity in ((parts[1], 500), (parts[0], 25_000))
    ]
    m.StockTransfer.reserve(session, m.StockTransfer.create(session, due))
