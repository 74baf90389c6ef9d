"""What purchases must come to, from the raw files alone, by another path than the product's.

It shares no code with the product: pandas joins and groups the raw rows, amounts are Decimals of the texts.
"""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd

HEADER = "order rev status employee vendor method ordered shipped net tax freight total changed"
DETAIL = "order line due quantity part price amount received rejected stocked changed"
RATE = "id day from to average end changed"
CENT, MICRO = Decimal("0.01"), Decimal("0.000001")


def _read(path: Path, names: str) -> pd.DataFrame:
    rows = pd.read_csv(path, sep="\t", header=None, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    return rows.set_axis(names.split(), axis=1)


def adventureworks(folder: Path) -> pd.DataFrame:
    """A row a line: order, vendor, days, quantities, price, rate of the receipt (empty for none), value."""
    lines = _read(folder / "PurchaseOrderDetail.csv", DETAIL)
    heads = _read(folder / "PurchaseOrderHeader.csv", HEADER)
    rows = lines.merge(heads[["order", "vendor", "ordered", "shipped"]], on="order", validate="many_to_one")
    rows["ordered"], rows["shipped"] = rows["ordered"].str[:10], rows["shipped"].str[:10]
    rates = euro(folder)
    # A rate holds for a week, as in the product; these files have one for each day, or none.
    rows["rate"] = rows["shipped"].map(rates).fillna("")
    rows["value"] = [
        _value(price, stocked, rate) if rate else Decimal(0)
        for price, stocked, rate in rows[["price", "stocked", "rate"]].itertuples(index=False)
    ]
    return rows


def euro(folder: Path) -> dict[str, str]:
    """What a dollar is in euros, by day."""
    rates = _read(folder / "CurrencyRate.csv", RATE)
    own = rates[(rates["from"] == "USD") & (rates["to"] == "EUR")]
    return dict(zip(own["day"].str[:10], own["average"], strict=True))


def _value(price: str, stocked: str, rate: str) -> Decimal:
    one = (Decimal(price) * Decimal(rate)).quantize(MICRO, ROUND_HALF_UP)
    return (one * Decimal(stocked)).quantize(CENT, ROUND_HALF_UP)


def scms(path: Path) -> pd.DataFrame:
    """A row a line: vendor, order, delivery, day, item, quantity, price and value."""
    raw = pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    rows = pd.DataFrame(
        {
            "vendor": raw["Vendor"],
            "order": raw["PO / SO #"],
            "delivery": raw["ASN/DN #"],
            "day": pd.to_datetime(raw["Delivered to Client Date"], format="%d-%b-%y").dt.strftime("%Y-%m-%d"),
            "part": raw["Item Description"],
            "quantity": raw["Line Item Quantity"],
            "price": raw["Pack Price"],
        }
    )
    rows["value"] = [
        (Decimal(q) * Decimal(p)).quantize(CENT, ROUND_HALF_UP)
        for q, p in rows[["quantity", "price"]].itertuples(index=False)
    ]
    return rows
