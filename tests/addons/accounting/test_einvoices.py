"""Electronic invoices of suppliers: whatever a file holds, there is a result or a clear message."""

import glob
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from addons.accounting.services.bills import BillError, DuplicateBillError
from addons.accounting.services.chart import books_of
from addons.accounting.services.einvoice.invoice import EInvoiceError
from addons.accounting.services.einvoice.reading import read
from addons.accounting.services.rates import RateError
from core import m
from core.db import db
from tests.einvoices import Paper, PaperLine, cii, hybrid, ubl

pytestmark = pytest.mark.addons("partners", "products", "accounting")
#: Beside the product, or beside the folder that it lies in; SOURCES.md there says whose they are.
_SHARED = Path(__file__).parents
DATA = next((p for n in (3, 4) if (p := _SHARED[n] / "shared/data/einvoice").is_dir()), None)
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'


def paper(**values):
    lines = (
        PaperLine("1520", "0.0525", tax="19", seller="10-4711", order="PO/2026/00001", delivery="LS 77"),
        PaperLine("3", "0.333333", net="1.00", tax="7", buyer="CAP", maker="GRM188"),
    )
    values = {"charges": (("Packaging", "5.00", "19"), ("Bonus", "-2.00", "19")), **values}
    return Paper(lines, due="2026-04-19", order="PO/2026/00001", delivery="LS 77", **values)


def test_both_syntaxes_say_the_same_also_from_within_a_pdf(app):
    made = paper(files=[("photo.txt", b"two reels")])
    found = read(ubl(made))
    assert (found.syntax, found.kind, found.number, found.currency) == ("ubl", "bill", "R-2026-118", "EUR")
    assert (found.net, found.tax, found.total) == tuple(map(Decimal, ("83.80", "15.80", "99.60")))
    first, second = found.lines
    assert (first.quantity, first.unit_price, first.net) == (1520, Decimal("0.0525"), Decimal("79.80"))
    assert (first.order, first.delivery, first.seller_number) == ("PO/2026/00001", "LS 77", "10-4711")
    assert (second.buyer_number, second.maker_number, second.tax_percent) == ("CAP", "GRM188", 7)
    assert found.files[0].content == b"two reels" and found.seller.tax_numbers == ("DE123456789",)
    assert replace(read(cii(made)), syntax="ubl") == found
    for carried in (ubl(made), b"\xef\xbb\xbf" + cii(made)):
        assert read(hybrid(carried)) == read(carried)


def test_other_encodings_are_read(app):
    plain = ubl(paper()).decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    assert read(plain.encode("utf-16")) == read(ubl(paper()))


def test_a_bill_below_zero_is_a_credit_note(app):
    made = Paper([PaperLine("-4", "2.50")], code="384")
    found = read(ubl(made))
    assert (found.kind, found.total, found.lines[0].quantity) == ("credit_note", 10, 4)
    assert read(cii(Paper([PaperLine("4", "2.50")], code="381"))).kind == "credit_note"
    assert read(ubl(Paper([PaperLine("4", "2.50")], code="381"))).total == 10


BROKEN = {
    "neither XML nor a PDF": b"UNA:+.? 'UNB+UNOC:3",
    "is broken": ubl(Paper([PaperLine("1", "1")]))[:-40],
    "has a document type": BOMB,
    "document type, which": OUTSIDE,
    "of a kind that is not read, Order": b"<Order/>",
    "lacks its date": ubl(Paper([PaperLine("1", "1")], date="")),
    "stands where a date": ubl(Paper([PaperLine("1", "1")], date="20.3.2026")),
    "stands where a number": ubl(Paper([PaperLine("1", "1")])).replace(b">1<", b">1,0<"),
    "lacks its number": cii(Paper([PaperLine("1", "1")], number="")),
    "lacks its currency": cii(Paper([PaperLine("1", "1")], currency="")),
    "does not add up: the net amount is": ubl(Paper([PaperLine("1", "1")], net="2", total="2")),
    "does not add up: the total is": cii(Paper([PaperLine("1", "1", tax="19")], total="1.20")),
    "The PDF is broken": b"%PDF-1.7\nno more",
    "No invoice is embedded": hybrid(b"<a/>", "other.xml"),
    "is encrypted": hybrid(ubl(Paper([PaperLine("1", "1")])), password="secret"),  # of a file
    "broken, or larger": b"<a>" * 5000 + b"</a>" * 5000,
    "larger than 20 MB": b"<a>" + b" " * 20_000_001,
}


@pytest.mark.parametrize("words", BROKEN)
def test_what_can_not_be_read_says_why(app, words):
    with pytest.raises(EInvoiceError, match=words):
        read(BROKEN[words])


@pytest.fixture
def office(company):
    company.tax_number = "DE999999999"
    supplier = m.Partner(
        company_id=company.id, code="S1", name="Rhein", tax_number="de 123 456 789", is_supplier=True
    )
    part = m.Product(company_id=company.id, code="CAP", cost=Decimal(1))
    db.session.add_all([supplier, part])
    db.session.flush()
    account = books_of(db.session, company.id).account("tax")
    for percent in (7, 19):
        rate = Decimal(percent) / 100
        db.session.add(
            m.AccountingTax(company_id=company.id, name=f"{percent} %", rate=rate, account_id=account)
        )
    db.session.commit()
    return company


def take(company, content, name="bill.xml", partner=None):
    (made,) = m.AccountingBill.take_file(db.session, company.id, name, content, partner)
    return db.session.get(m.AccountingBill, made)


def ours(**values):
    return paper(buyer_tax="DE 999 999 999", currency="USD", **values)


def test_a_file_becomes_a_draft_that_comes_to_the_same_and_is_kept(office):
    bill = take(office, cii(ours(files=[("note.txt", b"kept"), ("run.exe", b"MZ" + b"\0" * 80)])))
    assert (bill.state, bill.reference, bill.kind, bill.partner.code) == ("draft", "R-2026-118", "bill", "S1")
    assert (bill.total, bill.filed_total, str(bill.due_date)) == (Decimal("99.60"), bill.total, "2026-04-19")
    assert [(x.description, x.net) for x in bill.lines][2:] == [("Packaging", 5), ("Bonus", -2)]
    assert bill.lines[1].product.code == "CAP"
    kept = db.session.scalars(select(m.Attachment.filename).where(m.Attachment.record_id == bill.id))
    assert sorted(kept) == ["bill.xml", "note.txt"]
    with pytest.raises(DuplicateBillError, match="is on") as refused:
        take(office, ubl(ours(number="r 2026/118")))
    assert refused.value.address.endswith(f"/{bill.id}")


def test_what_rounding_leaves_over_is_a_line_of_its_own(office):
    lines = [PaperLine("7000000", "0.00014285714", net="1000.00"), PaperLine("0.00001", "5", net="5.00")]
    bill = take(office, ubl(Paper(lines, buyer_tax="DE999999999", currency="USD")))
    assert [(x.quantity, x.unit_price, x.net) for x in bill.lines] == [
        (7000000, Decimal("0.000143"), 1001),
        (1, 5, 5),
        (1, -1, -1),
    ]
    assert bill.total == bill.filed_total == 1005


def test_without_lines_its_sums_stand_for_them(office):
    content = cii(ours())
    start, end = content.index(b"<ram:Included"), content.index(b"<ram:ApplicableHeaderTradeAgreement")
    bill = take(office, content[:start] + content[end:])
    assert [x.net for x in bill.lines] == [Decimal("82.80"), 1] and bill.total == Decimal("99.60")


def test_whose_bill_it_is_and_from_whom_is_asked(office):
    refused = {
        "is for Harbour Devices, DE1, not for": {"buyer_tax": "DE1"},
        "no supplier that is known": {"seller_tax": "DE777", "seller": "Nobody"},
        "a tax of 21 % that is not known": {"charges": (("Fee", "1.00", "21"),)},
        "XXY is no currency": {"currency": "XXY"},
    }
    before = db.session.scalar(select(func.count()).select_from(m.AccountingBill))
    for words, values in refused.items():
        with pytest.raises(BillError, match=words):
            take(office, ubl(paper(**{"buyer_tax": "DE999999999", "currency": "USD", **values})))
    with pytest.raises(RateError, match="no rate of EUR"):
        take(office, ubl(paper(buyer_tax="DE999999999")))
    assert db.session.scalar(select(func.count()).select_from(m.AccountingBill)) == before
    other = m.Partner(
        company_id=office.id, code="S2", name="Rhein 2", tax_number="DE123456789", is_supplier=True
    )
    db.session.add(other)
    with pytest.raises(BillError, match="several suppliers"):
        take(office, ubl(ours()))
    assert take(office, ubl(ours()), partner=other.id).partner.code == "S2"
    # Without a number of ours its name decides, with what companies add to it.
    office.tax_number = ""
    name = f"{office.name} Inc."
    assert take(office, ubl(ours(number="N", buyer=name)), partner=other.id).reference == "N"
    with pytest.raises(BillError, match="is not ours"):
        take(office, ubl(ours(number="M", buyer="Somebody Else")), partner=other.id)


@pytest.mark.skipif(DATA is None, reason="the shared data is not there: our own files cover the ground")
def test_every_real_file_gives_an_invoice_or_a_clear_message(app):
    files = [path for path in sorted(glob.glob(f"{DATA}/*/*")) if Path(path).is_file()]
    read_ones, refused = {}, {}
    for path in files:
        try:
            read_ones[path] = read(Path(path).read_bytes())
        except EInvoiceError as error:
            refused[path] = str(error)
    assert len(read_ones) >= 198 and all(refused.values())
    assert {Path(p).suffix for p in refused if "neither XML" in refused[p]} <= {
        ".edi",
        ".TXT",
        ".txt",
        ".json",
    }
    hybrids = [p for p in files if p.endswith(".pdf") and "zugferd_corpus" in p]
    assert [p for p in hybrids if "embedded" in refused.get(p, "")] == []
    for path, one in read_ones.items():
        twin = path.replace("_ubl.xml", "_uncefact.xml").replace(".ubl.xml", ".cii.xml")
        if twin in read_ones:
            same = read_ones[twin]
            assert (one.net, one.tax, one.total, one.currency, one.number) == (
                same.net,
                same.tax,
                same.total,
                same.currency,
                same.number,
            ), path
            assert [x.net for x in one.lines] == [x.net for x in same.lines], path
            assert len(one.files) == len(same.files), path


def test_what_the_file_said_stays_with_a_posted_bill(office):
    bill = take(office, cii(ours()))
    m.AccountingBill.post(db.session, [bill])
    with pytest.raises(DBAPIError, match="never change"), db.session.begin_nested():
        db.session.execute(text("UPDATE accounting_bill SET filed_total = 1"))
