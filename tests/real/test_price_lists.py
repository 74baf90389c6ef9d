"""Price breaks of distributors come in as lists of suppliers, and pandas says the same of each row.

Each distributor's rows go through `PricingPriceList.take_in` as a csv. pandas, which knows nothing of ours,
says which rows are left over once those of a part, quantity and currency that stand there before are gone,
and those that cost more than twice what a smaller quantity does, or are in a currency that is not kept.
"""

import io
import random
import re
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select, text

from addons.pricing.services.list_files import ListFile
from core import m
from core.db import db
from tests.addons.pricing.conftest import DAY, Shop

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)
SHARED = next((p for n in (2, 3) if (p := Path(__file__).parents[n] / "shared/data/parts").is_dir()), None)
COLUMNS = [
    "manufacturer",
    "mpn",
    "sku",
    "moq",
    "multiple",
    "packaging",
    "currency",
    "break_qty",
    "unit_price",
]


def small():
    """Rows like those of distributors: reels beside cut tape, some twice, a slipped point."""
    dice = random.Random(7)
    rows = []
    for house in ("North", "South", "West"):
        for part in range(12):
            base = dice.randint(5, 900) / 1000
            for sku in range(dice.randint(1, 2)):
                for step, least in enumerate((1, 10, 100, 1000)):
                    price = round(
                        base * (1 - step * 0.1 + sku * 0.02) * (10 if dice.random() < 0.05 else 1), 5
                    )
                    currency = "USD" if house == "North" else dice.choice(("EUR", "GBP", "XXZ"))
                    row = ["Maker", f"MP-{part:03}", f"{house}{part}{sku}", 1, 1, "reel", currency]
                    rows.append([house, *row, least, f"{price:.5f}"])
    return pd.DataFrame(rows, columns=["distributor", *COLUMNS]).astype(str)


def shared():
    return pd.read_csv(SHARED / "distributor_price_breaks.csv", dtype=str, keep_default_na=False)


FILES = [pytest.param(small, id="small")]
if SHARED is not None:
    FILES.append(pytest.param(shared, id="distributors"))


def key_of(mpn):
    return re.sub(r"[^0-9A-Z]", "", mpn.upper())


def expected(rows, currencies):
    """By pandas alone: what is left of a distributor's rows, as (part, currency, quantity) → price."""
    rows = rows.assign(
        part=rows.mpn.map(key_of), least=pd.to_numeric(rows.break_qty), price=pd.to_numeric(rows.unit_price)
    )
    rows = rows.assign(currency=rows.currency.where(rows.currency != "", "USD"))
    rows = rows[rows.currency.isin(currencies) & (rows.price > 0)]
    rows = rows.drop_duplicates(["part", "currency", "least"]).sort_values(["part", "currency", "least"])
    kept = {}
    for (part, currency), own in rows.groupby(["part", "currency"]):
        before = None
        for least, price in zip(own.least, own.price, strict=True):
            if before is None or price <= before * 2 + 1e-12:
                kept[part, currency, int(least)] = round(price, 6)
                before = price
    return kept


@pytest.mark.parametrize("file", FILES)
def test_each_row_becomes_a_price_or_is_named(company, file):
    rows = file()
    shop = Shop(company)
    makers = {key_of(mpn): mpn for mpn in rows.mpn}
    db.session.add_all(
        m.Product(company_id=company.id, code=f"R-{n:05}", mpn=mpn) for n, mpn in enumerate(makers.values())
    )
    db.session.flush()
    currencies = set(db.session.scalars(select(m.Currency.code)))
    count = 0
    for n, (house, own) in enumerate(rows.groupby("distributor")):
        supplier = shop.partner(f"D{n}")
        csv = io.BytesIO()
        own[COLUMNS].to_csv(csv, index=False)
        taken = m.PricingPriceList.take_in(db.session, ListFile(supplier, csv.getvalue(), "List", DAY))
        named = {fault.row for fault in taken.faults}
        assert taken.prices + len(named) == len(own), house
        assert kept(taken.lists) == expected(own, currencies), house
        count += len(own)
    assert count == len(rows)


def kept(lists):
    query = text("""
        SELECT p.mpn, l.currency_code, x.min_quantity, x.unit_price FROM pricing_price x
          JOIN pricing_price_list l ON l.id = x.price_list_id JOIN product p ON p.id = x.product_id
         WHERE l.id = ANY(:ids)
    """)
    found = db.session.execute(query, {"ids": lists})
    return {
        (key_of(mpn), currency, int(least)): round(float(price), 6) for mpn, currency, least, price in found
    }
