"""Bills of suppliers: posted to the cent, taken back, paid; numbers are refused twice."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from addons.accounting.services.bills import BillError, Debit, DuplicateBillError
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import BillDraft, BillLineDraft
from addons.accounting.services.invoices import item_of
from addons.accounting.services.rates import RateError
from core import m
from core.db import db

ON = date(2026, 1, 10)
LATER = date(2026, 2, 1)


def ledger(document):
    """(purpose or code of the account, debit − credit) of a document's entry, as the rows say it."""
    rows = db.session.execute(
        text("""
            SELECT coalesce(a.purpose, a.code), sum(l.debit - l.credit) FROM accounting_entry_line l
              JOIN accounting_account a ON a.id = l.account_id
             WHERE l.entry_id = :entry GROUP BY 1
        """),
        {"entry": document.entry_id},
    )
    return dict(rows.all())


def test_a_bill_debits_purchases_and_input_tax_and_credits_the_payable(bill_of, vat):
    bill = bill_of(
        lines=[
            BillLineDraft(None, "Resistors", Decimal(7), Decimal("0.99"), vat.id, Decimal("2.5")),
            BillLineDraft(None, "Capacitors", Decimal(3), Decimal("0.335"), vat.id),
        ]
    )
    # 6.76 + 1.01 = 7.77; 13 % of it is 1.0101.
    assert (bill.net, bill.tax, bill.total) == (Decimal("7.77"), Decimal("1.01"), Decimal("8.78"))
    assert ledger(bill) == {
        "purchases": Decimal("7.77"),
        "input_tax": Decimal("1.01"),
        "payable": Decimal("-8.78"),
    }
    item = item_of(db.session, bill)
    assert (item.side, item.document, item.amount) == ("payable", "bill", Decimal("-8.78"))
    assert (bill.number, item.reference) == ("BILL/2026/00001", bill.reference)


def test_a_line_names_its_account_and_a_credit_note_goes_the_other_way(bill_of, company):
    books_of(db.session, company.id)  # the chart
    (freight,) = made = [
        m.AccountingAccount(company_id=company.id, code="5200", name="Freight", kind="expense")
    ]
    db.session.add_all(made)
    db.session.flush()
    lines = [BillLineDraft(None, "Freight", Decimal(1), Decimal(40), account_id=freight.id)]
    note = bill_of(kind="credit_note", lines=lines)
    assert ledger(note) == {"5200": Decimal(-40), "payable": Decimal(40)}
    assert note.number == "SCN/2026/00001"
    assert item_of(db.session, note).amount == Decimal(40)


def test_what_is_posted_stays(bill_of):
    bill = bill_of()
    for change in (
        "UPDATE accounting_bill SET total = 1",
        "UPDATE accounting_bill SET taken_back = true",
        "UPDATE accounting_bill_line SET description = 'x'",
        "DELETE FROM accounting_bill",
    ):
        with pytest.raises(DBAPIError, match=r"never change|takes it back"):
            db.session.execute(text(change))
        db.session.rollback()
    assert db.session.get(m.AccountingBill, bill.id).total == Decimal(100)


def test_a_bill_falls_due_by_the_terms_of_the_supplier(company, supplier, bill_of):
    theirs = m.AccountingPaymentTerm(company_id=company.id, name="60 days", days=60)
    ours = m.AccountingPaymentTerm(company_id=company.id, name="10 days", days=10)
    supplier.supplier_term, supplier.payment_term = theirs, ours
    db.session.commit()
    assert bill_of().due_date == date(2026, 3, 11)
    assert bill_of(kind="credit_note").due_date == ON


@pytest.mark.parametrize(
    "again", ["inv-2026/0017", "INV 2026 0017", "ＩＮＶ２０２６００１７", "inv 2026–0017"]
)
def test_the_same_number_of_a_supplier_is_refused_with_a_link_to_the_first(bill_of, again):
    first = bill_of(reference="INV-2026-0017")
    with pytest.raises(DuplicateBillError, match=r"is on BILL/2026/00001 already") as refused:
        bill_of(reference=again)
    assert refused.value.address == f"/m/accounting.bill.form/{first.id}"
    assert refused.value.place == first.number


def test_another_supplier_or_a_credit_note_may_have_the_number(company, bill_of):
    other = m.Partner(company_id=company.id, code="S2", name="Other", is_supplier=True)
    db.session.add(other)
    db.session.commit()
    assert {bill_of(reference="17").total, bill_of(reference="17", partner=other).total} == {Decimal(100)}
    assert bill_of(reference="17", kind="credit_note").state == "posted"


def test_two_of_one_set_may_not_have_the_same_number(company, supplier):
    line = [BillLineDraft(None, "Reels", Decimal(1), Decimal(1))]
    drafts = [BillDraft(company.id, supplier.id, ON, "USD", number, line) for number in ("A-1", "a1")]
    with pytest.raises(BillError, match="a1 is there twice"):
        m.AccountingBill.create(db.session, drafts)


def test_the_database_holds_numbers_unique_too(company, supplier):
    line = [BillLineDraft(None, "Reels", Decimal(1), Decimal(1))]
    draft = BillDraft(company.id, supplier.id, ON, "USD", "A-1", line)
    m.AccountingBill.create(db.session, [draft])
    with pytest.raises(DBAPIError, match="uq_accounting_bill_reference"):
        db.session.execute(
            text("""
                INSERT INTO accounting_bill (company_id, partner_id, date, due_date, currency_code, reference)
                SELECT company_id, partner_id, date, due_date, currency_code, 'a 1' FROM accounting_bill
            """)
        )
    db.session.rollback()


def test_a_bill_without_a_number_is_a_draft_until_it_has_one(company, supplier):
    line = [BillLineDraft(None, "Reels", Decimal(1), Decimal(1))]
    ids = m.AccountingBill.create(
        db.session,
        [BillDraft(company.id, supplier.id, ON, "USD", number, line) for number in ("", "–")],
    )
    with pytest.raises(BillError, match="The supplier's number is missing") as refused:
        m.AccountingBill.post(db.session, ids)
    assert list(refused.value.reasons) == ids


def test_a_reversal_books_the_opposite_and_frees_the_number(bill_of, vat):
    lines = [BillLineDraft(None, "Reels", Decimal(2), Decimal(50), vat.id)]
    bill = bill_of(reference="17", lines=lines)
    vat.rate = Decimal("0.15")
    db.session.commit()
    (note_id,) = m.AccountingBill.reverse(db.session, [bill], LATER)
    db.session.commit()
    note = db.session.get(m.AccountingBill, note_id)
    assert (note.kind, note.reverses_id, note.total) == ("credit_note", bill.id, Decimal(113))
    assert ledger(note) == {name: -amount for name, amount in ledger(bill).items()}
    assert item_of(db.session, bill).residual == item_of(db.session, note).residual == 0
    db.session.refresh(bill)
    assert bill.taken_back
    assert bill.reversed_by.id == note.id
    assert bill_of(reference="17").number == "BILL/2026/00002"
    with pytest.raises(BillError, match="was reversed by SCN/2026/00001 already"):
        m.AccountingBill.reverse(db.session, [bill.id], LATER)
    with pytest.raises(BillError, match="Only a posted document that is no credit note"):
        m.AccountingBill.reverse(db.session, [note.id], LATER)


def test_a_bill_in_a_foreign_currency_needs_a_rate(company, bill_of):
    with pytest.raises(RateError, match="There is no rate of EUR for"):
        bill_of(currency="EUR", exchange_rate=None)
    db.session.add(
        m.AccountingCurrencyRate(company_id=company.id, currency_code="EUR", date=ON, rate=Decimal("1.08371"))
    )
    db.session.commit()
    bill = bill_of("33.33", currency="EUR", exchange_rate=None)
    # 33.33 × 1.08371 = 36.1200...
    assert ledger(bill) == {"purchases": Decimal("36.12"), "payable": Decimal("-36.12")}
    assert item_of(db.session, bill).amount == Decimal("-33.33")


def test_goods_received_at_another_rate_leave_an_exchange_difference(app, company, supplier, monkeypatch):
    """What an addon does that knows what was received: the payable goes by the bill's rate all the same."""
    books = books_of(db.session, company.id)
    received, difference = books.account("goods_received"), books.account("inventory_difference")

    def debits_of(cls, session, bills):
        return {
            line: [Debit(received, Decimal(90), Decimal(630)), Debit(difference, debits[0].amount - 90)]
            for line, debits in cls.__mro__[1].debits_of(session, bills).items()
        }

    monkeypatch.setattr(m.AccountingBill, "debits_of", classmethod(debits_of), raising=False)
    line = [BillLineDraft(None, "Reels", Decimal(1), Decimal(100))]
    draft = BillDraft(company.id, supplier.id, ON, "EUR", "7", line, exchange_rate=Decimal("7.2"))
    m.AccountingBill.post(db.session, m.AccountingBill.create(db.session, [draft]))
    db.session.commit()
    bill = db.session.get(m.AccountingBill, draft.id)
    assert ledger(bill) == {
        "goods_received": Decimal(630),
        "inventory_difference": Decimal(72),
        "exchange_difference": Decimal(18),
        "payable": Decimal(-720),
    }
    (note_id,) = m.AccountingBill.reverse(db.session, [bill], LATER)
    note = db.session.get(m.AccountingBill, note_id)
    assert ledger(note) == {name: -amount for name, amount in ledger(bill).items()}


def test_a_batch_and_a_form_give_the_same_rows(company, supplier, vat):
    values = {"company_id": company.id, "partner_id": supplier.id, "date": ON, "currency_code": "USD"}
    lines = [("Reels", Decimal(3), Decimal("0.335")), ("Trays", Decimal(2), Decimal("9.99"))]
    draft = BillDraft(
        **values, reference="1", lines=[BillLineDraft(None, *line, tax_id=vat.id) for line in lines]
    )
    record = m.AccountingBill(**values, reference="2", kind="bill")
    for position, (words, quantity, price) in enumerate(lines, start=1):
        record.lines.append(
            m.AccountingBillLine(
                position=position, description=words, quantity=quantity, unit_price=price, tax_id=vat.id
            )
        )
    ids = m.AccountingBill.create(db.session, [draft, record])
    m.AccountingBill.post(db.session, ids)
    db.session.commit()
    one, other = (db.session.get(m.AccountingBill, i) for i in ids)
    assert ledger(one) == ledger(other)
    same = ("net", "tax", "total", "due_date", "exchange_rate", "kind", "state")
    assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
