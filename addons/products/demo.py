"""3,000 parts of 20 makers, the same at every load; maker names and numbers are made up."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core import m
from core.security.users import LogIn

MAKERS = (
    "Aurum",
    "Bexley",
    "Corvane",
    "Dynaplex",
    "Eltronix",
    "Ferrox",
    "Gallium Works",
    "Helix Micro",
    "Ionix",
    "Kappa",
    "Lyrane",
    "Mikron",
    "Novatek Passives",
    "Ohmega",
    "Piezon",
    "Quanta",
    "Rivex",
    "Silvane",
    "Tessel",
    "Voltaire",
)
SIZES = ("0402", "0603", "0805", "1206")
RESISTORS = (10, 22, 47, 100, 220, 470, 1000, 2200, 4700, 10000, 22000, 47000, 100000)
CAPACITORS = (
    "10pF",
    "22pF",
    "47pF",
    "100pF",
    "1nF",
    "10nF",
    "100nF",
    "470nF",
    "1uF",
    "4.7uF",
    "10uF",
    "22uF",
)
OTHERS = (
    ("MCU", "Microcontroller, {n} KB flash", (16, 32, 64, 128, 256, 512)),
    ("LDO", "Voltage regulator, {n} mA", (100, 150, 300, 500, 800, 1000)),
    ("CON", "Connector, {n} contacts", (2, 4, 6, 8, 10, 20)),
    ("XTL", "Crystal, {n} MHz", (8, 12, 16, 24, 25, 26)),
    ("LED", "LED, {n} mcd", (80, 120, 200, 350, 500, 900)),
)
COUNT = 3000


def load(session: Any, company: Any) -> list[LogIn]:
    """Make the parts of the demo company once."""
    if session.scalar(select(m.Product.id).where(m.Product.company_id == company.id).limit(1)):
        return []
    makers = [m.Maker(name=name) for name in MAKERS]
    session.add_all(makers)
    session.flush()
    ids = [maker.id for maker in makers]
    rows = ({"company_id": company.id, **row} for row, _ in zip(_parts(ids), range(COUNT), strict=False))
    m.Product._bulk(session, rows)
    return []


def _parts(maker_ids: list[int]) -> Iterator[dict[str, Any]]:
    number = 0
    while True:
        for text, code in _kinds():
            number += 1
            maker = _maker(number)
            yield {
                "code": f"P{number:06}",
                "mpn": f"{MAKERS[maker][:2].upper()}{code}-{number:04}",
                "maker_id": maker_ids[maker],
                "description": text,
                "kind": "goods",
                "unit": "pcs",
                "cost": _cost(text, number),
            }


def _maker(number: int) -> int:
    """Which maker a part is of: of the first ones we have many, of the last ones few."""
    return min(number % len(MAKERS), number // len(MAKERS) % 27)


def _cost(text: str, number: int) -> Decimal:
    """What a piece costs us, in the company's currency: cents for what goes on reels, more for the rest."""
    passive = text.startswith(("Resistor", "Capacitor"))
    return Decimal(8 + number % 89) / 10_000 if passive else Decimal(15 + number % 640) / 100


def _kinds() -> Iterator[tuple[str, str]]:
    for size in SIZES:
        for ohm in RESISTORS:
            yield f"Resistor {ohm} Ω 1 % {size}", f"R{size}{ohm}"
        for farad in CAPACITORS:
            yield f"Capacitor {farad} 50 V {size}", f"C{size}{farad}".replace(".", "P")
    for code, text, sizes in OTHERS:
        for n in sizes:
            yield text.format(n=n), f"{code}{n}"
