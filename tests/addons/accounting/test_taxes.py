"""Several taxes on one line, and taxes within prices: net and taxes are together what the prices say."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from math import floor
from types import SimpleNamespace

import pdfplumber
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from addons.accounting.amounts import TaxRule, totals_of
from addons.accounting.imports.taxes import TaxError, Taxes
from addons.accounting.reports import tax_title
from addons.accounting.services.chart import books_of, rules_of
from addons.accounting.services.drafts import BillDraft, BillLineDraft, InvoiceDraft, Line
from addons.accounting.services.entry import amounts_of
from addons.accounting.services.taxes import TaxError as GroupError
from addons.accounting.services.taxes import complete
from core import m
from core.db import db
from core.documents import delivery_of, render_pdf
from core.exchange.importing import start_import, totals, upload
from tests.conftest import work
from tests.documents import reverse_invoice

ON, CENT = date(2026, 1, 10), Decimal("0.01")
#: Rates of the taxes of the company, in thousandths of a percent.
RATES = {"GST": 5000, "PST": 7000, "VAT": 13000, "QST": 9975, "VAT incl.": 13000}
GROUPS = {"GST + PST": ("GST", "PST"), "GST + QST": ("GST", "QST")}


@pytest.fixture
def taxes(company):
    """Single taxes, groups of two, and each once more within the price."""
    account = books_of(db.session, company.id).account("tax")
    found = {}

    def add(name, rate=None, parts=(), included=False):
        own = None if parts else account
        tax = m.AccountingTax(company_id=company.id, name=name, rate=rate, included=included, account_id=own)
        tax.parts = [m.AccountingTaxPart(position=n, part_id=found[part]) for n, part in enumerate(parts)]
        complete(db.session, tax)
        db.session.add(tax)
        db.session.flush()
        found[tax.name] = tax.id

    for name, rate in RATES.items():
        add(name, Decimal(rate).scaleb(-5), included=name.endswith("incl."))
    for name, parts in GROUPS.items():
        add(name, parts=parts)
        add(f"{name} incl.", parts=parts, included=True)
    db.session.commit()
    return found


def half_up(value):
    return Fraction(floor(abs(value) * 100 + Fraction(1, 2)), 100) * (1 if value >= 0 else -1)


def recomputed(lines):
    """(net, taxes by name, gross) by fractions alone, of lines (quantity, price, name of the tax)."""
    net, gross, bases, within = Fraction(0), Fraction(0), {}, {}
    for quantity, price, name in lines:
        amount = half_up(Fraction(quantity) * Fraction(price))
        plain = name.removesuffix(" incl.")
        parts = GROUPS.get(plain, (name,))
        rate = sum(Fraction(RATES[part], 100_000) for part in parts)
        if name.endswith("incl."):
            own = half_up(amount / (1 + rate))
            within[parts] = within.get(parts, 0) + amount - own
            net, gross = net + own, gross + amount
        else:
            net, gross = net + amount, gross + amount
            for part in parts:
                bases[part] = bases.get(part, 0) + amount
    found = {part: half_up(base * Fraction(RATES[part], 100_000)) for part, base in bases.items()}
    gross += sum(found.values())
    for parts, held in within.items():
        first = half_up(held * RATES[parts[0]] / sum(RATES[part] for part in parts))
        for part, share in zip(parts, (first, held - first) if len(parts) > 1 else (held,), strict=True):
            found[part] = found.get(part, 0) + share
    return net, found, gross


LINES = st.lists(
    st.tuples(
        st.decimals(min_value="0.1", max_value="50000", places=4),
        st.decimals(min_value="0.0001", max_value="999", places=6),
        st.sampled_from([*RATES, *GROUPS, "GST + PST incl.", "GST + QST incl."]),
    ),
    min_size=1,
    max_size=6,
)
SUMS = """
    SELECT x.name, t.amount FROM accounting_invoice_tax t JOIN accounting_tax x ON x.id = t.tax_id
     WHERE t.invoice_id = :id
"""
BALANCES = """
    SELECT coalesce(a.purpose, ''), sum(l.credit - l.debit) FROM accounting_entry_line l
      JOIN accounting_account a ON a.id = l.account_id WHERE l.entry_id = :entry GROUP BY 1
"""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES)
def test_net_and_taxes_are_what_the_prices_say(app, company, customer, taxes, lines):
    rows = [Line("Part", quantity, price, tax_id=taxes[name]) for quantity, price, name in lines]
    draft = InvoiceDraft(company.id, customer.id, ON, "USD", rows)
    m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, [draft]))
    invoice = db.session.get(m.AccountingInvoice, draft.id)
    net, by_tax, gross = recomputed(lines)
    stored = db.session.execute(text(SUMS), {"id": invoice.id}).all()
    assert {name: Fraction(amount) for name, amount in stored} == by_tax
    assert (Fraction(invoice.net), Fraction(invoice.total)) == (net, gross)
    booked = dict(db.session.execute(text(BALANCES), {"entry": invoice.entry_id}).all())
    assert booked == {"sales": invoice.net, "tax": invoice.tax, "receivable": -invoice.total}
    db.session.rollback()


def test_what_stands_in_the_module_is_so(app):
    both = TaxRule(Decimal("0.12"), ((1, Decimal("0.05")), (2, Decimal("0.07"))))
    found = totals_of([(Decimal("10.10"), 3, Decimal(0))], {3: both}, CENT)
    assert [tax.amount for tax in found.taxes] == [Decimal("0.51"), Decimal("0.71")]
    inside = TaxRule(Decimal("0.13"), ((4, Decimal("0.13")),), included=True)
    held = totals_of([(Decimal("26.52"), 4, Decimal("3.45"))], {4: inside}, CENT)
    assert held.total == Decimal("29.97")


def test_a_bill_deducts_each_tax_of_its_line(company, supplier, taxes):
    line = BillLineDraft(None, "Reels", Decimal(3), Decimal("9.99"), tax_id=taxes["GST + PST incl."])
    draft = BillDraft(company.id, supplier.id, ON, "USD", "R-1", [line])
    m.AccountingBill.post(db.session, m.AccountingBill.create(db.session, [draft]))
    bill = db.session.get(m.AccountingBill, draft.id)
    assert (bill.net, bill.tax, bill.total) == (Decimal("26.76"), Decimal("3.21"), Decimal("29.97"))
    assert [t.amount for t in bill.taxes] == [Decimal("1.34"), Decimal("1.87")]
    booked = dict(db.session.execute(text(BALANCES), {"entry": bill.entry_id}).all())
    assert booked == {"purchases": -bill.net, "input_tax": -bill.tax, "payable": bill.total}


def test_a_rate_that_changes_changes_groups_and_drafts_and_leaves_what_is_posted(company, customer, taxes):
    rows = [Line("Part", Decimal(1), Decimal(112), tax_id=taxes["GST + PST incl."])]
    drafts = [InvoiceDraft(company.id, customer.id, ON, "USD", rows) for _n in range(2)]
    first, second = m.AccountingInvoice.create(db.session, drafts)
    m.AccountingInvoice.post(db.session, [first])
    db.session.execute(text("UPDATE accounting_tax SET rate = 0.15 WHERE id = :id"), {"id": taxes["PST"]})
    assert rules_of(db.session, [taxes["GST + PST"]])[taxes["GST + PST"]].rate == Decimal("0.20")
    m.AccountingInvoice.post(db.session, [second])
    posted = db.session.get(m.AccountingInvoice, second)
    assert (posted.net, posted.tax) == (Decimal("93.33"), Decimal("18.67"))
    note = reverse_invoice(db.session, db.session.get(m.AccountingInvoice, first), ON)
    assert (note.net, note.tax, note.lines[0].tax_within) == (Decimal(100), Decimal(12), Decimal(12))


def test_a_group_consists_of_single_taxes_with_accounts(company, taxes):
    nested = m.AccountingTax(
        company_id=company.id, name="Nested", parts=[m.AccountingTaxPart(part_id=taxes["GST + PST"])]
    )
    with pytest.raises(GroupError, match="single taxes"):
        complete(db.session, nested)
    with pytest.raises(GroupError, match="account"):
        complete(db.session, m.AccountingTax(company_id=company.id, name="None", rate=Decimal("0.1")))
    statement = text(
        "INSERT INTO accounting_tax_part (group_id, position, part_id) VALUES (:group, 9, :part)"
    )
    with pytest.raises(IntegrityError, match="single taxes"):
        db.session.execute(statement, {"group": taxes["GST + PST"], "part": taxes["GST + QST"]})
    db.session.rollback()


def test_rows_name_several_taxes_and_such_as_are_in_the_price(company, taxes):
    known = Taxes.of(db.session, company.id)

    def found(said):
        return known.find(said, None, Decimal(100), CENT)

    assert found("GST + PST") == found("5% + 7%") == found("12 %") == taxes["GST + PST"]
    assert found("13%") == found("13 % excl.") == found("13% 不含税") == taxes["VAT"]
    assert found("13% incl.") == found("含税13%") == taxes["VAT incl."]
    assert known.find(None, Decimal("11.50"), Decimal(100), CENT) == taxes["VAT incl."]
    with pytest.raises(TaxError):
        found("5 % + 9 %")


HEADER = "Invoice No.,Date,Customer Code,Description,Quantity,Unit price,Tax,Amount\n"


def test_a_file_has_prices_with_their_taxes(app, customer, taxes):
    rows = "T-1,2026-03-01,C1,Bolt,3,9.99,VAT incl.,29.97\nT-1,2026-03-01,C1,Nut,1,10.10,5% + 7%,10.10\n"
    data_import = upload(db.session, "accounting.invoice", "a.csv", f"{HEADER}{rows}".encode())
    start_import(db.session, data_import)
    db.session.commit()
    work(app)
    assert totals(db.session, data_import.id).booked == 2
    invoice = db.session.scalars(select(m.AccountingInvoice)).one()
    assert (invoice.net, invoice.tax) == (Decimal("36.62"), Decimal("4.67"))
    assert [line.tax_within for line in invoice.lines] == [Decimal("3.45"), Decimal(0)]


def test_the_paper_says_which_taxes_are_in_the_prices(company, customer, taxes):
    rows = [
        Line("Bolt", Decimal(3), Decimal("9.99"), tax_id=taxes["VAT incl."]),
        Line("Nut", Decimal(1), Decimal("10.10"), tax_id=taxes["GST + PST"]),
    ]
    draft = InvoiceDraft(company.id, customer.id, ON, "USD", rows)
    m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, [draft]))
    invoice = db.session.get(m.AccountingInvoice, draft.id)
    identity = delivery_of("accounting.invoice").identity(invoice)
    made = render_pdf("accounting.invoice", invoice, locale="en", identity=identity)
    with pdfplumber.open(BytesIO(made)) as pdf:
        words = " ".join(pdf.pages[0].extract_text().replace("\u00a0", " ").split())
    assert "incl. 13 %" in words
    assert "29.97" in words
    assert "GST 5 % on 10.10" in words
    assert "PST 7 % on 10.10" in words


def test_the_form_shows_the_amounts_that_will_be_stored(taxes):
    line = {"quantity": Decimal(3), "unit_price": Decimal("9.99"), "tax_id": taxes["GST + PST incl."]}
    nets, found = amounts_of(db.session, [line], "USD")
    assert (nets, found.net, found.total) == ([Decimal("26.76")], Decimal("26.76"), Decimal("29.97"))


@pytest.mark.parametrize(
    ("name", "rate", "said"),
    [
        ("VAT 13 %", "0.13", "VAT 13 %"),
        ("VAT 13%", "0.13", "VAT 13%"),
        ("VAT", "0.13", "VAT 13\u00a0%"),
        ("VAT 13 %", "0.3", "VAT 13 % 30\u00a0%"),
        ("VAT 13 %", "0.03", "VAT 13 % 3\u00a0%"),
    ],
)
def test_a_tax_says_its_rate_once(name: str, rate: str, said: str) -> None:
    assert tax_title(SimpleNamespace(name=name, rate=Decimal(rate))) == said
