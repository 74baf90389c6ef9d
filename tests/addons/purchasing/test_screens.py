"""The pages of purchasing, as a buyer and the goods receipt use them."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from addons.purchasing.services.drafts import Arrival
from addons.stock.services.errors import StockError
from core import m
from core.db import db
from core.security.users import ensure_administrator, ensure_user
from tests.addons.purchasing.test_orders import terms
from tests.logins import log_in

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")


@pytest.fixture
def browser(app, company, desk):
    """An administrator's, or that of somebody with one role."""
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    for email, role in (("r@example.com", "purchasing.receiving"), ("b@example.com", "purchasing.buyer")):
        ensure_user(db.session, email, "a long enough password", company, name=role, roles=(role,))
    db.session.commit()

    class Browser:
        def __init__(self, email):
            user = db.session.scalars(select(m.User.fs_uniquifier).where(m.User.email == email)).one()
            self.client = app.test_client()
            log_in(app, self.client, user)

        def get(self, url):
            with app.app_context():
                return self.client.get(url)

        def post(self, url, data):
            csrf = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/").text)[1]
            with app.app_context():
                return self.client.post(url, data={"csrf_token": csrf, **data})

    return Browser


def test_goods_are_received_line_by_line_with_a_further_lot(desk, browser):
    order = desk.order((desk.parts[0], 100, 1), (desk.parts[1], 5, 2))
    lines = [line.id for line in order.lines]
    url, supplier = f"/purchasing/receive/{desk.supplier}", desk.supplier
    db.session.commit()
    page = browser("r@example.com")
    assert f'href="{url}"' in page.get("/purchasing/receive").text
    typed = {
        "line": [lines[0], lines[1]],
        "quantity": ["40", ""],
        "lot": ["A1", ""],
        "date_code": ["2610", ""],
        "maker_lot": ["", ""],
        "date": "2026-03-02",
    }
    undated = page.post(url, {**typed, "date": ""})
    assert undated.status_code == 422 and "Give a day" in undated.text and 'value="A1"' in undated.text
    more = page.post(url, {**typed, "more": lines[0]})
    assert more.text.count(f'name="line" value="{lines[0]}"') == 2 and 'value="A1"' in more.text
    wrong = page.post(url, {**typed, "quantity": ["101", ""]})
    assert wrong.status_code == 422 and "not 101" in wrong.text and 'value="A1"' in wrong.text
    # Another supplier's line, typed into the address by hand.
    foreign = desk.order((desk.parts[0], 1, 1), partner=desk.partner("S2")).lines[0].id
    db.session.commit()
    assert page.post(url, {**typed, "line": [foreign, foreign]}).status_code == 422
    done = page.post(url, {**typed, "reference": "LS 1"})
    assert done.status_code == 303
    db.session.expire_all()
    assert [line.received for line in db.session.get(m.PurchasingOrder, order.id).lines] == [40, 0]
    assert supplier == db.session.get(m.PurchasingOrder, order.id).partner_id
    assert desk.account("inventory") == 40 and desk.differences() == []
    told = page.get(f"/m/purchasing.order.form/{order.id}/panel").text
    assert "Receive goods" in told and "Receive all" not in told


LONG = "L" * 3000


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"date_code": "99999999"}, "“99999999” is no date code: write year and week in four digits"),
        ({"date_code": LONG}, "is no date code"),
        ({"lot": LONG}, "A lot number has at most 1,000 characters, not 3,000: shorten it."),
        ({"maker_lot": LONG, "lot": "L1"}, "A maker&#39;s lot has at most 1,000 characters, not 3,000"),
        ({"quantity": "99999999999999999999"}, "is too large: give at most 12 digits before the point."),
        ({"reference": LONG}, "A text is too long to be kept. Shorten it."),
    ],
)
def test_what_no_column_keeps_is_refused_in_words_and_the_form_stays(desk, browser, typed, why):
    order = desk.order((desk.parts[0], 100, 1))
    line, url = order.lines[0].id, f"/purchasing/receive/{desk.supplier}"
    db.session.commit()
    row = {
        "line": line,
        "quantity": "40",
        "lot": "L1",
        "date_code": "2614",
        "maker_lot": "",
        "date": "2026-03-02",
    }
    refused = browser("r@example.com").post(url, row | typed)
    assert refused.status_code == 422 and why in refused.text
    assert all(f'value="{text}"' in refused.text for text in typed.values())
    db.session.expire_all()
    assert order.lines[0].received == 0


def test_the_verb_refuses_them_too(desk):
    line = desk.order((desk.parts[0], 100, 1)).lines[0].id
    db.session.commit()
    for arrival, why in (
        (Arrival(line, Decimal(1), "L1", "99999999"), "is no date code"),
        (Arrival(line, Decimal(1), LONG), "A lot number has at most 1,000"),
        (Arrival(line, Decimal("99999999999999999999")), "is too large"),
    ):
        with pytest.raises(StockError, match=why):
            desk.come(arrival)
        db.session.rollback()


def test_goods_that_are_inspected_are_not_offered_to_be_taken_in_at_once(desk, browser):
    strict = desk.partner("S2", inspected=True)
    orders = [desk.order((desk.parts[0], 10, 1), partner=partner) for partner in (strict, desk.supplier)]
    of_order = select(m.StockMove.transfer_id).join(
        m.PurchasingOrderLine, m.PurchasingOrderLine.id == m.StockMove.purchase_line_id
    )
    planned = [db.session.scalars(of_order.filter_by(order_id=order.id)).one() for order in orders]
    waiting = desk.come((orders[0].lines[0], 4)).id
    db.session.commit()
    page = browser("a@example.com")
    for transfer, has_do, inspects, said in (
        (planned[0], False, False, "Receive it on its order, and say what has passed"),
        (planned[1], True, False, ""),
        (waiting, False, True, "Say what has passed"),
    ):
        shown = page.get(f"/m/stock.transfer.form/{transfer}").text
        assert ("/do/do" in shown, f"/purchasing/inspect/{transfer}" in shown) == (has_do, inspects)
        assert said in shown and "/reserve" not in shown and "/release" not in shown
    (move,) = desk.moves(waiting)
    m.StockTransfer.inspect(db.session, {move.id: Decimal(4)})
    db.session.commit()
    assert f"/purchasing/inspect/{waiting}" not in page.get(f"/m/stock.transfer.form/{waiting}").text


def test_the_form_of_a_receipt_asks_no_more_for_many_parts(desk, browser, count_queries):
    orders = [desk.order(*((part, 10, 1) for part in desk.parts[:n])) for n in (1, 3)]
    of_order = select(m.StockMove.transfer_id).join(
        m.PurchasingOrderLine, m.PurchasingOrderLine.id == m.StockMove.purchase_line_id
    )
    few, many = (db.session.scalars(of_order.filter_by(order_id=order.id)).first() for order in orders)
    db.session.commit()
    page = browser("a@example.com")
    page.get(f"/m/stock.transfer.form/{few}")
    asked = [count_queries(lambda at=at: page.get(f"/m/stock.transfer.form/{at}")) for at in (few, many)]
    assert asked[0] == asked[1]


def test_what_is_too_much_is_refused_on_the_neighbouring_pages(desk, browser):
    part, order = (
        desk.parts[0],
        desk.order((desk.parts[0], 10, 1), partner=desk.partner("S2", inspected=True)),
    )
    receipt = desk.come((order.lines[0], 10))
    (move,) = desk.moves(receipt.id)
    terms(desk, part, ("USD", 1, "0.5", None, None))
    db.session.get(m.Product, part).min_stock = Decimal(50)
    db.session.commit()
    much = "99999999999999999999"
    passed = browser("r@example.com").post(f"/purchasing/inspect/{receipt.id}", {f"passed-{move.id}": much})
    asked = browser("b@example.com").post("/purchasing/demand", {"part": part, f"quantity-{part}": much})
    assert (passed.status_code, asked.status_code) == (422, 422)
    assert "10 of P0 have come" in passed.text and "A number is too large to be kept." in asked.text
    assert f'value="{much}"' in passed.text and f'value="{much}"' in asked.text


def test_what_has_passed_is_said_on_a_page(desk, browser):
    order = desk.order((desk.parts[0], 10, 1), partner=desk.partner("S2", inspected=True))
    receipt = desk.come((order.lines[0], 10))
    (move,) = desk.moves(receipt.id)
    url, name = f"/purchasing/inspect/{receipt.id}", f"passed-{move.id}"
    db.session.commit()
    page = browser("r@example.com")
    assert f'name="{name}"' in page.get(url).text
    assert page.post(url, {name: "11"}).status_code == 422
    assert page.post(url, {name: "8"}).status_code == 303
    db.session.expire_all()
    assert desk.account("inventory") == 8
    assert "does not wait" in page.get(url).text and page.post(url, {name: "8"}).status_code == 422


def test_what_is_ticked_becomes_requests(desk, browser):
    part = desk.parts[0]
    terms(desk, part, ("USD", 1, "0.5", None, None))
    db.session.get(m.Product, part).min_stock = Decimal(50)
    db.session.commit()
    page = browser("b@example.com")
    assert "minimum 50" in page.get("/purchasing/demand").text
    assert page.post("/purchasing/demand", {}).status_code == 422
    made = page.post("/purchasing/demand", {"part": part, f"quantity-{part}": "60"})
    assert made.status_code == 303
    row = db.session.execute(text("SELECT quantity, unit_price, net FROM purchasing_order_line")).one()
    assert tuple(row) == (60, Decimal("0.5"), 30)
    assert browser("r@example.com").get("/purchasing/demand").status_code == 403


def test_whom_nobody_knew_is_chosen_beside_the_part(desk, browser):
    known, unknown = desk.parts[:2]
    terms(desk, known, ("USD", 1, "0.5", None, None))
    other = desk.partner("S2")
    desk.partner("S3", active=False)
    for part in (known, unknown):
        db.session.get(m.Product, part).min_stock = Decimal(50)
    db.session.commit()
    page, url = browser("b@example.com"), "/purchasing/demand"
    assert '<option value="S2" label="Supplier S2"></option>' in page.get(url).text
    data = {"part": [known, unknown], f"supplier-{known}": "S1", f"quantity-{known}": "70"}
    for code, problem in (("", "choose a supplier beside it"), ("S9", "“S9”"), ("S3", "no such supplier")):
        refused = page.post(url, {**data, f"supplier-{unknown}": code})
        assert refused.status_code == 422 and problem in refused.text
        # Nothing that was typed is lost, in no row.
        assert 'value="70"' in refused.text and len(re.findall(r'name="part"[^>]*checked', refused.text)) == 2
    assert page.post(url, {**data, f"supplier-{unknown}": " S2 "}).status_code == 303
    made = db.session.scalars(select(m.PurchasingOrder).order_by(m.PurchasingOrder.id)).all()
    assert [(one.partner_id, one.lines[0].quantity) for one in made] == [(desk.supplier, 70), (other, 50)]


def test_what_is_ticked_becomes_an_inquiry_for_all_who_sell_it(desk, browser):
    first, second = desk.parts[:2]
    terms(desk, first, ("USD", 1, "0.5", None, None))
    rival, chosen = desk.partner("S2"), desk.partner("S3")
    db.session.add(
        m.PurchasingSupplierPart(company_id=desk.company_id, partner_id=rival, product_id=first, rank=20)
    )
    for part in (first, second):
        db.session.get(m.Product, part).min_stock = Decimal(50)
    db.session.commit()
    page = browser("b@example.com")
    data = {"part": [first, second], f"quantity-{first}": "80", f"supplier-{second}": "S3"}
    answer = page.post("/purchasing/demand/inquire", data)
    inquiry = db.session.scalars(select(m.PurchasingInquiry)).one()
    assert answer.location.endswith(f"/m/purchasing.inquiry.form/{inquiry.id}")
    assert [(line.product_id, line.quantity) for line in inquiry.lines] == [(first, 80), (second, 50)]
    assert [one.partner_id for one in inquiry.suppliers] == [desk.supplier, chosen, rival]
    assert len(m.PurchasingInquiry.ask(db.session, [inquiry])) == 3
    db.session.commit()
    # A price that nobody has answered says that it is the list's.
    answers = page.get(answer.location).text.split("<h2>Answers</h2>")[1].split("</section>")[0]
    assert "0.50 USD" in answers and "s list" in answers and "%(" not in answers
    assert page.post("/purchasing/demand/inquire", {}).status_code == 422


def test_an_order_is_entered_confirmed_and_received_by_its_form(desk, browser):
    part = desk.parts[0]
    terms(desk, part, ("USD", 1, "0.5", None, None), ("USD", 100, "0.4", None, None))
    db.session.commit()
    page, form = browser("b@example.com"), "/m/purchasing.order.form"
    fields = {"partner_id": desk.supplier, "date": "2026-03-02", "currency_code": "USD"}
    line = {"lines-0-product_id": part, "lines-0-quantity": "100"}
    made = page.post(f"{form}/new", {**fields, **line})
    assert made.status_code == 303
    url = made.location
    shown = page.get(url).text
    assert "PO/2026/00001" in shown and "break 100+" in shown and "To receive" not in shown
    assert page.post(f"{url}/do/confirm", {}).status_code == 303
    assert page.post(f"{url}/do/receive", {}).status_code == 303
    shown = page.get(url).text
    assert "What became of it" in shown and "To receive" in shown
    assert desk.balance(part) == (100, 0)
    for screen in (
        "request.list",
        "order.list",
        "order_line.list?f.open=yes",
        "supplier_price.list?f.now=yes",
    ):
        assert page.get(f"/m/purchasing.{screen}").status_code == 200
    found = page.get("/palette?q=PO/2026/00001").text
    assert "purchasing.order.form" in found
