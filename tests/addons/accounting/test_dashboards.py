"""The dashboards of accounting, recomputed from documents by another path."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from addons.accounting import dashboards
from core import m
from core.db import db

TODAY = date(2026, 3, 15)


@pytest.fixture
def other(company):
    partner = m.Partner(company_id=company.id, code="C2", name="Baltic Drives")
    db.session.add(partner)
    db.session.commit()
    return partner


@pytest.fixture
def documents(invoice_of, pay, other):
    """Invoices over a year, a credit note, another currency, and payments that settle in part."""
    for amount, on in (
        ("100.10", date(2025, 4, 1)),
        ("250.00", date(2025, 12, 31)),
        ("70.35", date(2026, 3, 2)),
    ):
        invoice_of(amount, on)
    invoice_of("80.00", date(2026, 3, 1), partner=other, due_date=date(2026, 4, 30))
    invoice_of("33.33", date(2026, 2, 1), partner=other, currency="EUR", exchange_rate=Decimal("1.1"))
    invoice_of("10.05", date(2026, 3, 3), kind="credit_note")
    invoice_of("999.00", date(2025, 3, 31))  # before the year that charts show
    pay("120.00", date(2026, 3, 10))


def open_amounts(overdue_at=None):
    """Residuals by currency, summed in Python; late are invoices, not what is to be applied to them."""
    found = Counter()
    for item in db.session.scalars(select(m.AccountingOpenItem)):
        if overdue_at is None or (item.due_date < overdue_at and item.amount > 0):
            found[item.currency_code] += item.residual
    return sorted((amount, currency) for currency, amount in found.items() if amount)


def test_receivables_are_the_balance_of_the_ledger(documents):
    said = dict((c, a) for a, c in dashboards.receivables(db.session, TODAY).amounts)
    in_ledger = db.session.execute(
        text(
            "SELECT l.currency_code, sum(l.amount_currency) FROM accounting_entry_line l "
            "JOIN accounting_account a ON a.id = l.account_id WHERE a.purpose = 'receivable' GROUP BY 1"
        )
    )
    assert said == {currency: amount for currency, amount in in_ledger if amount}
    assert sorted(dashboards.receivables(db.session, TODAY).amounts) == open_amounts()


def test_what_suppliers_are_owed_stands_apart(documents, bill_of):
    receivable = dashboards.receivables(db.session, TODAY).amounts
    bill_of("77.70", date(2026, 1, 10))
    bill_of("7", date(2026, 3, 10), due_date=date(2026, 4, 1))
    assert dashboards.payables(db.session, TODAY).amounts == [(Decimal("84.70"), "USD")]
    assert dashboards.overdue_payables(db.session, TODAY).amounts == [(Decimal("77.70"), "USD")]
    [series] = dashboards.owed_ageing(db.session, TODAY).series
    assert series.values == [Decimal(7), 0, 0, Decimal("77.70"), 0, 0]
    assert dashboards.receivables(db.session, TODAY).amounts == receivable


def test_overdue_begins_the_day_after_the_due_date(documents):
    for today in (TODAY, date(2026, 4, 30), date(2026, 5, 1)):
        assert sorted(dashboards.overdue(db.session, today).amounts) == open_amounts(today)


def test_ageing_adds_up_to_the_receivables(documents):
    chart = dashboards.ageing(db.session, TODAY)
    sums = sorted((sum(series.values), series.label) for series in chart.series)
    assert sums == open_amounts()
    assert len(chart.labels) == len(chart.links) == 6


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-1, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (400, 4)],
)
def test_an_item_stands_under_its_age(invoice_of, days, bucket):
    invoice_of("50.00", date(2025, 1, 1), due_date=date.fromordinal(TODAY.toordinal() - days))
    [series] = dashboards.ageing(db.session, TODAY).series
    assert [bool(value) for value in series.values].index(True) == bucket


def test_months_are_what_the_ledger_has_as_sales(documents):
    chart = dashboards.invoiced_by_month(db.session, TODAY)
    in_ledger = db.session.execute(
        text(
            "SELECT to_char(e.date, 'YYYY-MM'), sum(l.credit - l.debit) FROM accounting_entry_line l "
            "JOIN accounting_entry e ON e.id = l.entry_id JOIN accounting_account a ON a.id = l.account_id "
            "WHERE a.purpose = 'sales' AND e.date >= '2025-04-01' GROUP BY 1"
        )
    )
    months = [f"{first:%Y-%m}" for first in dashboards.months_back(TODAY, 12)]
    [series] = chart.series
    said = {month: value for month, value in zip(months, series.values, strict=True) if value}
    assert said == {month: amount for month, amount in in_ledger}
    assert (months[0], months[-1], chart.currency) == ("2025-04", "2026-03", "USD")


def test_customers_are_ranked_by_net(documents):
    chart = dashboards.best_customers(db.session, TODAY)
    assert chart.labels == ["Acme Devices", "Baltic Drives"]
    assert chart.series[0].values == [Decimal("410.40"), Decimal("116.66")]


def test_this_month_counts_credit_notes_against_invoices(documents):
    assert dashboards.invoiced(db.session, TODAY).amounts == [(Decimal("140.30"), "USD")]
    assert dashboards.received(db.session, TODAY).amounts == [(Decimal("120.00"), "USD")]
    assert dashboards.drafts(db.session, TODAY).number == 0


@pytest.mark.parametrize(
    ("today", "first"), [(date(2026, 1, 31), date(2025, 2, 1)), (date(2026, 12, 1), date(2026, 1, 1))]
)
def test_twelve_months_end_with_this_one(today, first):
    months = dashboards.months_back(today, 12)
    assert (months[0], months[-1], len(set(months))) == (first, today.replace(day=1), 12)
