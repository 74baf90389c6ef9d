"""A month of a wholesaler as a file, with the slips that such files have; the same for the same seed."""

import csv
import io
import random

MONTH = "2025-09"
PARTS = [("RC0603-10K", "Resistor 10 kΩ 1 %", "0.012"), ("GRM188-100N", "Capacitor 100 nF 50 V", "0.034")]
PARTS += [("STM32F103", "Microcontroller, 64 KB", "3.85"), ("POST", "Postage", "18.00")]
HEADINGS = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]


def file_of_a_month(documents: int, customers: int, seed: int) -> bytes:
    """Invoices and credit notes; some rows without a customer, some twice, in no order."""
    chance = random.Random(seed)
    rows: list[list[object]] = []
    for number in range(documents):
        credit = chance.random() < 0.08
        customer = "" if chance.random() < 0.03 else 31000 + number % customers
        day = f"{MONTH}-{chance.randint(1, 30):02} 10:00:00"
        for code, description, price in chance.sample(PARTS, chance.randint(1, 3)):
            quantity = chance.randint(1, 2000) * (-1 if credit else 1)
            row = [
                f"{'C' if credit else 'D'}{number}",
                code,
                description,
                quantity,
                day,
                price,
                customer,
                "China",
            ]
            rows += [row] * (2 if chance.random() < 0.02 else 1)
    chance.shuffle(rows)
    return _written(HEADINGS, rows)


def addresses(customers: int) -> bytes:
    """The customers with an address each."""
    codes = range(31000, 31000 + customers)
    return _written(
        ["CustomerID", "Name", "E-mail"], [[c, f"Customer {c}", f"pay@c{c}.example"] for c in codes]
    )


def _written(headings: list[str], rows: list[list[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode()
