"""Parts from files: all fields, several rows a part, and what is wrong with which row."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core import m
from core.db import db
from core.exchange.conversion import Conversion
from core.exchange.importing import set_mapping, start_import, target_of, totals, upload
from core.security.actor import Actor, acting
from tests.conftest import work

FILES = Path(__file__).parent / "files"
#: Where a file has several offers of a part, each is a part of ours, by its order code.
BY_SKU = {"code": "sku"}
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "parts"


def imported(app, contents, name="parts.csv", **mapping):
    """Import a file as proposed, but for these columns: the totals, and column and reason of each bad row."""
    data_import = upload(db.session, "product", name, contents)
    if mapping:
        taken = {heading for heading in mapping.values() if heading}
        kept = {field: heading for field, heading in data_import.mapping.items() if heading not in taken}
        set_mapping(db.session, data_import, {**kept, **mapping}, data_import.options)
    start_import(db.session, data_import)
    db.session.commit()
    import_id = data_import.id
    work(app)
    row = m.DataImportRow
    bad = db.session.execute(
        select(row.number, row.column, row.reason)
        .where(row.import_id == import_id, row.state == "bad")
        .order_by(row.number)
    )
    return totals(db.session, import_id), {number: (field, reason) for number, field, reason in bad}


def table(*rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def part(code):
    return db.session.scalars(select(m.Product).where(m.Product.code == code)).one()


def test_every_field_of_a_part(app, catalogue):
    row = {
        **{"Code": "P1", "MPN": "AU-0603-10K", "Manufacturer": "Aurum", "Description": "Resistor"},
        **{"Kind": "goods", "UoM": "pcs", "Whole units only": "yes", "In use": "yes", "EAN": "4006381333931"},
        **{"Cost": "0.002", "List price": "0.01", "Currency": "usd", "SPQ": "5000", "MOQ": "1000"},
        **{
            "Multiple": "100",
            "Lifecycle": "NRND",
            "LTB date": "2027-01-31",
            "RoHS": "Yes",
            "REACH": "No SVHC",
        },
        **{"ECCN": "EAR99", "HTS": "8533.21", "COO": "China", "MSL": "MSL 3", "Customer code": "C1"},
        **{"CPN": "10-4711", "Package": "0603", "Resistance": "10 kΩ", "Conversion factor": "5000"},
        "Further unit": "Reel",
    }
    heading, values = list(row), list(row.values())
    counted, bad = imported(app, table(heading, values))
    assert (counted.booked, bad) == (1, {})
    made = part("P1")
    assert {
        name: getattr(made, name) for name in ("mpn", "barcode", "lifecycle", "rohs", "reach", "eccn")
    } == {
        "mpn": "AU-0603-10K",
        "barcode": "4006381333931",
        "lifecycle": "nrnd",
        "rohs": "yes",
        "reach": "yes",
        "eccn": "EAR99",
    }
    assert (made.origin, made.moisture_level, made.hs_code, made.maker.name) == (
        "CN",
        "3",
        "8533.21",
        "Aurum",
    )
    assert (made.list_price, made.list_currency_code, made.cost) == (Decimal("0.01"), "USD", Decimal("0.002"))
    assert (made.pack_quantity, made.min_order_quantity, made.order_multiple) == (5000, 1000, 100)
    assert str(made.last_buy_date) == "2027-01-31"
    assert [(one.name, one.value) for one in made.attributes] == [
        ("Package", "0603"),
        ("Resistance", "10 kΩ"),
    ]
    assert [(one.name, one.factor) for one in made.units] == [("Reel", 5000)]
    assert [(one.partner.code, one.kind, one.number) for one in made.part_numbers] == [
        ("C1", "customer", "10-4711")
    ]
    again, bad = imported(app, table(heading, values))
    assert (again.unchanged, again.booked, bad) == (1, 0, {})


def test_good_rows_are_kept_and_bad_ones_say_why(app, catalogue):
    counted, bad = imported(app, (FILES / "offers.csv").read_bytes(), **BY_SKU)
    assert bad == {
        4: ("unit_price", "Row 3 of this part says 0.0090 here: make them agree."),
        6: ("moq", "Row 2 of this part says 100 here: make them agree."),
        8: ("currency", "This cell is empty: fill it in."),
        9: ("break_qty", "“many” is not a number: write it like 1234.50."),
        10: ("break_qty", "A price break begins at a quantity above zero."),
    }
    breaks = [(b.currency_code, b.min_quantity, b.unit_price) for b in part("NW-100").price_breaks]
    assert sorted(breaks) == [
        ("EUR", 1000, Decimal("0.0081")),
        ("USD", 100, Decimal("0.0120")),
        ("USD", 1000, Decimal("0.0090")),
    ]
    assert counted.rows == counted.booked + len(bad)
    assert set(db.session.scalars(select(m.Product.code))) == {"NW-100", "NW-200"}


def test_prices_follow_a_second_file_and_empty_cells_change_nothing(app, catalogue):
    imported(app, table(["Code", "MOQ", "Currency", "break_qty", "Price"], ["P1", "10", "USD", "100", "0.9"]))
    counted, bad = imported(
        app,
        table(["Code", "MOQ", "Currency", "break_qty", "Price"], ["P1", "", "USD", "100", "0.8"]),
    )
    assert (counted.booked, bad) == (1, {})
    made = part("P1")
    assert (made.min_order_quantity, [b.unit_price for b in made.price_breaks]) == (10, [Decimal("0.8")])


def test_unknown_partners_and_numbers_that_are_taken_are_said(app, catalogue):
    catalogue.number(catalogue.part("P9"), "4711")
    db.session.commit()
    heading = ["Code", "Customer code", "CPN"]
    _counted, bad = imported(
        app,
        table(heading, ["P1", "C1", "4711"], ["P2", "C9", "4712"], ["P3", "", "4713"], ["P4", "C1", "4714"]),
    )
    assert {row: reason for row, (_column, reason) in bad.items()} == {
        2: "There is already a record with the same Partner, Kind, Number. Choose another value.",
        3: "There is no partner C9: import partners first.",
        4: "This cell is empty: fill it in.",
    }
    assert [one.number for one in part("P4").part_numbers] == ["4714"]


def test_whoever_may_not_see_costs_sets_none(app, company, catalogue):
    actor = Actor(None, "buyer", company.id, frozenset({"products.read", "products.write"}))
    with acting(db.session, actor):
        documents = Conversion(target_of("product"), ["code", "cost"], {"code": "code", "cost": "cost"}, {})
        found, _bad = documents.documents([(2, "P1", ["P1", "1.5"]), (3, "P2", ["P2", ""])])
        target_of("product").book(db.session, found, {})
    assert [document.state for document in found] == ["bad", "booked"]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files lie beside the product, not in it")
def test_the_price_breaks_of_real_distributors(app, company):
    """27,795 of them: kept as they stand, but for what contradicts an earlier row or has no currency."""
    contents = (REAL / "distributor_price_breaks.csv").read_bytes()
    known = set(db.session.scalars(select(m.Currency.code)))
    used = {row["currency"] for row in csv.DictReader(io.StringIO(contents.decode()))}
    db.session.add_all(m.Currency(code=code, name=code) for code in sorted(used - known - {""}))
    db.session.commit()
    app.extensions.pop("decimals", None)
    counted, bad = imported(app, contents, **BY_SKU)
    kept, wrong = _told_by_hand(contents)
    assert set(bad) == wrong
    assert counted.rows == counted.booked + counted.unchanged + counted.bad == 27_795
    rows = db.session.execute(
        select(
            m.Product.code,
            m.ProductPriceBreak.currency_code,
            m.ProductPriceBreak.min_quantity,
            m.ProductPriceBreak.unit_price,
        ).join(m.Product, m.Product.id == m.ProductPriceBreak.product_id)
    )
    assert {(code, currency, quantity): price for code, currency, quantity, price in rows} == kept


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files lie beside the product, not in it")
def test_the_parts_of_a_real_workshop(app, company):
    """414 parts with 1,194 parameters and the order codes of their suppliers, flattened to rows."""
    subset = json.loads((REAL / "inventree_demo_subset.json").read_text())
    of = {kind: {o["pk"]: o["fields"] for o in subset if o["model"] == kind} for kind in _KINDS}
    parts, companies = of["part.part"], of["company.company"]
    for pk, fields in companies.items():
        db.session.add(m.Partner(company_id=company.id, code=f"S{pk}", name=fields["name"], is_supplier=True))
    db.session.commit()
    rows = [(str(pk), f["name"], f["description"], "", "", "", "", "") for pk, f in parts.items()]
    rows += [
        (
            str(f["part"]),
            "",
            "",
            of["part.partparametertemplate"][f["template"]]["name"],
            f["data"],
            "",
            "",
            "",
        )
        for f in of["part.partparameter"].values()
    ]
    rows += [
        (str(f["part"]), "", "", "", "", f"S{f['supplier']}", "supplier", f["SKU"])
        for f in of["company.supplierpart"].values()
    ]
    heading = (
        "code",
        "mpn",
        "description",
        "attribute",
        "attribute_value",
        "partner",
        "number_kind",
        "number",
    )
    counted, bad = imported(app, table(heading, *rows))
    assert counted.rows == len(rows)
    taken = select(m.ProductPartNumber.partner_id, m.ProductPartNumber.number)
    assert db.session.scalar(select(func.count()).select_from(m.Product)) == len(parts) - len(
        _parts_of(bad, rows)
    )
    good = [row for row in rows if row[0] not in _parts_of(bad, rows)]
    assert db.session.scalar(select(func.count()).select_from(m.ProductAttribute)) == sum(
        bool(r[3]) for r in good
    )
    assert db.session.scalar(select(func.count()).select_from(taken.subquery())) == len(
        {(row[5], row[7]) for row in good if row[5]}
    )


_KINDS = (
    "part.part",
    "part.partparameter",
    "part.partparametertemplate",
    "company.company",
    "company.supplierpart",
)


def _parts_of(bad, rows):
    """The parts that a file's bad rows are of."""
    return {rows[number - 2][0] for number in bad}


def _told_by_hand(contents):
    """What must come of the file, by plain loops: breaks by part, currency and quantity, and the bad rows."""
    cards, kept, wrong = {}, {}, set()
    for number, row in enumerate(csv.DictReader(io.StringIO(contents.decode())), start=2):
        card = {name: row[name] for name in ("manufacturer", "mpn", "moq", "multiple") if row[name]}
        known = cards.setdefault(row["sku"], {})
        key = (row["sku"], row["currency"], Decimal(row["break_qty"]))
        price = Decimal(row["unit_price"])
        if any(known.get(name, value) != value for name, value in card.items()):
            wrong.add(number)
        else:
            for name, value in card.items():
                known.setdefault(name, value)
            if not row["currency"] or kept.setdefault(key, price) != price:
                wrong.add(number)
    return {key: price for key, price in kept.items() if key[1]}, wrong
