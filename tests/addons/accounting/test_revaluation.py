"""Unrealised exchange differences: the books show foreign currency at the rate of the day, and only on it."""

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from addons.accounting.services.drafts import PaymentDraft
from addons.accounting.services.revaluation import RevaluationError
from core import m
from core.clock import today
from core.db import db
from tests.logins import Administrator

END = date(2026, 1, 31)
CENT = Decimal("0.01")
BALANCE = """
    SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_entry_line l
      JOIN accounting_account a ON a.id = l.account_id JOIN accounting_entry e ON e.id = l.entry_id
     WHERE a.purpose = ANY(:purposes) AND e.date <= :day
"""


@pytest.fixture
def rate(company):
    """Say what one unit of a currency is worth on a day."""

    def say(currency, on, worth):
        row = m.AccountingCurrencyRate(
            company_id=company.id, currency_code=currency, date=on, rate=Decimal(worth)
        )
        db.session.add(row)
        db.session.commit()

    return say


@pytest.fixture
def revalue(company):
    def make(on=END):
        row = m.AccountingRevaluation(company_id=company.id, date=on)
        db.session.add(row)
        db.session.flush()
        m.AccountingRevaluation.post(db.session, [row])
        db.session.commit()
        return row

    return make


def balance(day, *purposes):
    return db.session.scalar(text(BALANCE), {"purposes": list(purposes), "day": day})


def unrealised(day):
    return -balance(day, "unrealised_difference")


def test_the_example_of_the_rule(company, customer, invoice_of, pay, rate, revalue):
    invoice_of(100, currency="EUR", exchange_rate=Decimal("1.10"))
    rate("EUR", END, "1.15")
    made = revalue()
    assert (made.number, made.difference, made.state) == ("REV/2026/00001", 5, "posted")
    assert (made.entry.date, made.opposite.date) == (END, END + timedelta(days=1))
    [line] = made.lines
    assert (line.kind, line.amount, line.book_value, line.exchange_rate, line.value, line.difference) == (
        ("receivable", 100, 110, Decimal("1.15"), 115, 5)
    )
    assert (unrealised(END), unrealised(END + timedelta(days=1))) == (5, 0)
    pay(100, on=date(2026, 2, 10), currency="EUR", exchange_rate=Decimal("1.12"))
    february = date(2026, 2, 28)
    assert -balance(february, "exchange_difference", "unrealised_difference") == 2
    rate("EUR", february, "1.20")
    [bank] = revalue(february).lines
    assert (bank.kind, bank.amount, bank.book_value, bank.value) == ("bank", 100, 112, 120)


def test_what_we_owe_is_a_loss_where_the_currency_gains(bill_of, rate, revalue):
    bill_of(100, currency="EUR", exchange_rate=Decimal("1.10"))
    rate("EUR", END, "1.15")
    made = revalue()
    assert (made.difference, unrealised(END)) == (-5, -5)


def test_gains_and_losses_that_cancel_out_are_booked_each(invoice_of, bill_of, rate, revalue):
    invoice_of(100, currency="EUR", exchange_rate=Decimal("1.10"))
    bill_of(100, currency="EUR", exchange_rate=Decimal("1.10"))
    rate("EUR", END, "1.15")
    made = revalue()
    assert made.difference == 0
    assert sorted(line.debit - line.credit for line in made.entry.lines) == [-5, 0, 5]


def test_what_has_no_rate_says_so_and_the_rest_is_valued(invoice_of, rate, revalue):
    invoice_of(100, currency="EUR", exchange_rate=Decimal("1.10"))
    invoice_of(700, currency="CNY", exchange_rate=Decimal("0.14"))
    rate("EUR", END, "1.15")
    rate("CNY", END - timedelta(days=8), "0.15")  # a day older than the company allows
    made = revalue()
    assert made.difference == 5
    assert made.lines[0].reason == ""
    assert made.lines[1].reason.startswith("There is no rate of CNY for")
    assert [line.difference for line in made.lines] == [5, 0]


def test_a_second_one_replaces_the_first_only_where_something_changed(invoice_of, rate, revalue):
    invoice_of(100, currency="EUR", exchange_rate=Decimal("1.10"))
    rate("EUR", END, "1.15")
    first = revalue()
    with pytest.raises(RevaluationError, match="Nothing has changed since REV/2026/00001 of the same day"):
        revalue()
    db.session.rollback()
    invoice_of(10, currency="EUR", exchange_rate=Decimal("1.05"))
    second = revalue()
    db.session.expire_all()
    assert (second.replaces_id, second.difference, first.state) == (first.id, 6, "taken_back")
    assert (unrealised(END - timedelta(days=1)), unrealised(END)) == (0, 6)
    assert unrealised(END + timedelta(days=1)) == 0


def test_taking_back_leaves_nothing(invoice_of, rate, revalue):
    invoice_of(100, currency="EUR", exchange_rate=Decimal("1.10"))
    rate("EUR", END, "1.15")
    made = revalue()
    m.AccountingRevaluation.take_back(db.session, [made])
    db.session.commit()
    assert (unrealised(END), unrealised(END + timedelta(days=1))) == (0, 0)
    with pytest.raises(RevaluationError, match="Only a posted revaluation can be taken back"):
        m.AccountingRevaluation.take_back(db.session, [made])


def test_a_day_to_come_is_refused(revalue):
    with pytest.raises(RevaluationError, match="has not come yet"):
        revalue(today() + timedelta(days=1))


def test_what_is_posted_never_changes(invoice_of, rate, revalue):
    invoice_of(100, currency="EUR", exchange_rate=Decimal("1.10"))
    rate("EUR", END, "1.15")
    revalue()
    for change in (
        "UPDATE accounting_revaluation SET date = '2026-01-30'",
        "UPDATE accounting_revaluation SET state = 'draft'",
        "DELETE FROM accounting_revaluation",
        "UPDATE accounting_revaluation_line SET reason = reason",
        "DELETE FROM accounting_revaluation_line",
    ):
        with pytest.raises(DBAPIError, match="posted documents never change"):
            db.session.execute(text(change))
        db.session.rollback()


def test_the_form_revalues_and_shows_each_currency(app, company, invoice_of, rate):
    invoice_of(100, currency="EUR", exchange_rate=Decimal("1.10"))
    rate("EUR", END, "1.15")
    send = Administrator(app, company)
    made = send("/m/accounting.revaluation.form/new", date="2026-01-31")
    assert made.status_code == 303, made.text
    page = send(f"{made.location.split('?')[0]}")
    csrf = page.text.split('csrf_token" value="')[1].split('"')[0]
    answer = send.client.post(f"{made.location.split('?')[0]}/do/post", data={"csrf_token": csrf})
    assert answer.status_code == 303, answer.text
    shown = send(made.location.split("?")[0]).text
    assert "REV/2026/00001" in shown and "115.00" in shown and "5.00" in shown
    row = db.session.scalars(select(m.AccountingRevaluation.id)).one()
    assert "1.15" in send(f"/m/accounting.revaluation_line.list?f.revaluation_id={row}").text


ENDS = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


def walk(chance, start):
    """Half a year of rates like a central bank's, of working days."""
    worth, rates = Decimal(start), {}
    for day in (date(2025, 12, 20) + timedelta(days=n) for n in range(200)):
        worth *= 1 + Decimal(chance.randint(-80, 80)) / 10000
        if day.weekday() < 5:
            rates[day] = worth.quantize(Decimal("0.000001"))
    return rates


def of_day(rates, day):
    return rates[max(one for one in rates if one <= day)]


def cents(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def side(amount):
    return "receivable" if amount > 0 else "payable"


def papers(chance):
    """What is sold and bought, and what is paid of it: whole or in part, at once or after weeks."""
    owed, paid = [], []
    for _ in range(14):
        on = date(2026, 1, 2) + timedelta(days=chance.randint(0, 130))
        amount = Decimal(chance.randint(1, 900000)) / 100 * chance.choice([1, 1, -1])
        owed.append((on, chance.choice(["EUR", "CNY"]), amount))
    for on, currency, amount in sorted(owed):
        if chance.random() < 0.7:
            later = on + timedelta(days=chance.randint(1, 60))
            paid.append((later, currency, amount if chance.random() < 0.6 else cents(amount * CENT * 37)))
    return sorted(owed), sorted(paid)


@pytest.fixture
def trade(company, customer, supplier, invoice_of, bill_of):
    """Book them at the rates of their days."""

    def do(owed, paid):
        for on, currency, amount in owed:
            make, partner = (invoice_of, customer) if amount > 0 else (bill_of, supplier)
            make(abs(amount), on=on, currency=currency, exchange_rate=None, partner=partner, due_date=on)
        for on, currency, amount in paid:
            partner, direction = (customer, "in") if amount > 0 else (supplier, "out")
            draft = PaymentDraft(
                company.id, partner.id, on, abs(amount), currency, direction=direction, side=side(amount)
            )
            m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, [draft]))
        db.session.commit()

    return do


def open_on(end, owed, paid):
    """What is open by kind and currency, in plain Python."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for on, currency, amount in owed:
        found[side(amount), currency] += amount if on <= end else 0
    for on, currency, amount in paid:
        found[side(amount), currency] -= amount if on <= end else 0
        found["bank", currency] += amount if on <= end else 0
    return {key: amount for key, amount in found.items() if amount}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_books_show_what_plain_python_finds(company, trade, revalue, seed):
    """At each month's end what is open at the rate of the day is what receivables, payables, bank and their
    valuation say; and what exchange has earned is that less what the documents were worth: nothing is counted
    twice."""
    chance = random.Random(seed)  # the same in every run
    rates = {"EUR": walk(chance, "1.08"), "CNY": walk(chance, "0.138")}
    values = {"company_id": company.id, "source": "ECB"}
    db.session.add_all(
        m.AccountingCurrencyRate(**values, currency_code=currency, date=day, rate=worth)
        for currency, days in rates.items()
        for day, worth in days.items()
    )
    owed, paid = papers(chance)
    trade(owed, paid)
    for end in ENDS:
        lines, found = revalue(end).lines, defaultdict(Decimal)
        for line in lines:
            found[line.kind, line.currency_code] += line.amount
            assert line.value == cents(line.amount * of_day(rates[line.currency_code], end))
        assert {key: amount for key, amount in found.items() if amount} == open_on(end, owed, paid)
        worth = sum(line.value for line in lines)
        assert balance(end, "receivable", "payable", "bank", "currency_valuation") == worth
        cost = sum(cents(amount * of_day(rates[code], on)) for on, code, amount in owed if on <= end)
        assert -balance(end, "exchange_difference", "unrealised_difference") == worth - cost
        assert balance(end + timedelta(days=1), "currency_valuation") == 0
