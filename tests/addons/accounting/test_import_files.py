"""Invoices from other programs' files: their headings, and what cannot be kept."""

from sqlalchemy import select

from core import m
from core.db import db
from core.exchange.importing import preview, start_import, target_of, totals, upload
from core.exchange.mapping import guess_mapping
from core.exchange.newcomers import newcomers
from tests.conftest import work

HEADER = (
    "Invoice Number,Invoice Date,Customer Code,Customer Name,"
    "Item Name,Quantity,Item Price,Currency Code,Exchange Rate\n"
)
#: Field → what the programs of five languages call it.
CALLED = {
    "document": ("Invoice Number", "发票号码", "Rechnungsnummer", "Numéro de facture", "Factura"),
    "date": ("Invoice Date", "开票日期", "Rechnungsdatum", "Date de facture", "Fecha"),
    "customer": ("Customer Number", "客户编码", "Kundennr.", "Code client", "Código de cliente"),
    "customer_name": ("Client Name", "customer_name", "Kundenname", "Nom du client", "Cliente"),
    "description": ("Item Description", "商品名称", "Bezeichnung", "Désignation", "Descripción"),
    "quantity": ("Qty", "数量", "Menge", "Quantité", "Cantidad"),
    "unit_price": ("Rate", "单价", "Einzelpreis", "Prix unitaire", "Precio unitario"),
    "currency": ("Currency Code", "币别", "Währung", "Devise", "Moneda"),
    "exchange_rate": ("Exchange Rate", "汇率", "Wechselkurs", "Taux de change", "Tipo de cambio"),
}


def test_the_headings_of_other_programs_are_known(app):
    target = target_of("accounting.invoice")
    for n in range(5):
        wanted = {field: headings[n] for field, headings in CALLED.items()}
        assert guess_mapping(target, list(wanted.values())) == wanted
    partner = guess_mapping(
        target_of("partner"), ["Kundennummer", "Firma", "EmailID", "PLZ", "Ort", "Straße"]
    )
    assert partner == {
        **{"code": "Kundennummer", "name": "Firma", "email": "EmailID", "postcode": "PLZ", "city": "Ort"},
        "street": "Straße",
    }


def test_a_rate_without_its_currency_is_not_recognised(app):
    found = guess_mapping(target_of("accounting.invoice"), ["Invoice Number", "Exchange Rate", "Item Price"])
    assert found == {"document": "Invoice Number", "unit_price": "Item Price"}


def test_what_cannot_be_kept_is_a_cell_s_error_and_takes_no_other_document_along(app):
    good = "".join(f"G{n},2026-03-01,C1,Acme,Bolt,2,1.50,USD,\n" for n in range(5))
    rows = (
        "B1,2026-03-01,C1,Acme,Bolt,1,1,XQX,\nB2,2026-03-01,C1,Acme,Bolt,1,1,EUR,-1.1\n"
        "B3,2026-03-01,C1,Acme,Bolt,1234567890123456,1,USD,\nB4,2026-03-01,C1,Acme,Bolt,999999999999,999999999999,USD,\n"
        "B5,9999-12-31,C1,Acme,Bolt,1,1,USD,\n"
    )
    data_import = upload(db.session, "accounting.invoice", "a.csv", f"{HEADER}{rows}{good}".encode())
    problems = {
        r.number: [p.field for p in r.problems] for r in preview(db.session, data_import) if r.problems
    }
    assert problems == {2: ["currency"], 3: ["exchange_rate"], 4: ["quantity"]}
    start_import(db.session, data_import)
    db.session.commit()
    import_id = data_import.id
    work(app)
    counted = totals(db.session, import_id)
    assert (counted.booked, counted.bad) == (5, 5)
    reasons = db.session.scalars(select(m.DataImportRow.reason).where(m.DataImportRow.state == "bad"))
    assert not [reason for reason in reasons if "violates" in reason or "psycopg" in reason]


def test_new_customers_and_codes_that_look_alike_are_announced(app, company):
    db.session.add(m.Partner(company_id=company.id, code="C1", name="Acme"))
    db.session.commit()
    rows = "".join(
        f"I{n},2026-03-01,{code},Acme,Bolt,1,1,,\n" for n, code in enumerate(["C1", "c1", "Ｃ1", "C2"])
    )
    data_import = upload(db.session, "accounting.invoice", "a.csv", f"{HEADER}{rows}".encode())
    [found] = newcomers(db.session, data_import)
    assert (found.kind, found.count, found.examples) == ("Partner", 3, ["c1", "Ｃ1", "C2"])
    assert found.alike == ["C1 / c1 / Ｃ1"]
