"""300 customers and 40 suppliers of the demo company, the same at every load."""

import random
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from core import m
from core.exchange import importing
from core.security.actor import Actor, acting
from core.security.users import LogIn

FIRST = (
    "Alpine",
    "Baltic",
    "Cobalt",
    "Delta",
    "Ember",
    "Fjord",
    "Granite",
    "Harbour",
    "Indigo",
    "Juniper",
    "Kestrel",
    "Lumen",
    "Mistral",
    "Nimbus",
    "Orchid",
    "Pioneer",
    "Quartz",
    "Ridge",
    "Sable",
    "Tundra",
    "Umber",
    "Vertex",
    "Willow",
    "Zephyr",
    "Cedar",
)
SECOND = (
    "Automation",
    "Controls",
    "Devices",
    "Drives",
    "Instruments",
    "Lighting",
    "Medical",
    "Mobility",
    "Power",
    "Robotics",
    "Sensors",
    "Systems",
)
CHINESE_FIRST = ("华芯", "明远", "博通达", "锐捷", "兴业", "鑫源", "腾辉", "宏图", "安诺", "立德")
CHINESE_SECOND = ("电子", "科技", "智能", "通信", "照明", "仪器")
PLACES = (
    ("Singapore", "Singapore", "Ltd", "SGD"),
    ("Munich", "Germany", "GmbH", "EUR"),
    ("Eindhoven", "Netherlands", "BV", "EUR"),
    ("Austin", "United States", "Inc", "USD"),
    ("Leeds", "United Kingdom", "Ltd", "GBP"),
    ("Osaka", "Japan", "KK", "USD"),
)
CHINESE_CITIES = ("深圳市", "东莞市", "苏州市", "杭州市")
GROUPS = ("Dealers", "Contract manufacturers")
SUPPLIERS = ("Components", "Semiconductor", "Passives", "Interconnect", "Microelectronics")


def load(session: Any, company: Any) -> list[LogIn]:
    """Make the partners of the demo company once."""
    if session.scalar(select(m.Partner.id).where(m.Partner.company_id == company.id).limit(1)):
        return []
    chance = random.Random(17)  # noqa: S311  # the same company at every load
    rows = [_customer(chance, n) for n in range(1, 301)] + [_supplier(n) for n in range(1, 41)]
    groups = _groups(session, company)
    for n, row in enumerate(rows):
        row["partner_group_id"] = groups[n % len(groups)] if row["is_customer"] else None
    m.Partner._bulk(session, ({"company_id": company.id, **row} for row in rows))
    with acting(session, Actor(None, "demo", company.id, is_superuser=True)):
        _import_files(session)
    return []


def _groups(session: Any, company: Any) -> list[int | None]:
    """The groups of customers; every third customer is of none."""
    made = [m.PartnerGroup(company_id=company.id, name=name) for name in GROUPS]
    session.add_all(made)
    session.flush()
    return [*(group.id for group in made), None]


def _import_files(session: Any) -> None:
    """A file that a worker brings in but for one bad row, and one that waits for a decision."""
    numbers = [f"C{n:05},+65 6{555_0000 + n},accounts@customer{n:03}.example" for n in range(21, 33)]
    numbers[7] = "C00028,+65 65550028,accounts(at)customer028.example"
    file = importing.upload(session, "partner", "Telephone numbers.csv", _csv("Code,Phone,E-mail", numbers))
    importing.start_import(session, file)
    offers = [f"S{n:04},{n} Foundry Street,Austin,United States" for n in range(41, 47)]
    importing.upload(session, "partner", "New suppliers.csv", _csv("Code,Street,City,Country", offers))


def _csv(heading: str, lines: Sequence[str]) -> bytes:
    return "\r\n".join((heading, *lines, "")).encode()


def _customer(chance: random.Random, n: int) -> dict[str, Any]:
    row = _chinese(n) if n % 4 == 0 else _western(n)
    # Some customers have no address yet: a run must say so and not skip them silently.
    email = "" if n % 50 == 7 else f"accounts@customer{n:03}.example"
    return {
        "code": f"C{n:05}",
        "is_customer": True,
        "is_supplier": False,
        "email": email,
        "phone": f"+65 6{chance.randint(1000000, 9999999)}",
        "street": f"{chance.randint(1, 220)} Industrial Road",
        "postcode": f"{chance.randint(10000, 99999)}",
        "tax_number": "",
        **row,
    }


def _western(n: int) -> dict[str, Any]:
    name = f"{FIRST[n % len(FIRST)]} {SECOND[(n // len(FIRST)) % len(SECOND)]}"
    city, country, legal, _currency = PLACES[n % len(PLACES)]
    return {
        "name": f"{name} {legal}",
        "city": city,
        "country": country,
        "locale": "en",
        "currency_code": "USD",
    }


def _chinese(n: int) -> dict[str, Any]:
    city = CHINESE_CITIES[n % len(CHINESE_CITIES)]
    first = CHINESE_FIRST[(n // 4) % len(CHINESE_FIRST)]
    second = CHINESE_SECOND[(n // 40) % len(CHINESE_SECOND)]
    return {
        "name": f"{city.removesuffix('市')}{first}{second}有限公司",
        "city": city,
        "country": "中国",
        "locale": "zh_CN",
        "currency_code": "USD",
    }


def _supplier(n: int) -> dict[str, Any]:
    city, country, legal, _currency = PLACES[n % len(PLACES)]
    name = f"{FIRST[-n % len(FIRST)]} {SUPPLIERS[n % len(SUPPLIERS)]} {legal}"
    return {
        "code": f"S{n:04}",
        "name": name,
        "is_customer": False,
        "is_supplier": True,
        "city": city,
        "country": country,
        "locale": "en",
        "currency_code": "USD",
        "email": f"sales@supplier{n:02}.example",
        "phone": "",
        "street": f"{n} Foundry Street",
        "postcode": f"{20000 + n}",
        "tax_number": "",
    }
