"""A part is typed on an invoice, among 1,000,000: three characters, a whole number, one with a slip in it."""

from datetime import date

from tests.bench import screens, work
from tests.bench.app import bench_app
from tests.bench.measure import Result
from tests.bench.screens_data import fill_parts, settle_down

PARTS = 1_000_000
#: Few documents: what is measured is the search for parts.
CUSTOMERS, INVOICES = 100, 200
CASES = {
    "three characters of a number": "STM",
    "three characters of a description": "cap",
    "a whole part number": "STM32F501234KL",
    "a whole part number, with punctuation": "rc0603fr-07 123456-kl",
    "one wrong character": "STM32F5O1234KL",
    "one character too many": "GRM188R711234577KL",
    "no match": "ZZQQXX12345",
}


def bench() -> list[Result]:
    """All cases, and first the worst of them."""
    with bench_app(["accounting", "billing_statements"]) as app:
        client, _rep = screens.browsers(app)
        fill_parts(PARTS)
        partners = work.customers(CUSTOMERS)
        work.book(work.documents(partners, INVOICES // CUSTOMERS, 1, date(2026, 1, 1), 365))
        settle_down()
        found = [
            screens.case(app, client, name, f"{screens.CHOICES}?q={typed}") for name, typed in CASES.items()
        ]
    worst = max(found, key=lambda result: result.cpu_ms_per_unit)
    return [Result(**{**vars(worst), "case": f"worst: {worst.case}"}), *found]
