"""Recompute every customer's month from the raw file, by another path than the product's.

    python tests/real/recompute.py FILE.csv[.gz]      prints a row a customer and month

It shares no code with the product: pandas groups the raw rows, amounts are integers of a hundredth.
"""

import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

import pandas as pd


class Month(NamedTuple):
    """What a customer's statement of one month must say, in cents."""

    opening: int
    debits: int
    credits: int
    closing: int


def read(path: Path) -> pd.DataFrame:
    """The raw rows as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def bookable(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with a customer, each document's repeated rows once; with cents and month added."""
    kept = rows[rows["CustomerID"].str.strip() != ""].copy()
    kept["day"] = kept["InvoiceDate"].str[:10]
    for name in ("Description", "StockCode"):
        kept[name] = kept[name].str.strip()
    same = ["InvoiceNo", "StockCode", "Description", "Quantity", "day", "UnitPrice", "CustomerID", "Country"]
    kept = kept.drop_duplicates(same)
    kept["cents"] = [_cents(q, p) for q, p in zip(kept["Quantity"], kept["UnitPrice"], strict=True)]
    kept["customer"] = kept["CustomerID"].str.removesuffix(".0")
    return kept


def _cents(quantity: str, price: str) -> int:
    amount = (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return int(amount * 100)


def customer_months(booked: pd.DataFrame, months: list[str]) -> dict[tuple[str, str], Month]:
    """(customer, `2011-03`) → what the statement must say; only customers with something to state."""
    documents = booked.groupby(["customer", "InvoiceNo"]).agg(cents=("cents", "sum"), day=("day", "min"))
    documents["month"] = documents["day"].str[:7]
    moved: dict[str, dict[str, list[int]]] = {}
    for (customer, _number), (cents, _day, month) in zip(documents.index, documents.to_numpy(), strict=True):
        moved.setdefault(str(customer), {}).setdefault(month, []).append(int(cents))
    found: dict[tuple[str, str], Month] = {}
    for customer, by_month in moved.items():
        balance = 0
        for month in months:
            amounts = by_month.get(month, [])
            debits, credits = sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0)
            if amounts or balance:
                found[customer, month] = Month(balance, debits, credits, balance + debits - credits)
            balance += debits - credits
    return found


if __name__ == "__main__":
    raw = read(Path(sys.argv[1]))
    wanted = sorted(raw["InvoiceDate"].str[:7].unique())
    for (who, when), figures in customer_months(bookable(raw), wanted).items():
        print(who, when, *figures)
