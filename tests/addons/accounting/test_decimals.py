"""Amounts have the decimals of their currency: computed, kept, shown, typed, and as the database has them."""

import csv
import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from math import floor

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from addons.accounting import reports
from addons.accounting.services.allocation import AllocationError, Pair
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import InvoiceDraft, Line
from addons.accounting.services.invoices import item_of
from core import m
from core.api.tokens import create_token
from core.db import db, decimals_of
from core.documents.render import render_html
from core.i18n import format_amount, format_money, format_price, in_locale
from core.records.companies import ensure_company
from core.security.actor import Actor, set_actor
from core.security.users import ensure_administrator
from tests.documents import create_invoice, create_payment, post_invoices, post_payment, settle
from tests.logins import log_in

ON = date(2026, 3, 2)
LEDGER = text("""
    SELECT coalesce(sum(l.debit - l.credit), 0), bool_and(l.amount_currency = trunc(l.amount_currency)),
           bool_and(l.debit + l.credit = trunc(l.debit + l.credit))
      FROM accounting_entry_line l JOIN accounting_entry e ON e.id = l.entry_id WHERE e.company_id = :company
""")


def half_up(value):
    """To a whole number, half away from zero, by integers alone."""
    return floor(abs(value) + Fraction(1, 2)) * (1 if value >= 0 else -1)


@pytest.fixture
def tax(company):
    books = books_of(db.session, company.id)
    tax = m.AccountingTax(
        company_id=company.id, name="JCT", rate=Decimal("0.1"), account_id=books.account("tax")
    )
    db.session.add(tax)
    db.session.commit()
    return tax


def draft(company, customer, *lines, currency="JPY", tax=None, **values):
    values.setdefault("exchange_rate", Decimal(1))
    rows = [Line("Part", Decimal(q), Decimal(p), tax_id=tax.id if tax else None) for q, p in lines]
    found = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=customer.id,
        date=ON,
        currency=currency,
        lines=rows,
        **values,
    )
    db.session.commit()
    return found


LINES = st.lists(
    st.tuples(
        st.decimals(min_value="-50", max_value="5000", places=4),
        st.decimals(min_value="0", max_value="999", places=6),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, rate=st.sampled_from(["1", "0.0067", "0.006613"]), at_once=st.booleans())
def test_an_invoice_in_yen_is_whole_yen(app, company, customer, tax, lines, rate, at_once):
    nets = [half_up(Fraction(q) * Fraction(p)) for q, p in lines]
    if at_once:
        rows = [Line("Part", q, p, tax_id=tax.id) for q, p in lines]
        whole = InvoiceDraft(company.id, customer.id, ON, "JPY", rows, exchange_rate=Decimal(rate))
        m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, [whole]))
        invoice = db.session.get(m.AccountingInvoice, whole.id)
    else:
        invoice = draft(company, customer, *lines, tax=tax, exchange_rate=Decimal(rate))
        post_invoices(db.session, [invoice])
    db.session.commit()
    wanted = half_up(Fraction(sum(nets)) / 10)
    assert [line.net for line in invoice.lines] == nets
    assert (invoice.net, invoice.tax, invoice.total) == (sum(nets), wanted, sum(nets) + wanted)
    balance, whole_yen, _whole_dollars = db.session.execute(LEDGER, {"company": company.id}).one()
    assert (balance, whole_yen) == (0, True)


def test_three_at_one_and_a_half_are_five_yen(company, customer):
    invoice = draft(company, customer, (3, "1.5"))
    assert invoice.total == 5
    invoice.currency_code = "USD"
    m.AccountingInvoice.compute(db.session, [invoice])
    post_invoices(db.session, [invoice])
    assert invoice.total == Decimal("4.50")


def test_books_in_yen_are_whole_yen(app):
    """Dollars are converted into whole yen, also what a settlement at another rate leaves over."""
    company = ensure_company(db.session, code="JP", name="Tokyo Parts KK", currency="JPY")
    set_actor(db.session, Actor(None, "tester", company.id, is_superuser=True))
    customer = m.Partner(company_id=company.id, code="C9", name="Osaka Motors")
    db.session.add(customer)
    db.session.flush()
    invoice = draft(company, customer, (1, "33.33"), currency="USD", exchange_rate=Decimal("149.57"))
    post_invoices(db.session, [invoice])
    for amount in ("10.01", "23.32"):
        payment = create_payment(
            db.session,
            company_id=company.id,
            partner_id=customer.id,
            date=ON,
            amount=Decimal(amount),
            currency="USD",
            exchange_rate=Decimal("151.3"),
        )
        post_payment(db.session, payment)
    db.session.commit()
    assert item_of(db.session, invoice).company_amount == 4985  # 4,985.1681
    assert item_of(db.session, invoice).residual == 0
    balance, _whole, whole_yen = db.session.execute(LEDGER, {"company": company.id}).one()
    assert (balance, whole_yen) == (0, True)
    receivable = text(
        "SELECT sum(l.debit - l.credit) FROM accounting_entry_line l "
        "JOIN accounting_account a ON a.id = l.account_id WHERE a.purpose = 'receivable'"
    )
    assert db.session.scalar(receivable) == 0


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_amounts_are_written_with_the_decimals_of_their_currency(app, locale):
    with in_locale(locale):
        assert format_money(Decimal("1234.00"), "JPY") == "1,234\u00a0JPY"
        assert format_money(Decimal("1234.00"), "USD") == "1,234.00\u00a0USD"
        assert format_amount(Decimal("5.00"), "JPY") == "5"
        assert format_price(Decimal("1.500000"), "JPY") == "1.5\u00a0JPY"
        assert format_price(Decimal("2.000000"), "JPY") == "2\u00a0JPY"
        assert format_price(Decimal("2.000000"), "EUR") == "2.00\u00a0EUR"


@pytest.fixture
def browser(app, company):
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).one())

    def visit(url, data=None, locale="en"):
        with app.app_context():
            options = {"headers": {"Accept-Language": locale}}
            if data is None:
                return client.get(url, **options)
            token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/", **options).text)[1]
            return client.post(url, data={"csrf_token": token, **data}, **options)

    return visit


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_a_document_in_yen_has_no_cents_on_any_screen(company, customer, browser, locale):
    invoice = draft(company, customer, (1500, "1.5"), (1, "10"))
    post_invoices(db.session, [invoice])
    db.session.commit()
    shown = '2,260<span class="ccy">JPY</span>'
    assert shown in browser("/m/accounting.invoice.list", locale=locale).text
    form = browser(f"/m/accounting.invoice.form/{invoice.id}", locale=locale).text
    assert shown in form
    assert re.search(r">\s*2,250\s*<", form)  # the line has no code, its document says the currency
    assert "2,260.00" not in form
    assert '2,260<span class="ccy">JPY</span>' in browser("/?board=finance", locale=locale).text
    entry = browser(f"/m/accounting.entry.form/{invoice.entry_id}", locale=locale).text
    assert shown in entry
    assert '2,260.00<span class="ccy">USD</span>' in entry  # what the books have of it


def test_a_document_in_yen_is_printed_without_cents(company, customer, tax):
    invoice = draft(company, customer, (1500, "1.5"), tax=tax)
    post_invoices(db.session, [invoice])
    assert reports.words(invoice)["total"] == "2,475\u00a0JPY"
    page = render_html("accounting.invoice", invoice, locale="en")
    assert "2,475\u00a0JPY" in page
    assert ".00" not in page


def cells_of(workbook):
    """(value, number format) of the first column below the heading."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        styles = parts.read("xl/styles.xml").decode()
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    codes = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]+)"', styles))
    formats = re.findall(r'<xf numFmtId="(\d+)"', styles.partition("<cellXfs")[2])
    found = re.findall(r'<c r="A\d+" s="(\d+)"><v>([\d.]+)</v>', sheet)
    return [(Decimal(value), codes[formats[int(style)]]) for style, value in found]


def test_files_of_lists_hold_the_decimals_of_the_currency(company, customer, browser):
    draft(company, customer, (1500, "1.5"))
    draft(company, customer, (1, "2260"), currency="USD")
    url = "/m/accounting.invoice.list/export.{}?columns=total&sort=total"
    with browser(url.format("csv")) as file:
        rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert rows[1:] == [["2250", "JPY"], ["2260.00", "USD"]]
    with browser(url.format("xlsx")) as file:
        assert cells_of(file.data) == [(2250, "#,##0"), (2260, "#,##0.00")]


def call(app, url, body=None):
    token = create_token(db.session, db.session.scalars(select(m.User)).one(), "Test", ("*",))
    db.session.commit()
    with app.app_context():
        headers = {"Authorization": f"Bearer {token.secret}", "Accept-Language": "en"}
        client = app.test_client()
        if body is None:
            return client.get(f"/api/v1/{url}", headers=headers)
        return client.post(f"/api/v1/{url}", json=body, headers=headers)


def test_programs_read_and_write_the_decimals_of_the_currency(app, company, customer, browser):
    invoice = draft(company, customer, (3, "1.5"))
    read = call(app, f"accounting.invoice/{invoice.id}").json
    assert (read["total"], read["lines"][0]["net"], read["lines"][0]["unit_price"]) == ("5", "5", "1.500000")
    listed = call(app, "accounting.invoice?fields=total").json["items"]
    assert listed == [{"id": invoice.id, "total": "5"}]
    body = {"partner_id": customer.id, "currency_code": "JPY", "amount": "100.50", "date": "2026-03-02"}
    body["exchange_rate"] = "0.0067"
    refused = call(app, "accounting.payment", body)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "amount"
    made = call(app, "accounting.payment", {**body, "amount": "100.00"})
    assert made.json["amount"] == "100"


@pytest.mark.parametrize(
    ("currency", "amount", "reason"),
    [
        ("JPY", "1,100.50", "“Amount” is 1,100.5: amounts in JPY have no decimals. Give a whole one."),
        ("JPY", "1,100.00", ""),
        ("USD", "1,100.50", ""),
    ],
)
def test_a_typed_amount_is_no_finer_than_its_currency(customer, browser, currency, amount, reason):
    data = {"direction": "in", "partner_id": customer.id, "date": "2026-03-02", "amount": amount}
    answer = browser(
        "/m/accounting.payment.form/new", {**data, "currency_code": currency, "exchange_rate": "1"}
    )
    assert answer.status_code == (422 if reason else 303), answer.text
    assert reason in answer.text
    if not reason:
        wanted = {"JPY": 'value="1,100"', "USD": 'value="1,100.50"'}[currency]
        assert wanted in browser(answer.location).text


def test_more_is_not_settled_than_the_currency_has(company, customer, invoice_of, pay):
    invoice, payment = invoice_of(30, currency="JPY"), pay(50, pairs=[], currency="JPY")
    debit, credit = item_of(db.session, invoice).id, item_of(db.session, payment).id
    with pytest.raises(AllocationError, match=r"has 30\u00a0JPY open, not 31\u00a0JPY"):
        settle(db.session, [Pair(debit, credit, Decimal(31))], ON)
    with pytest.raises(DBAPIError, match="amount 10.50 has more decimals than JPY, which has 0"):
        settle(db.session, [Pair(debit, credit, Decimal("10.50"))], ON)


FINER = {
    "payment": "UPDATE accounting_payment SET amount = 7.50 WHERE state = 'draft'",
    "invoice": "UPDATE accounting_invoice SET state = 'posted', net = 5.5, total = 5.5, number = 'X', "
    "posted_at = now(), entry_id = (SELECT min(id) FROM accounting_entry) WHERE state = 'draft'",
    "tax": "INSERT INTO accounting_invoice_tax (invoice_id, tax_id, base, amount) SELECT i.id, t.id, 5, 0.5 "
    "FROM accounting_invoice i, accounting_tax t WHERE i.state = 'draft'; UPDATE accounting_invoice SET "
    "state = 'posted', number = 'X', posted_at = now(), entry_id = (SELECT min(id) FROM accounting_entry) "
    "WHERE state = 'draft'",
    "entry_line": "INSERT INTO accounting_entry_line (entry_id, account_id, amount_currency, currency_code) "
    "SELECT 7777, min(id), 1.5, 'JPY' FROM accounting_account",
    "open_item": "INSERT INTO accounting_open_item (company_id, entry_line_id, partner_id, document, number, "
    "date, due_date, currency_code, amount, company_amount) SELECT min(c.id), max(l.id), min(p.id), "
    "'invoice', 'X', now(), now(), 'JPY', 1.5, 1.5 FROM company c, accounting_entry_line l, partner p",
}


@pytest.mark.parametrize("statement", FINER.values(), ids=FINER)
def test_the_database_refuses_what_is_finer(company, customer, tax, pay, statement):
    pay(50, pairs=[])
    payment = create_payment(
        db.session,
        company_id=company.id,
        partner_id=customer.id,
        date=ON,
        amount=Decimal(7),
        currency="JPY",
        exchange_rate=Decimal(1),
    )
    draft(company, customer, (3, "1.5"))
    journal = db.session.scalar(select(m.AccountingJournal.id).limit(1))
    db.session.add(m.AccountingEntry(id=7777, company_id=company.id, number="D", journal_id=journal, date=ON))
    db.session.commit()
    assert payment.amount == 7
    with pytest.raises(DBAPIError, match=r"has more decimals than JPY, which has 0"):
        for part in statement.split("; "):
            db.session.execute(text(part))


@pytest.mark.parametrize(("currency", "net"), [("USD", "3"), ("JPY", "3.3")])
def test_a_line_is_rounded_to_the_decimals_of_its_currency_and_no_further(
    company, customer, pay, currency, net
):
    pay(50, pairs=[])
    draft(company, customer, (3, "1.1"), currency=currency)
    change = text(
        f"UPDATE accounting_invoice_line SET net = {net}; UPDATE accounting_invoice SET state = 'posted', "
        "number = 'X', posted_at = now(), entry_id = (SELECT min(id) FROM accounting_entry)"
    )
    with pytest.raises(
        DBAPIError, match=f"is not 3.0000 × 1.100000 in the decimals of {currency}|more decimals"
    ):
        db.session.execute(change)


def test_books_in_yen_refuse_cents(app):
    company = ensure_company(db.session, code="JP", name="Tokyo Parts KK", currency="JPY")
    books = books_of(db.session, company.id)
    entry = m.AccountingEntry(
        company_id=company.id, number="D", journal_id=books.journals["general"], date=ON
    )
    entry.lines = [
        m.AccountingEntryLine(account_id=books.account(purpose), currency_code="USD", **side)
        for purpose, side in (("bank", {"debit": Decimal("1.5")}), ("sales", {"credit": Decimal("1.5")}))
    ]
    db.session.add(entry)
    db.session.commit()
    entry.state = "posted"
    with pytest.raises(DBAPIError, match="amount 1.50 has more decimals than JPY"):
        db.session.flush()


def test_a_currency_takes_the_usual_decimals_and_keeps_them(app):
    db.session.add_all([m.Currency(code="KRW", name="Won"), m.Currency(code="RSD", name="Dinar", digits=2)])
    db.session.commit()
    assert (decimals_of("KRW"), decimals_of("RSD"), decimals_of("USD"), decimals_of("JPY")) == (0, 2, 2, 0)
    db.session.add(m.Currency(code="KWD", name="Kuwaiti dinar"))
    with pytest.raises(DBAPIError, match="digits_fit_money"):
        db.session.flush()
    db.session.rollback()
    with pytest.raises(DBAPIError, match="the decimals of a currency stay"):
        db.session.execute(text("UPDATE currency SET digits = 2 WHERE code = 'JPY'"))


def test_a_currency_is_added_on_its_screen(app, browser):
    new = "/m/currency.form/new"
    assert re.findall(
        r'name="(\w+)"[^>]*aria-required|aria-required[^>]*name="(\w+)"', browser(new).text
    ) == [
        ("", "code"),
        ("", "name"),
    ]
    refused = browser(new, {"code": "KWD", "name": "Kuwaiti dinar", "digits": "2"})
    assert refused.status_code == 422
    assert "Amounts in KWD have 3 decimals, and 2 are kept" in refused.text
    made = browser(new, {"code": "KRW", "name": "Won", "digits": ""})
    assert made.status_code == 303, made.text
    page = browser(made.location).text
    assert 'name="digits"' not in page
    assert decimals_of("KRW") == 0


def test_what_has_cents_already_goes_on_with_them(app, company, customer, pay):
    """An upgrade finds 100.50 JPY in the books: it can still be settled."""
    migration = import_module(
        "addons.accounting.migrations.0005_keep_amounts_to_the_decimals_of_their_currency"
    )
    with db.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration.downgrade()
    app.extensions["decimals"].update(JPY=2)
    pay("100.50", pairs=[], currency="JPY")
    with db.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration.upgrade()
    kept = dict(
        db.session.execute(text("SELECT code, digits FROM currency WHERE code IN ('JPY', 'USD')")).all()
    )
    assert kept == {"JPY": 2, "USD": 2}
