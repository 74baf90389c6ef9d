"""3,000 parts of 20 makers, the same at every load; maker names and numbers are made up."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
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
#: So many customers, and suppliers, have numbers of their own for parts.
PARTNERS = 12
#: Of fifty parts these have reached another stage of life.
LIFECYCLES = {17: "nrnd", 34: "last_buy", 41: "obsolete"}


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
    _details(session, company)
    return []


def _details(session: Any, company: Any) -> None:
    """Price breaks, reels, attributes, and what the first partners call the parts that they trade in."""
    product = m.Product
    query = select(product.id, product.code, product.description, product.pack_quantity, product.list_price)
    parts = session.execute(query.where(product.company_id == company.id).order_by(product.code)).all()
    m.ProductPriceBreak._bulk(session, chain.from_iterable(_breaks(part) for part in parts))
    reels = [part for part in parts if part.pack_quantity]
    m.ProductUnit._bulk(
        session, ({"product_id": part.id, "name": "reel", "factor": part.pack_quantity} for part in reels)
    )
    m.ProductAttribute._bulk(session, chain.from_iterable(_attributes(part) for part in parts))
    customers, suppliers = (_partners(session, company, of) for of in ("is_customer", "is_supplier"))
    numbers = chain(_numbers("customer", customers, parts), _numbers("supplier", suppliers, parts))
    m.ProductPartNumber._bulk(session, numbers)


def _partners(session: Any, company: Any, of: str) -> list[int]:
    """The first who have numbers of their own for parts."""
    partner = m.Partner
    query = select(partner.id).where(partner.company_id == company.id, getattr(partner, of))
    return list(session.scalars(query.order_by(partner.code).limit(PARTNERS)))


def _breaks(part: Any) -> Iterator[dict[str, Any]]:
    """The more the cheaper: tens for what is dear, reels for the rest."""
    first = part.pack_quantity or Decimal(10)
    for steps, percent in ((1, 92), (5, 84), (20, 75)):
        price = (part.list_price * percent / 100).quantize(Decimal("0.000001"))
        yield {
            "product_id": part.id,
            "currency_code": "USD",
            "min_quantity": first * steps,
            "unit_price": price,
        }


def _attributes(part: Any) -> Iterator[dict[str, Any]]:
    """What its description says, in fields."""
    words = part.description.split()
    if words[0] in ("Resistor", "Capacitor"):
        named = {"Package": words[-1], "Tolerance" if words[0] == "Resistor" else "Voltage": words[-3]}
        named["Resistance" if words[0] == "Resistor" else "Capacitance"] = words[1]
        for name, value in named.items():
            unit = {"Tolerance": "%", "Voltage": "V", "Resistance": "Ω"}.get(name, "")
            yield {"product_id": part.id, "name": name, "value": value, "unit": unit}


def _numbers(kind: str, partners: list[int], parts: Any) -> Iterator[dict[str, Any]]:
    for n, partner in enumerate(partners):
        for part in parts[n :: len(partners) * 7]:
            number = f"{10 + n}-{int(part.code[1:]) * 37 % 100000:05}-{part.code[-2:]}"
            yield {"product_id": part.id, "partner_id": partner, "kind": kind, "number": number}


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
                **_trade(text, number),
            }


def _maker(number: int) -> int:
    """Which maker a part is of: of the first ones we have many, of the last ones few."""
    return min(number % len(MAKERS), number // len(MAKERS) % 27)


def _cost(text: str, number: int) -> Decimal:
    """What a piece costs us, in the company's currency: cents for what goes on reels, more for the rest."""
    passive = text.startswith(("Resistor", "Capacitor"))
    return Decimal(8 + number % 89) / 10_000 if passive else Decimal(15 + number % 640) / 100


def _trade(text: str, number: int) -> dict[str, Any]:
    """How a part is sold, and what customs and customers ask for; of a few nobody knows it yet."""
    passive = text.startswith(("Resistor", "Capacitor"))
    known = number % 11 != 0
    return {
        "list_price": (_cost(text, number) * Decimal("1.6")).quantize(Decimal("0.000001")),
        "list_currency_code": "USD",
        "pack_quantity": Decimal(5000) if passive else None,
        "min_order_quantity": Decimal(100) if passive else Decimal(1),
        "order_multiple": Decimal(100) if passive else None,
        "barcode": _ean(number),
        "lifecycle": LIFECYCLES.get(number % 50, "active"),
        "rohs": "yes" if known else "unknown",
        "reach": "yes" if known else "unknown",
        "eccn": "EAR99" if known else "",
        "hs_code": ("8533.21" if text.startswith("Resistor") else "8532.24" if passive else "8542.31")
        if known
        else "",
        "origin": ("CN", "JP", "TW", "MY", "DE")[number % 5] if known else "",
        "moisture_level": "" if not known else "1" if passive else "3",
    }


def _ean(number: int) -> str:
    """An EAN-13 of the range that shops use among themselves, with its check digit."""
    digits = f"20{number:010}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _kinds() -> Iterator[tuple[str, str]]:
    for size in SIZES:
        for ohm in RESISTORS:
            yield f"Resistor {ohm} Ω 1 % {size}", f"R{size}{ohm}"
        for farad in CAPACITORS:
            yield f"Capacitor {farad} 50 V {size}", f"C{size}{farad}".replace(".", "P")
    for code, text, sizes in OTHERS:
        for n in sizes:
            yield text.format(n=n), f"{code}{n}"
