"""A supplier's electronic invoice finds what was ordered and received, and says what differs."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.purchasing.services.comparing import compare
from core import m
from core.db import db
from core.security.users import ensure_administrator
from tests.addons.purchasing.test_landing import land, post
from tests.einvoices import Paper, PaperLine, cii, hybrid, ubl
from tests.logins import log_in

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")
DAY = date(2026, 3, 2)


def paper(desk, *lines, **values):
    company = db.session.get(m.Company, desk.company_id)
    values = {"currency": "USD", "seller": "Supplier S1", "buyer": company.name, **values}
    return Paper(lines, **values)


def take(desk, content, name="bill.xml"):
    (made,) = m.AccountingBill.take_file(db.session, desk.company_id, name, content)
    bill = db.session.get(m.AccountingBill, made)
    return bill, [(x.purchase_line_id, x.quantity) for x in bill.lines]


def words_of(bill):
    return [list(one.differences) for one in compare(db.session, bill.id)]


def test_the_named_order_goes_first_then_the_delivery_then_the_oldest(desk):
    part = desk.parts[0]
    first, second, third = (desk.order((part, 100, "0.05"), reference=f"SO {n}") for n in (1, 2, 3))
    for order, note in ((first, "LS 1"), (second, "LS 2"), (third, "LS 3")):
        desk.come((order.lines[0], 100), reference=note)
    one, two, three = (order.lines[0].id for order in (first, second, third))
    line = PaperLine("60", "0.05", buyer="p-0")
    db.session.commit()
    cases = [
        (paper(desk, line, number="A"), one),
        (paper(desk, line, number="B", order=third.number), three),
        (paper(desk, line, number="C", order="so-2"), two),
        (paper(desk, line, number="D", delivery="LS2"), two),
        (paper(desk, PaperLine("60", "0.05", buyer="P0", delivery="ls 3"), number="E"), three),
    ]
    for made, meant in cases:
        bill, lines = take(desk, cii(made))
        assert lines == [(meant, 60)] and words_of(bill) == [[]]
        db.session.rollback()


def test_a_line_is_shared_out_over_what_has_come(desk):
    part = desk.parts[0]
    one, two = desk.order((part, 1000, "0.05")), desk.order((part, 520, "0.05"))
    desk.come((one.lines[0], 1000), (two.lines[0], 520))
    bill, lines = take(desk, ubl(paper(desk, PaperLine("1520", "0.05", buyer="P0"))))
    assert lines == [(one.lines[0].id, 1000), (two.lines[0].id, 520)] and bill.total == 76
    m.AccountingBill.post(db.session, [bill])
    assert (desk.account("goods_received"), desk.account("price_difference")) == (0, 0)


def test_where_an_order_is_named_no_other_is_meant(desk):
    one, two = desk.order((desk.parts[0], 100, "0.05")), desk.order((desk.parts[0], 100, "0.05"))
    desk.come((one.lines[0], 100), (two.lines[0], 40))
    _bill, lines = take(desk, ubl(paper(desk, PaperLine("100", "0.05", buyer="P0", order=two.number))))
    assert lines == [(two.lines[0].id, 100)]


def test_what_differs_is_said_and_posted_where_the_table_says(desk):
    order = desk.order((desk.parts[0], 1000, "0.05"), (desk.parts[1], 10, 2))
    desk.come((order.lines[0], 900))
    lines = (
        PaperLine("1000", "0.0525", buyer="P0", order=order.number),
        PaperLine("5", "1", buyer="P2"),
        PaperLine("1", "30", name="Small order fee"),
    )
    bill, found = take(desk, hybrid(cii(paper(desk, *lines))), "bill.pdf")
    assert found == [(order.lines[0].id, 1000), (None, 5), (None, 1)]
    price, quantity = words_of(bill)[0]
    assert "0.05 were ordered" in price and "2.50" in price
    assert quantity == "Quantity: 900 have come and are not billed"
    assert words_of(bill)[1] == ["No order of this supplier is open for it"] and words_of(bill)[2] == []
    m.AccountingBill.post(db.session, [bill])
    # 100 are billed before they come; the price difference is 2.50; what no order knows is bought.
    assert (desk.account("goods_received"), desk.account("price_difference")) == (5, Decimal("2.50"))
    assert desk.account("purchases") == 35 and desk.account("payable") == Decimal("-87.50")


def test_their_part_number_their_place_and_another_currency(desk):
    desk.rate("EUR", "1.10", date(2026, 3, 20))
    order = desk.order((desk.parts[0], 10, 1), (desk.parts[1], 20, 1), (desk.parts[2], 30, 1))
    order.lines[0].partner_number = "10-4711"
    db.session.flush()
    m.PurchasingOrder.receive(db.session, [order], DAY)
    lines = (
        PaperLine("10", "1", seller="104711"),
        PaperLine("20", "1", order=order.number, order_line="2", seller="??"),
    )
    bill, found = take(desk, ubl(paper(desk, *lines, currency="EUR")))
    assert found == [(order.lines[0].id, 10), (order.lines[1].id, 20)]
    assert words_of(bill) == [["Ordered in USD"]] * 2


def test_a_credit_note_is_for_what_went_back(desk):
    order = desk.order((desk.parts[0], 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    bill, _lines = take(desk, ubl(paper(desk, PaperLine("100", "1", buyer="P0"))))
    m.AccountingBill.post(db.session, [bill])
    desk.send_back(order, 30)
    note, lines = take(desk, ubl(paper(desk, PaperLine("40", "1", buyer="P0"), code="381", number="G-1")))
    assert (note.kind, lines) == ("credit_note", [(order.lines[0].id, 40)])
    assert words_of(note) == [["Quantity: 30 went back and are not credited"]]
    m.AccountingBill.post(db.session, [note])
    assert (order.lines[0].billed, desk.account("payable")) == (60, -60)


def test_more_than_was_ordered_stands_without_an_order(desk):
    order = desk.order((desk.parts[0], 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    _bill, lines = take(desk, ubl(paper(desk, PaperLine("130", "1", buyer="P0"))))
    assert lines == [(order.lines[0].id, 100), (None, 30)]


def test_the_forwarders_file_clears_the_shipment_that_it_names(desk):
    receipt = desk.come((desk.order((desk.parts[0], 100, 1)).lines[0], 100))
    forwarder = desk.partner("FWD")
    costs = [land(desk, [receipt], ("90", "value"), ("9", "value"), forwarder=forwarder) for _ in range(2)]
    costs[1].reference = "HBL 77"
    for cost in costs:
        post(cost)
    lines = (PaperLine("1", "9.00", name="Insurance"), PaperLine("1", "95.00", name="Sea freight"))
    bill, _lines = take(desk, cii(paper(desk, *lines, seller="Supplier FWD", delivery="hbl-77")))
    assert [x.landed_line_id for x in bill.lines] == [costs[1].lines[1].id, costs[1].lines[0].id]
    assert words_of(bill) == [[], ["90.00\xa0USD were accrued"]]
    m.AccountingBill.post(db.session, [bill])
    assert desk.account("accrued_landed_cost") == -99 and desk.account("price_difference") == 5


def test_files_are_brought_to_a_page(desk, app, company):
    order = desk.order((desk.parts[0], 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    user = select(m.User.fs_uniquifier).where(m.User.email == "a@example.com")
    log_in(app, client, db.session.scalars(user).one())

    def send(*files):
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/accounting/bill-files").text)[1]
        data = {"csrf_token": csrf, "file": [(io.BytesIO(content), name) for name, content in files]}
        return client.post("/accounting/bill-files", data=data, content_type="multipart/form-data")

    good = ubl(paper(desk, PaperLine("100", "1.01", buyer="P0")))
    answer = send(("one.xml", good))
    assert answer.status_code == 303
    shown = client.get(answer.location).text
    assert "Compared with what was ordered" in shown and order.number in shown and "The file says" in shown
    again = send(("one.xml", good))
    assert again.status_code == 422 and f'href="{answer.location}"' in again.text
    other = ubl(paper(desk, PaperLine("1", "1"), number="R-2"))
    both = send(("two.xml", other), ("three.xml", b"<a/>"))
    assert (
        both.status_code == 200 and "Draft of R-2" in both.text and "of a kind that is not read" in both.text
    )


def test_a_file_asks_the_same_number_of_questions_for_any_number_of_lines(desk, count_queries):
    def asked(number):
        parts = [desk.part(f"Q{number}-{n}") for n in range(number)]
        order = desk.order(*((part, 10, 1) for part in parts))
        desk.come(*((line, 10) for line in order.lines))
        lines = [PaperLine("10", "1", buyer=f"Q{number}-{n}", order=order.number) for n in range(number)]
        content = cii(paper(desk, *lines, number=f"R-{number}"))
        made = []
        return count_queries(lambda: made.append(take(desk, content)[0])), made[0].total

    assert asked(2)[0] == asked(40)[0]
