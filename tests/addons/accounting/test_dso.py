"""Days of sales outstanding: counted back and simple, recomputed day by day; and the share overdue."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.accounting import dashboards
from addons.accounting.document_forms import facts_of_partner
from addons.accounting.services.dso import count_back, outstanding
from core import m
from core.clock import today
from core.db import db

END = date(2026, 11, 30)


def test_the_example_of_the_rule():
    sold = (date(2026, 11, 3), 300), (date(2026, 10, 31), 400), (date(2026, 9, 5), 250)
    sales = {on: Decimal(amount) for on, amount in sold}
    assert count_back(Decimal(500), sales, END) == (Decimal("45.5"), False)


def test_what_two_years_do_not_cover_is_told_so():
    days, beyond = count_back(Decimal(500), {date(2026, 11, 3): Decimal(300)}, END)
    assert (days, beyond) == ((END - date(2024, 12, 1)).days + 1, True)
    assert count_back(Decimal(500), {}, END) == (None, False)
    assert count_back(Decimal(0), {END: Decimal(5)}, END) == (0, False)


@given(
    sales=st.dictionaries(
        st.integers(0, 200).map(lambda n: END - timedelta(days=n)), st.integers(1, 10_000).map(Decimal)
    ),
    left=st.integers(1, 60_000).map(Decimal),
)
def test_the_sales_of_the_days_that_are_counted_are_what_is_open(sales, left):
    """With each month spread evenly over its days, what the counted days sold is what is open."""
    days, beyond = count_back(left, sales, END)
    if not sales:
        assert days is None
        return
    covered, day, rest = Decimal(0), END, days
    while rest > 0:
        sold = sum(amount for on, amount in sales.items() if (on.year, on.month) == (day.year, day.month))
        counted = min(rest, Decimal(day.day))
        covered += counted * sold / day.day
        rest -= counted
        day = day.replace(day=1) - timedelta(days=1)
    assert beyond == (sum(sales.values()) < left)
    assert round(covered, 8) == round(min(left, sum(sales.values())), 8)


@pytest.fixture
def year(invoice_of, pay):
    """Overdue and not, in two currencies, and a part payment."""
    day = today()
    invoice_of("300.00", day - timedelta(days=80), due_date=day - timedelta(days=50))
    invoice_of("100.00", day - timedelta(days=5), due_date=day + timedelta(days=25))
    invoice_of("50.00", day, currency="EUR", exchange_rate=Decimal("2"), due_date=day)
    pay("100.00", on=day)


def test_what_is_open_in_the_books_is_put_in_days(customer, year):
    found = outstanding(db.session, today())
    assert (found.open, found.overdue) == (400, 200)
    assert found.simple == Decimal(400) * 90 / 500
    assert found.overdue_percent == 50
    assert outstanding(db.session, today(), customer.id) == found
    other = m.Partner(company_id=customer.company_id, code="C2", name="Other")
    db.session.add(other)
    db.session.flush()
    assert outstanding(db.session, today(), other.id).counted_back is None


def test_the_dashboard_and_the_partner_say_it(customer, year):
    figure = dashboards.days_outstanding(db.session, today())
    assert figure.number and "72 by the sales of 90 days" in figure.note
    assert dashboards.overdue_share(db.session, today()).number == 50
    facts = {str(fact.label): fact.text for fact in facts_of_partner(db.session, customer)}
    assert facts["Days of sales outstanding"] == f"{figure.number} days"
    assert facts["Share overdue"] == "50 %"
