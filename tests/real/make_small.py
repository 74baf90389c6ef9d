"""Write `small.csv`: our own data in the shape of a web shop's export, with every kind of its dirt.

    python tests/real/make_small.py > tests/real/small.csv

Rows without customer, cancellations, repeated rows, codes that a spreadsheet has turned into numbers,
articles that are none (postage, a discount), prices of nothing, unreadable cells.
"""

import csv
import random
import sys
from datetime import UTC, datetime, timedelta

HEADER = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]
PARTS = [
    ("RC0603-10K", "Resistor 10 kΩ 1 %", "0.012"),
    ("GRM188-100N", "Capacitor 100 nF 50 V", "0.034"),
    ("STM32F103", "Microcontroller, 64 KB", "3.85"),
    ("LM317T", "Voltage regulator, adjustable", "0.62"),
    ("USB4105", "USB-C receptacle", "0.79"),
    ("POST", "Postage", "18.00"),
]
COUNTRIES = ["Germany", "Singapore", "China", "United Kingdom"]


def rows() -> list[list[str]]:
    """About 600 rows over four months."""
    chance = random.Random(20260101)
    made: list[list[str]] = []
    for number in range(5001, 5181):
        customer = str(chance.randint(31001, 31024)) + ".0"
        moment = datetime(2025, 9, 1, 8, tzinfo=UTC) + timedelta(minutes=chance.randint(0, 4 * 30 * 1440))
        made += document(chance, str(number), customer, moment)
    return made + dirt()


def document(chance: random.Random, number: str, customer: str, moment: datetime) -> list[list[str]]:
    """An invoice, or for one in eight a cancellation with negative quantities."""
    cancels = chance.random() < 0.125
    country = COUNTRIES[int(float(customer)) % 4]
    lines = []
    for code, text, price in chance.sample(PARTS, chance.randint(1, 5)):
        quantity = -chance.randint(1, 200) if cancels else chance.randint(1, 2000)
        lines.append(
            [
                ("C" if cancels else "") + number,
                code,
                text,
                str(quantity),
                f"{moment:%Y-%m-%d %H:%M:%S}",
                price,
                customer,
                country,
            ]
        )
    if chance.random() < 0.2:
        lines.append(list(lines[0]))
    return lines


def dirt() -> list[list[str]]:
    """One of each kind that must be reported, or booked as what it is."""
    day = "2025-10-07 10:00:00"
    return [
        ["6001", "LM317T", "Voltage regulator, adjustable", "5", day, "0.62", "", "Germany"],
        ["6001", "USB4105", "USB-C receptacle", "5", day, "0.79", "", "Germany"],
        ["6002", "LM317T", "Free sample", "5", day, "0.0", "31001.0", "Germany"],
        ["6003", "LM317T", "damaged", "-3", day, "0.0", "", "Germany"],
        ["C6004", "D", "Discount", "-1", day, "27.50", "31002.0", "China"],
        ["A6005", "B", "Adjust bad debt", "1", day, "-11062.06", "", "United Kingdom"],
        ["6006", "USB4105", "=HYPERLINK(1)", "2", day, "0.001", "31003.0", "China"],
    ]


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows())
