"""Orders from files: a customer's list in any order of columns, what is wrong in it, and corrections."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from core import m
from core.db import db
from core.exchange.conversion import MappingError
from core.exchange.importing import set_mapping, start_import, target_of, totals, upload
from core.exchange.mapping import guess_mapping
from core.exchange.named import became, offered
from tests.conftest import work

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")


@pytest.fixture
def shop(desk):
    """Parts with a list price, one of which the customer calls otherwise."""
    db.session.execute(
        db.text("UPDATE product SET mpn = code || '-MPN', list_price = 0.5, list_currency_code = 'USD'")
    )
    db.session.add(
        m.ProductPartNumber(
            product_id=desk.parts[1], partner_id=desk.customer, kind="customer", number="10-4711"
        )
    )
    db.session.commit()
    return desk


def imported(app, contents, **options):
    """Import a file as proposed: the totals, and column and reason of each bad row."""
    made = upload(db.session, "sales.order", "orders.csv", contents.encode())
    if options:
        set_mapping(db.session, made, made.mapping, {**made.options, **options})
    start_import(db.session, made)
    db.session.commit()
    import_id = made.id
    work(app)
    db.session.expire_all()
    row = m.DataImportRow
    bad = select(row.number, row.column, row.reason).where(row.import_id == import_id, row.state == "bad")
    return totals(db.session, import_id), {
        number: (column, reason) for number, column, reason in db.session.execute(bad)
    }


def orders(reference):
    query = select(m.SalesOrder).where(m.SalesOrder.reference == reference)
    return list(db.session.scalars(query.order_by(m.SalesOrder.id)))


def lines(order):
    return [(x.product.code, x.quantity, x.unit_price) for x in order.lines]


@pytest.mark.parametrize(
    "heading",
    [
        ["PO Number", "Customer No.", "MPN", "Qty", "Price", "Delivery date"],
        ["采购订单号", "客户编码", "客户料号", "数量", "单价", "交期"],
        ["Bestellnummer", "Kundennummer", "Artikelnummer", "Menge", "Einzelpreis", "Liefertermin"],
    ],
)
def test_the_headings_of_customers_are_known(app, heading):
    names = ("order", "customer", "part", "quantity", "unit_price", "promised")
    assert guess_mapping(target_of("sales.order"), heading) == dict(zip(names, heading, strict=True))


def test_a_list_in_any_order_of_columns_becomes_a_quotation_an_order_number(app, shop):
    counted, bad = imported(
        app,
        "Qty,MPN,PO,Price,Delivery date,Customer\n"
        '"1,200",p0 mpn,PO-7,0.45,2026-05-01,C1\n'
        "50,10 4711,PO-7,,,C1\n"
        "7,P2,PO-8,,,C1\n",
    )
    assert (counted.booked, bad) == (3, {})
    (first,) = orders("PO-7")
    assert lines(first) == [("P0", 1200, Decimal("0.45")), ("P1", 50, Decimal("0.5"))]
    assert [x.partner_number for x in first.lines] == ["", "10-4711"]
    assert (
        first.lines[0].price_origin == "the customer's order" and str(first.lines[0].promised) == "2026-05-01"
    )
    assert first.net == Decimal("565.00") and first.state == "quotation"
    assert lines(orders("PO-8")[0]) == [("P2", 7, Decimal("0.5"))]


def test_bad_rows_say_why_and_the_others_of_the_order_are_kept(app, shop):
    db.session.execute(db.text("UPDATE product SET mpn = 'SAME' WHERE code IN ('P0', 'P2')"))
    archived = shop.part("OLD", active=False)
    db.session.commit()
    _counted, bad = imported(
        app,
        "PO,Customer,Part No.,Qty,Price\n"
        "A,C1,P1,5,\nA,C1,SAME,5,\nA,C1,P1-MPNX,5,\nA,C1,nothing like it,5,\nA,C1,OLD,5,\n"
        "A,C1,P1,0,\nA,C1,P1,5,-1\nB,C9,P1,5,\nC,,P1,5,\nD,C1,P9X,5,\n",
    )
    assert archived and lines(orders("A")[0]) == [("P1", 5, Decimal("0.5"))]
    assert bad == {
        3: ("Part No.", "Several parts are called “SAME”: write our code, one of P0, P2."),
        4: ("Part No.", "No part is called “P1-MPNX”; similar ones are P1."),
        5: (
            "Part No.",
            "No part is called “nothing like it”: add the part, or the customer's number of it.",
        ),
        6: ("Part No.", "OLD is archived: restore it, or choose another part."),
        7: ("Qty", "Order a quantity above zero; what comes back is a return."),
        8: ("Price", "A price is not below zero."),
        9: ("Customer", "There is no customer C9: import or add the customer first."),
        10: ("Customer", "This order has no customer: name one in a column, or choose one for the file."),
        11: ("Part No.", bad[11][1]),
    }
    assert orders("D") == []


def test_what_can_hardly_be_meant_is_reported_and_taken_only_when_it_is_said(app, shop):
    """A row twice, a price of a thousand pieces, a number that is none; each alone, the others are kept."""
    text = (
        "PO,Customer,Part,Qty (pcs),Price each\n"
        "A,C1,P0,5,\nA,C1,P0,5,\nA,C1,P1,6,450\nA,C1,P1,7,0.09\nA,C1,P1,8,2.5\nA,C1,P2,many,\n"
    )
    _counted, bad = imported(app, text)
    assert lines(orders("A")[0]) == [("P0", 5, Decimal("0.5")), ("P1", 8, Decimal("2.5"))]
    far = "Our price is 0.50 USD: check for how many pieces and in which currency this one is, or take it by "
    assert bad == {
        3: ("", "This row repeats row 2 of the same document."),
        4: ("Price each", f"{far}the option of the import."),
        5: ("Price each", f"{far}the option of the import."),
        7: ("Qty (pcs)", "“many” is not a number: write it like 1234.50."),
    }
    counted, bad = imported(app, text.replace("many", "9"), prices="take", repeated="book")
    assert bad == {} and counted.booked == 6
    said = [("P0", 5), ("P1", 8), ("P0", 5), ("P1", 6), ("P1", 7), ("P2", 9)]
    assert [x[:2] for x in lines(orders("A")[0])] == said


def test_the_customer_of_a_file_is_one_that_is_there(app, shop):
    made = upload(db.session, "sales.order", "orders.csv", b"PO,Part,Qty\nA,P0,5\n")
    with pytest.raises(MappingError, match="^Customer code: nobody has the code “C9”"):
        set_mapping(db.session, made, made.mapping, {"customer": "C9"})
    (asked, *_others) = target_of("sales.order").options
    assert ("C1", "C1") in [(code, code) for code, _name in offered(db.session, asked)]


def test_a_result_leads_to_what_became_of_the_rows(app, shop):
    imported(app, "PO,Part,Qty,Customer\nA,P0,5,C1\nA,P1,5,C1\nB,P0,5,C1\n")
    made = db.session.scalars(select(m.DataImport)).one()
    found = [(str(one.number), f"/m/sales.order.form/{one.id}") for x in "AB" for one in orders(x)]
    assert became(db.session, made) == (2, found)


def test_a_corrected_list_completes_the_quotation_and_repeats_nothing(app, shop):
    heading = "PO,Part,Qty\n"
    imported(app, f"{heading}A,P0,5\nA,PX,6\nA,P0,5\n", customer="C1", repeated="book")
    assert [x[:2] for x in lines(orders("A")[0])] == [("P0", 5), ("P0", 5)]
    counted, bad = imported(app, f"{heading}A,P0,5\nA,P1,6\nA,P0,5\n", customer="C1", repeated="book")
    assert bad == {} and counted.booked == 3
    (order,) = orders("A")
    assert [x[:2] for x in lines(order)] == [("P0", 5), ("P0", 5), ("P1", 6)]
    assert order.net == Decimal("8.00")
    counted, bad = imported(app, f"{heading}A,P0,5\nA,P1,6\nA,P0,5\n", customer="C1", repeated="book")
    assert (counted.booked, counted.unchanged, bad) == (0, 3, {})
    m.SalesOrder.confirm(db.session, orders("A"))
    db.session.commit()
    _counted, bad = imported(app, f"{heading}A,P2,1\n", customer="C1", repeated="book")
    assert "is confirmed: change it there" in bad[2][1]


def test_orders_are_confirmed_and_reserved_when_that_was_chosen(app, shop):
    shop.receive(shop.parts[0], 8)
    imported(app, "PO,Customer,Part,Qty\nA,C1,P0,5\nB,C1,P0,5\n", confirm="yes")
    assert [orders(number)[0].state for number in "AB"] == ["confirmed", "confirmed"]
    assert shop.balance(shop.parts[0]) == (8, 8)
