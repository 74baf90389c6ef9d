"""The first day of the books, the rates of foreign currencies, and the end of a year."""

import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from addons.accounting.services.allocation import AllocationError, Pair
from addons.accounting.services.balances import trial_balance
from addons.accounting.services.closing import ClosingError
from addons.accounting.services.drafts import BillDraft, BillLineDraft, PaymentLine
from addons.accounting.services.invoices import InvoiceError, item_of
from addons.accounting.services.payments import PaymentError
from addons.accounting.services.rates import RateError
from core import m
from core.clock import today
from core.db import db
from core.exchange import importing
from tests.conftest import work

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
ECB = Path(__file__).parents[4] / "shared" / "data" / "fx_calendar" / "eurofxref-hist.zip"
#: A few days in the shape of the bank's file, with a holiday and a currency that nobody here uses.
BANK = "Date,USD,JPY,CNY,XXX\n2026-01-05,1.0800,160.00,7.8300,N/A\n2026-01-02,1.0900,161.00,7.7955,N/A\n"


def rate(code, day, worth, company, source="manual"):
    db.session.add(
        m.AccountingCurrencyRate(
            company_id=company.id, currency_code=code, date=day, rate=Decimal(worth), source=source
        )
    )
    db.session.commit()


def bring_in(app, target, contents, options=None, name="file.csv"):
    made = importing.upload(db.session, target, name, contents)
    importing.set_mapping(db.session, made, made.mapping, {**made.options, **(options or {})})
    importing.start_import(db.session, made)
    db.session.commit()
    work(app)
    row = m.DataImportRow
    wrong = (
        select(row.number, row.reason).where(row.import_id == made.id, row.reason != "").order_by(row.number)
    )
    return importing.totals(db.session, made.id), dict(db.session.execute(wrong).all())


def balances(company):
    return {b.name: b.closing for b in trial_balance(db.session, company.id, *YEAR) if b.closing}


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(1, 1, 1), "on which the books begin: correct the date, or set the first day"),
        (date(2025, 6, 30), "Jun 30, 2025 lies before Jul 1, 2025, on which the books begin"),
        (date(2226, 1, 1), "Jan 1, 2226 lies more than a year ahead: correct the date."),
    ],
)
def test_nothing_is_dated_outside_the_books(app, company, invoice_of, pay, day, reason):
    company.books_begin = date(2025, 7, 1)
    db.session.commit()
    with pytest.raises(InvoiceError, match=reason):
        invoice_of(10, on=day)
    with pytest.raises(PaymentError, match=reason):
        pay(10, on=day)
    db.session.rollback()
    invoice_of(10, on=date(2025, 7, 1))
    file = f"InvoiceNo,InvoiceDate,CustomerID,Amount\nX1,{day.isoformat()},C1,10\nX2,2026-01-02,C1,10\n"
    found, wrong = bring_in(app, "accounting.invoice", file.encode())
    assert (found.booked, found.bad) == (1, 1)
    assert re.search(f"{reason}|is not a day of the calendar", wrong[2])


def test_the_database_holds_the_first_day_and_the_rate_of_the_own_currency(company, invoice_of):
    invoice = invoice_of(10)
    company.books_begin = date(2026, 1, 1)
    db.session.commit()
    journal = db.session.scalars(select(m.AccountingJournal.id)).first()
    db.session.add(
        m.AccountingEntry(company_id=company.id, number="X", journal_id=journal, date=date(2025, 12, 31))
    )
    with pytest.raises(DBAPIError, match="before the books begin, or more than a year ahead"):
        db.session.flush()
    db.session.rollback()
    change = (
        "INSERT INTO accounting_invoice (company_id, kind, number, partner_id, date, due_date, "
        "currency_code, exchange_rate, state, entry_id, posted_at) "
        "SELECT company_id, kind, 'Y', partner_id, date, due_date, 'USD', 2, 'posted', NULL, now() "
        "FROM accounting_invoice WHERE id = :id"
    )
    with pytest.raises(DBAPIError, match="posted_is_complete|its rate is 1"):
        db.session.execute(text(change), {"id": invoice.id})


def test_a_foreign_document_takes_the_last_rate_before_its_day(company, invoice_of):
    rate("EUR", date(2026, 1, 2), "1.09", company, "ECB")
    rate("EUR", date(2026, 1, 5), "1.08", company, "ECB")
    rate("EUR", date(2026, 1, 5), "1.07", company)
    found = {
        day: invoice_of(100, on=date(2026, 1, day), currency="EUR", exchange_rate=None).exchange_rate
        for day in (2, 4, 5, 12)
    }
    assert found == {2: Decimal("1.09"), 4: Decimal("1.09"), 5: Decimal("1.07"), 12: Decimal("1.07")}
    missing = "There is no rate of EUR for Jan 1[34], 2026: give the exchange rate, or add one"
    with pytest.raises(RateError, match=missing):
        invoice_of(100, on=date(2026, 1, 13), currency="EUR", exchange_rate=None)
    company.rate_age = 8
    db.session.commit()
    invoice_of(100, on=date(2026, 1, 13), currency="EUR", exchange_rate=None)
    with pytest.raises(RateError, match=missing):
        invoice_of(100, on=date(2026, 1, 14), currency="EUR", exchange_rate=None)
    assert balances(company)["Trade receivables"] == Decimal("539.00")


@pytest.mark.parametrize("given", ["2", "0.5"])
def test_the_own_currency_has_the_rate_one_and_no_other(company, invoice_of, pay, given):
    for make in (invoice_of, pay):
        with pytest.raises(RateError, match="USD is the currency of the books: its rate is 1"):
            make(10, exchange_rate=Decimal(given))
        db.session.rollback()


def test_ten_yuan_of_a_file_never_become_ten_dollars(app, company, customer):
    file = "InvoiceNo,InvoiceDate,CustomerID,Quantity,UnitPrice,Currency\nA,2026-01-10,C1,1,10.00,CNY\n"
    found, wrong = bring_in(app, "accounting.invoice", file.encode())
    assert (found.booked, found.bad) == (0, 1)
    assert "There is no rate of CNY for Jan 10, 2026" in wrong[2]
    rate("CNY", date(2026, 1, 9), "0.14", company)
    found, _wrong = bring_in(app, "accounting.invoice", file.encode())
    assert found.booked == 1
    assert balances(company)["Trade receivables"] == Decimal("1.40")


def test_a_banks_history_goes_in_by_the_import(app, company):
    found, _wrong = bring_in(app, "accounting.currency_rate", BANK.encode())
    assert (found.booked, found.bad) == (2, 0)
    rows = select(
        m.AccountingCurrencyRate.currency_code, m.AccountingCurrencyRate.date, m.AccountingCurrencyRate.rate
    )
    worth = {(code, day.day): value for code, day, value in db.session.execute(rows)}
    assert worth["EUR", 5] == Decimal("1.08")
    assert worth["CNY", 5] == Decimal("0.1379310345")  # 1.08 / 7.83
    assert worth["JPY", 2] == Decimal("0.0067701863")  # 1.09 / 161
    own = b"Date,Currency,Rate\n2026-02-02,EUR,1.1\n2026-02-02,QQQ,3\n2026-02-03,EUR,0\n"
    found, wrong = bring_in(app, "accounting.currency_rate", own, {"quotes": "own", "source": "bank"})
    assert (found.booked, found.bad) == (1, 2)
    assert wrong[3] == "There is no currency QQQ: add it under Currencies."


@pytest.mark.skipif(not ECB.exists(), reason="the shared data is not here; the bank's shape is tested above")
def test_the_whole_history_of_the_bank_goes_in(app, company):
    found, _wrong = bring_in(app, "accounting.currency_rate", ECB.read_bytes(), name=ECB.name)
    assert db.session.scalar(select(m.Attachment.filename)) == "eurofxref-hist.csv.gz"
    with zipfile.ZipFile(ECB) as archive:
        contents = archive.read(archive.namelist()[0])
    assert found.booked == found.rows > 7000
    latest = contents.decode().splitlines()
    head, first = latest[0].split(","), latest[1].split(",")
    cells = dict(zip(head, first, strict=True))
    wanted = (Decimal(cells["USD"]) / Decimal(cells["CNY"])).quantize(Decimal("0.0000000001"))
    query = select(m.AccountingCurrencyRate.rate).where(
        m.AccountingCurrencyRate.currency_code == "CNY",
        m.AccountingCurrencyRate.date == date.fromisoformat(cells["Date"]),
    )
    assert db.session.scalar(query) == wanted


def test_an_exchange_difference_is_dated_when_both_sides_exist(company, invoice_of, pay):
    pay(1000, on=date(2026, 3, 5), currency="EUR", exchange_rate=Decimal("1.25"))
    invoice = invoice_of(1000, on=date(2026, 3, 20), currency="EUR", exchange_rate=Decimal("1.10"))
    credit = db.session.scalars(select(m.AccountingOpenItem).where(m.AccountingOpenItem.amount < 0)).one()
    pair = Pair(item_of(db.session, invoice).id, credit.id, Decimal(1000))
    m.AccountingAllocation.settle(db.session, [pair], date(2026, 3, 6))
    made = db.session.scalars(select(m.AccountingAllocation)).one()
    entry = db.session.get(m.AccountingEntry, made.exchange_entry_id)
    assert (made.date, entry.date) == (date(2026, 3, 20), date(2026, 3, 20))


def test_a_payment_settles_what_it_names_before_what_is_due_earliest(company, invoice_of, pay):
    early, named = invoice_of(50, on=date(2026, 1, 2)), invoice_of(80, on=date(2026, 1, 9))
    item = item_of(db.session, named)
    pay(100, lines=[PaymentLine(item.id, Decimal(80))])
    assert item_of(db.session, named).residual == 0
    assert item_of(db.session, early).residual == 30
    pay(10, lines=[], remainder="keep")
    assert item_of(db.session, early).residual == 30
    with pytest.raises(
        PaymentError, match="^Its documents take 80.00\u00a0USD of a payment of 10.00\u00a0USD"
    ):
        pay(10, lines=[PaymentLine(item.id, Decimal(80))])


def test_a_credit_is_settled_by_hand_and_taken_back(company, invoice_of):
    invoice, note = invoice_of(50), invoice_of(30, kind="credit_note")
    debit, credit = item_of(db.session, invoice), item_of(db.session, note)
    made = m.AccountingAllocation.settle(
        db.session, [Pair(debit.id, credit.id, Decimal(30))], date(2026, 2, 1)
    )
    assert item_of(db.session, invoice).residual == 20
    m.AccountingAllocation.take_back(db.session, made, date(2026, 2, 2))
    assert item_of(db.session, invoice).residual == 50
    with pytest.raises(AllocationError, match="^This settlement was taken back already.$"):
        m.AccountingAllocation.take_back(db.session, made, date(2026, 2, 2))
    with pytest.raises(AllocationError, match="^CN/2026/00001 is no debit.\nINV/2026/00001 is no credit.$"):
        m.AccountingAllocation.settle(db.session, [Pair(credit.id, debit.id, Decimal(1))], date(2026, 2, 1))


def test_payments_from_a_file_name_their_documents(app, company, customer, invoice_of):
    early, late = (
        invoice_of(50, on=date(2026, 1, 2)),
        invoice_of(80, on=date(2026, 1, 9), external_id="OLD-7"),
    )
    file = (
        "Payment,Date,CustomerID,Amount,Invoice\n"
        "B1,2026-01-20,C1,80.00,OLD-7\nB1,2026-01-20,C1,5.00,\n"
        "B2,2026-01-21,C1,5.00,INV/1999/1\nB3,2026-01-21,C9,5.00,\nB4,2026-01-22,C1,-5.00,\n"
    )
    options = {"remainder": "keep"}
    found, wrong = bring_in(app, "accounting.payment", file.encode(), options)
    assert (found.booked, found.bad) == (3, 2)
    assert wrong == {
        4: "There is no posted document INV/1999/1.",
        5: "There is no customer C9: import or add the customer first.",
    }
    assert (item_of(db.session, late).residual, item_of(db.session, early).residual) == (0, 50)
    again, _wrong = bring_in(app, "accounting.payment", file.encode(), options)
    assert (again.unchanged, again.bad) == (3, 2)
    other, wrong = bring_in(app, "accounting.payment", file.replace("80.00", "81.00").encode(), options)
    assert wrong[2].startswith("Payment B1 was imported as PAY/2026/00001; this file has another amount")
    assert balances(company)["Bank"] == Decimal(80)


def test_lines_of_files_say_tax_and_amount_in_any_usual_way(app, company, customer):
    from addons.accounting.services.chart import books_of

    account = books_of(db.session, company.id).account("tax")
    db.session.add(
        m.AccountingTax(company_id=company.id, name="VAT 13 %", rate=Decimal("0.13"), account_id=account)
    )
    db.session.commit()
    file = (
        "InvoiceNo,InvoiceDate,CustomerID,Quantity,UnitPrice,Amount,Tax,Tax amount\n"
        "A,2026-01-10,C1,2,50,,13 %,\nB,2026-01-10,C1,,,100,vat 13 %,\nC,2026-01-10,C1,3,,10.00,0.13,\n"
        "D,2026-01-10,C1,,,100,,13.00\nE,2026-01-10,C1,,,100,7 %,\nF,2026-01-10,C1,2,5,11,,\n"
        "G,2026-01-10,C1,,,,,\nH,2026-01-10,C1,,,-20,13,\n"
    )
    found, wrong = bring_in(app, "accounting.invoice", file.encode())
    assert (found.booked, found.bad) == (5, 3)
    assert wrong == {
        6: "There is no tax “7 %”: add it under Taxes, or write one of VAT 13 %.",
        7: "2 × 5 is 10.00, not 11.00: correct one of them.",
        8: "Give a quantity and a unit price, or an amount.",
    }
    rows = select(m.AccountingInvoice.reference, m.AccountingInvoice.kind, m.AccountingInvoice.total)
    assert {(ref, kind): total for ref, kind, total in db.session.execute(rows)} == {
        ("A", "invoice"): Decimal(113),
        ("B", "invoice"): Decimal(113),
        ("C", "invoice"): Decimal("11.30"),
        ("D", "invoice"): Decimal(113),
        ("H", "credit_note"): Decimal("22.60"),
    }


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("EUR", "GBP"), "currency"),
        (("1.1", "1.2"), "exchange rate"),
        (("2026-02-10", "2026-02-11"), "due date"),
        (("P1", "P2"), "set of lines"),
        (("C1", "C2"), "partner"),
    ],
)
def test_a_changed_document_is_refused_with_what_changed(app, company, change, what):
    file = (
        "InvoiceNo,InvoiceDate,DueDate,CustomerID,StockCode,Quantity,UnitPrice,Currency,Exchange rate\n"
        "A,2026-01-10,2026-02-10,C1,P1,1,10.00,EUR,1.1\n"
    )
    bring_in(app, "accounting.invoice", file.encode())
    again, _wrong = bring_in(app, "accounting.invoice", file.encode())
    assert again.unchanged == 1
    _found, wrong = bring_in(app, "accounting.invoice", file.replace(*change).encode())
    assert f"imported as INV/2026/00001; this file has another {what}: reverse" in wrong[2]


def test_a_year_is_closed_and_opened_again(company, invoice_of, pay):
    last = today().year - 1
    invoice_of(1000, on=date(last, 5, 1), currency="EUR", exchange_rate=Decimal("1.10"))
    pay(1000, on=date(last, 6, 1), currency="EUR", exchange_rate=Decimal("1.07"))
    closing = m.AccountingClosing(company_id=company.id, until=date(last, 12, 31))
    (made,) = m.AccountingClosing.create(db.session, [closing])
    period = (date(last, 1, 1), date(last, 12, 31))

    def closings():
        return {b.name: b.closing for b in trial_balance(db.session, company.id, *period) if b.closing}

    before = closings()
    assert before == {"Bank": Decimal(1070), "Sales": Decimal(-1100), "Exchange differences": Decimal(30)}
    m.AccountingClosing.close(db.session, [made])
    db.session.commit()
    assert closings() == {"Bank": Decimal(1070), "Retained earnings": Decimal(-1070)}
    with pytest.raises(InvoiceError, match="lies in a year that was closed up to"):
        invoice_of(1, on=date(last, 12, 31))
    journal = db.session.scalars(select(m.AccountingJournal.id)).first()
    late = {"company_id": company.id, "number": "X", "journal_id": journal, "date": date(last, 12, 31)}
    with pytest.raises(DBAPIError, match="dated in a year that was closed"):
        m.AccountingEntry._bulk(db.session, [late])
    db.session.rollback()
    invoice_of(1, on=date(last, 12, 31) + timedelta(days=1))
    with pytest.raises(ClosingError, match="^This closing was done already.$"):
        m.AccountingClosing.close(db.session, [made])
    m.AccountingClosing.take_back(db.session, [made])
    db.session.commit()
    assert closings() == before
    invoice_of(1, on=date(last, 12, 31))
    with pytest.raises(ClosingError, match="^Only a closed year can be opened.$"):
        m.AccountingClosing.take_back(db.session, [made])


def test_drafts_and_a_year_that_is_not_over_stop_a_closing(company, customer):
    def close(until):
        closing = m.AccountingClosing(company_id=company.id, until=until)
        m.AccountingClosing.close(db.session, m.AccountingClosing.create(db.session, [closing]))

    last = date(today().year - 1, 12, 31)
    with pytest.raises(ClosingError, match="The year is not over before"):
        close(date(today().year, 12, 31))
    with pytest.raises(ClosingError, match="Nothing was earned or spent up to"):
        close(last)
    line = BillLineDraft(None, "Parts", Decimal(1), Decimal(5))
    bills = [BillDraft(company.id, customer.id, last, "USD", f"B-{n}", [line]) for n in range(2)]
    m.AccountingBill.create(db.session, bills)
    with pytest.raises(ClosingError, match="2 drafts are dated up to .*: post or delete them first"):
        close(last)


def test_a_prefix_without_a_year_goes_on_over_the_years(company, invoice_of):
    db.session.execute(text("UPDATE sequence SET prefix = 'R-' WHERE code = 'accounting.invoice'"))
    numbers = [invoice_of(1, on=date(year, 3, 1)).number for year in (2024, 2025, 2026, 2025)]
    assert numbers == ["R-00001", "R-00002", "R-00003", "R-00004"]
