"""Candidates for a short line among 1,000,000 parts, for a hundred lines at once, and the reading.

Values are spread as in a catalogue: a few that everybody stocks have thousands of parts, most have few.
"""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from addons.stock.services.drafts import MoveDraft, TransferDraft
from addons.substitutes.services.asking import Wanted
from addons.substitutes.services.traits import unread
from core import m
from core.db import db
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

PARTS, STOCKED, LINES = 1_000_000, 20_000, 100
DAY = date(2026, 3, 2)
SIZES = ("0402", "0603", "0805", "1206")
COMMON = ("100nF", "10nF", "1uF", "10uF", "100pF", "22pF", "4.7uF", "1nF")
VOLTS = ("6.3", "10", "16", "25", "50", "100")


def bench() -> list[Result]:
    """First the worst: the lines whose values thousands of parts have."""
    with bench_app(["substitutes"]):
        (customer,) = work.customers(1)
        company = work.company_id()
        m.Product._bulk(db.session, _parts(company))
        db.session.commit()
        read = _read()
        _receive(company)
        # As autovacuum leaves it.
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        return [*_asked(customer), read]


def _parts(company: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(7)  # the same parts at every run
    for number in range(PARTS):
        yield {
            "company_id": company,
            "code": f"P{number:07}",
            "list_price": Decimal(chance.randint(10, 9999)) / 10_000,
            "list_currency_code": "USD",
            "description": _described(chance),
        }


def _described(chance: random.Random) -> str:
    size = chance.choice(SIZES)
    if chance.random() < 0.5:
        ohms = chance.randint(100, 999) * 10 ** chance.randint(0, 4)
        return f"Resistor {ohms} ohm {chance.choice((1, 5))}% {chance.choice(('1/10W', '1/8W'))} {size}"
    value = chance.choice(COMMON) if chance.random() < 0.2 else f"{chance.randint(10, 999)}nF"
    return f"Capacitor {value} {chance.choice(VOLTS)}V {chance.choice(('X7R', 'X5R', 'C0G'))} {size} 10%"


def _read() -> Result:
    with measured("parts read from their descriptions", "part", engine=db.engine) as result:
        while ids := unread(db.session):
            result.work["of a known kind"] = result.work.get("of a known kind", 0) + m.SubstituteTrait.read(
                db.session, ids
            )
            result.units += len(ids)
            db.session.commit()
    return result


def _receive(company: int) -> None:
    ids = db.session.scalars(select(m.Product.id).order_by(m.Product.id).limit(STOCKED)).all()
    moves = [MoveDraft(part, Decimal(1000), unit_cost=Decimal("0.01")) for part in ids]
    drafts = [
        TransferDraft(company, "receipt", moves[n : n + 1000], planned=DAY) for n in range(0, STOCKED, 1000)
    ]
    m.StockTransfer.do(db.session, m.StockTransfer.create(db.session, drafts), DAY)
    db.session.commit()


def _asked(customer: int) -> list[Result]:
    product = m.Product
    crowded = product.description.like("Capacitor 100nF %V % 0603 10\\%")
    worst = db.session.scalars(select(product.id).where(crowded).order_by(product.id).limit(LINES)).all()
    any_part = db.session.scalars(select(product.id).order_by(product.id.desc()).limit(LINES)).all()
    return [
        _one_by_one("a line of a value that thousands have", customer, worst),
        _one_by_one("a line of any value", customer, any_part),
        _at_once("a hundred lines at once", customer, any_part),
    ]


def _lines(customer: int, parts: Any) -> list[Wanted]:
    return [Wanted(part, customer, part, Decimal(2000), "USD", DAY, Decimal(1)) for part in parts]


def _one_by_one(case: str, customer: int, parts: Any) -> Result:
    m.Substitute.candidates(db.session, _lines(customer, parts[:1]))
    with measured(case, "line", engine=db.engine) as result:
        for line in _lines(customer, parts):
            result.work["candidates"] = result.work.get("candidates", 0) + len(
                m.Substitute.candidates(db.session, [line])[line.key]
            )
    result.units = len(parts)
    return result


def _at_once(case: str, customer: int, parts: Any) -> Result:
    with measured(case, "line", engine=db.engine) as result:
        found = m.Substitute.candidates(db.session, _lines(customer, parts))
    result.units = len(parts)
    result.work["candidates"] = sum(map(len, found.values()))
    return result
