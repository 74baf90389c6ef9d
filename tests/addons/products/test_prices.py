"""List prices by quantity and currency."""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addons.products.services.prices import Asked, list_prices
from core.db import db
from tests.conftest import queries_of

SOME = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def prices(part, *asked):
    requests = [Asked(part.id, Decimal(quantity), currency) for quantity, currency in asked]
    return [(str(one.unit_price), one.origin) if one else None for one in list_prices(db.session, requests)]


def test_the_greatest_break_that_is_reached_in_the_currency_asked_for(catalogue):
    part = catalogue.priced(
        "R1", "0.0100", (1000, "0.0080"), (5000, "0.0065"), (1000, "0.0075", "EUR"), (10, "1.1", "JPY")
    )
    assert prices(part, (999, "USD"), ("4999.5", "USD"), (5000, "USD"), (-5000, "USD")) == [
        ("0.010000", "list price"),
        ("0.008000", "list price, break 1,000+"),
        ("0.006500", "list price, break 5,000+"),
        ("0.006500", "list price, break 5,000+"),
    ]
    assert prices(part, (999, "EUR"), (1000, "EUR"), (5, "CHF")) == [
        None,
        ("0.007500", "list price, break 1,000+"),
        None,
    ]


def test_a_part_without_a_price_and_one_that_is_not_there_have_none(catalogue):
    part = catalogue.part("R2")
    assert list_prices(db.session, []) == []
    assert list_prices(db.session, [Asked(part.id, Decimal(1), "USD"), Asked(0, Decimal(1), "USD")]) == [
        None,
        None,
    ]


def test_thousands_are_one_question(catalogue):
    parts = [catalogue.priced(f"R{n}", "1", (100, "0.9")) for n in range(30)]
    requests = [Asked(part.id, Decimal(n), "USD") for part in parts for n in range(1, 150)]
    assert queries_of(lambda: list_prices(db.session, requests)) == 1
    found = list_prices(db.session, requests)
    assert [one.unit_price for one in found] == [
        Decimal("0.9") if n >= 100 else Decimal(1) for _part in parts for n in range(1, 150)
    ]


@SOME
@given(
    st.dictionaries(st.integers(1, 50), st.decimals(0, 100, places=6), max_size=6),
    st.lists(st.integers(1, 60), min_size=1, max_size=8),
)
def test_a_price_is_that_of_a_plain_search(catalogue, breaks, quantities):
    part = catalogue.priced("R", "7.5", *breaks.items())
    found = list_prices(db.session, [Asked(part.id, Decimal(q), "USD") for q in quantities])
    for quantity, price in zip(quantities, found, strict=True):
        reached = [minimum for minimum in sorted(breaks) if minimum <= quantity]
        assert price.unit_price == (breaks[reached[-1]] if reached else Decimal("7.5"))
    db.session.rollback()
