"""Which price is the latest: by the supplier's rule, by the day, by the break, and never by chance."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.pricing.services.latest import Wanted, latest_prices
from addons.pricing.services.lists import ListDraft, PriceDraft
from addons.purchasing.services.drafts import OrderDraft, OrderLineDraft
from core import m
from core.clock import today
from core.db import db
from core.errors import UserError
from core.i18n import format_date, in_locale
from tests.addons.pricing.conftest import DAY

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)


def latest(shop, part, quantity=1, currency="USD", on=date(2026, 10, 5)):
    wanted = Wanted(shop.supplier, part, Decimal(quantity), currency, on)
    return latest_prices(db.session, [wanted]).get(wanted)


def rule(shop, **values):
    partner = db.session.get(m.Partner, shop.supplier)
    for name, value in values.items():
        setattr(partner, name, value)
    db.session.flush()


@pytest.fixture
def example(shop):
    """The example of the module: three lists, and an order of 2 October."""
    part = shop.parts[0]
    for name, day, *prices in (
        ("Jul", date(2026, 7, 1), ("0.0100", 1), ("0.0080", 1000)),
        ("Oct", date(2026, 10, 1), ("0.0085", 1000)),
        ("Nov", date(2026, 11, 1), ("0.0090", 1)),
    ):
        shop.price_list(name, *((part, *one) for one in prices), currency_code="EUR", valid_from=day)
    shop.order((part, 1200, "0.0082"), currency_code="EUR", on=date(2026, 10, 2))
    return part


def test_the_example_of_the_module(shop, example):
    for source, price, model in (
        ("list", "0.0085", "pricing.price_list"),
        ("order", "0.0082", "purchasing.order"),
        ("newest", "0.0082", "purchasing.order"),
        ("receipt", "0.0085", "pricing.price_list"),
    ):
        rule(shop, price_source=source)
        found = latest(shop, example, 1200, "EUR")
        assert (found.net, found.model) == (Decimal(price), model), source
    rule(shop, price_source="list")
    assert latest(shop, example, 1200, "EUR").origin == "list Oct of Oct 1, 2026, break 1,000+"
    assert latest(shop, example, 999, "EUR").net == Decimal("0.0100")
    assert latest(shop, example, 1200, "EUR", date(2026, 11, 1)).net == Decimal("0.0090")
    assert latest(shop, example, 1200, "EUR", date(2026, 6, 30)) is None


def test_nothing_in_another_currency_is_converted(shop, example):
    assert latest(shop, example, 1200, "USD") is None


def test_the_rule_of_the_company_holds_where_the_supplier_says_nothing(shop, example):
    db.session.get(m.Company, shop.company_id).price_source = "order"
    db.session.flush()
    assert latest(shop, example, 1200, "EUR").net == Decimal("0.0082")


def test_of_lists_that_began_on_one_day_the_suppliers_own_and_then_the_later_written_holds(shop):
    part = shop.parts[0]
    shop.price_list("Own", (part, "2"), valid_from=DAY)
    shop.price_list("All", (part, "1"), valid_from=DAY, partner=None)
    assert latest(shop, part).origin == "list Own of Mar 2, 2026"
    shop.price_list("Own again", (part, "3"), valid_from=DAY)
    assert [latest(shop, part).net for _n in range(3)] == [3, 3, 3]


def test_a_list_that_has_ended_or_is_not_active_sets_no_price(shop):
    part = shop.parts[0]
    shop.price_list("Old", (part, "1"))
    shop.price_list("Ended", (part, "2"), valid_from=DAY, valid_until=date(2026, 3, 31))
    assert latest(shop, part, on=date(2026, 3, 31)).net == 2
    assert latest(shop, part, on=date(2026, 4, 1)).net == 1
    off = shop.price_list("Off", (part, "4"), valid_from=DAY)
    db.session.get(m.PricingPriceList, off).active = False
    db.session.flush()
    assert latest(shop, part, on=date(2026, 4, 1)).net == 1


def test_a_price_of_a_thousand_is_that_of_one(shop):
    shop.price_list("K", PriceDraft(shop.parts[0], Decimal("8.5"), per=Decimal(1000)))
    assert latest(shop, shop.parts[0]).net == Decimal("0.0085")


def test_prices_on_suppliers_terms_count_as_a_list_of_theirs(shop):
    part = shop.parts[0]
    terms = m.PurchasingSupplierPart(company_id=shop.company_id, partner_id=shop.supplier, product_id=part)
    terms.prices = [
        m.PurchasingSupplierPrice(
            currency_code="USD", unit_price=Decimal(7), min_quantity=Decimal(1), valid_from=DAY
        )
    ]
    db.session.add(terms)
    db.session.flush()
    assert (latest(shop, part).net, latest(shop, part).model) == (7, "purchasing.supplier_part")
    shop.price_list("Newer", (part, "6"), valid_from=date(2026, 3, 3))
    assert latest(shop, part).net == 6


def test_receipts_and_quotations_answer_where_lists_and_orders_do_not(shop):
    part = shop.parts[0]
    shop.ask((part, 5, "1.30"), valid_until=date(2026, 3, 20))
    assert latest(shop, part, on=DAY).origin.startswith("quotation PO/2026/00001")
    assert latest(shop, part, on=date(2026, 3, 21)) is None
    m.PurchasingOrder.receive(db.session, [shop.order((part, 5, "1.20"))], DAY)
    rule(shop, price_source="receipt")
    assert (latest(shop, part).net, latest(shop, part).model) == (Decimal("1.20"), "stock.transfer")


def test_breaks_are_reached_by_a_line_or_by_the_whole_order(shop):
    part = shop.parts[0]
    shop.price_list("Q", (part, "0.0100"), (part, "0.0080", 1000))

    def order():
        lines = [OrderLineDraft(part, Decimal(600)), OrderLineDraft(part, Decimal(600))]
        drafts = [OrderDraft(shop.company_id, shop.supplier, lines, date=DAY) for _n in range(1)]
        small = OrderDraft(shop.company_id, shop.supplier, [OrderLineDraft(part, Decimal(600))], date=DAY)
        m.PurchasingOrder.create(db.session, [*drafts, small])
        return [line.unit_price for draft in (*drafts, small) for line in draft.lines]

    assert order() == [Decimal("0.0100")] * 3
    rule(shop, price_breaks="order")
    assert order() == [Decimal("0.0080"), Decimal("0.0080"), Decimal("0.0100")]


def test_a_receipt_takes_the_latest_price_where_the_supplier_is_set_so(shop):
    part = shop.parts[0]
    order = shop.order((part, 100, 1))
    shop.price_list("Q2", (part, "1.08"), valid_from=DAY)
    shop.come((order.lines[0], 40))
    rule(shop, receipt_price="latest")
    receipt = shop.come((order.lines[0], 60))
    (move,) = shop.moves(receipt.id)
    assert (move.document_price, move.ordered_price) == (Decimal("1.08"), 1)
    assert (move.price_origin, order.lines[0].unit_price) == ("list Q2 of Mar 2, 2026", 1)
    assert shop.account("inventory") == Decimal("104.80")
    # What came before it was set so has the latest price once it is billed.
    bill = shop.billed(order, "R-1")
    assert [(line.quantity, line.unit_price) for line in bill.lines] == [(100, Decimal("1.08"))]
    assert shop.account("inventory") == 108
    assert (shop.account("goods_received"), shop.account("price_difference")) == (0, 0)


def test_what_no_list_knows_stays_at_the_ordered_price(shop):
    rule(shop, receipt_price="latest", price_source="quotation")
    order = shop.order((shop.parts[0], 10, "2.50"))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    assert shop.account("inventory") == 25


def sold(shop, customer, part, quantity=1, on=DAY, currency="USD"):
    from addons.stock.services.orders.prices import Asked

    (price,) = m.SalesOrder.price_lines(db.session, [Asked(customer, part, Decimal(quantity), currency, on)])
    return price


@pytest.fixture
def customer(shop):
    return shop.partner("C1", is_customer=True, is_supplier=False)


def test_a_customer_pays_by_contract_then_list_then_margin(shop, customer):
    from addons.sales.services import drafts as sales

    part = shop.parts[0]
    shop.receive(part, 100, "0.0060")
    shop.price_list("All", PriceDraft(part, None, margin=Decimal(20)), partner=None, side="sale")
    assert sold(shop, customer, part).unit_price == Decimal("0.007500")
    assert "20" not in sold(shop, customer, part).origin and sold(shop, customer, part).origin.endswith(
        "by cost"
    )
    shop.price_list("C1", (part, "0.0080"), (part, "0.0078", 5000), partner=customer, side="sale")
    assert sold(shop, customer, part, 600).unit_price == Decimal("0.0080")
    assert sold(shop, customer, part, 5000).origin == "list C1, break 5,000+"
    contract = PriceDraft(part, Decimal("0.0070"), contract_quantity=Decimal(10_000))
    shop.price_list("Frame", contract, partner=customer, side="sale", valid_from=DAY)
    draft = sales.OrderDraft(shop.company_id, customer, [sales.OrderLineDraft(part, Decimal(9500))], date=DAY)
    made = m.SalesOrder.create(db.session, [draft])
    assert draft.lines[0].unit_price == Decimal("0.0070")
    m.SalesOrder.confirm(db.session, made)
    assert sold(shop, customer, part, 500).origin == "contract list Frame of Mar 2, 2026, 500 left"
    assert sold(shop, customer, part, 600).unit_price == Decimal("0.0080")


def test_what_lists_leave_open_is_the_list_price_of_the_part(shop, customer):
    part = shop.part("L1", list_price=Decimal("3.10"), list_currency_code="USD")
    found = sold(shop, customer, part)
    assert (found.unit_price, found.origin) == (Decimal("3.10"), "list price")
    assert sold(shop, customer, shop.parts[0]).unit_price is None


def test_a_list_of_another_company_or_side_is_refused(shop, customer):
    draft = ListDraft(shop.company_id, "purchase", "USD", "X", [], partner_id=customer)
    with pytest.raises(UserError, match="partner of that side"):
        m.PricingPriceList.create(db.session, [draft])
    draft = ListDraft(shop.company_id, "purchase", "USD", "X", [PriceDraft(10**9, Decimal(1))])
    with pytest.raises(UserError, match="no such part"):
        m.PricingPriceList.create(db.session, [draft])


def test_two_versions_of_a_list_are_compared(shop):
    from addons.pricing.services.comparing import compare

    a, b, c = shop.parts
    old = shop.price_list("Jul", (a, "1.00"), (b, "2.00"), (c, "5"))
    new = shop.price_list("Oct", (a, "1.08"), (a, "1.00", 100), (c, "4.5"))
    found = compare(db.session, old, new)
    assert found.counts == {"new": 1, "gone": 1, "up": 1, "down": 1, "same": 0}
    assert [(row.code, row.kind, row.percent and round(row.percent, 2)) for row in found.rows] == [
        ("P2", "down", -10),
        ("P0", "up", 8),
        ("P0", "new", None),
        ("P1", "gone", None),
    ]


def test_where_a_price_comes_from_is_read_in_the_readers_language(shop):
    part = shop.parts[0]
    shop.price_list("Q1", (part, "0.05"), valid_from=date(2026, 3, 1))
    order = shop.order((part, 100, None))
    shop.come((order.lines[0], 100))
    shop.price_list("Q2", (part, "0.06"), valid_from=date(2026, 3, 10))
    run = shop.run()
    with in_locale("zh_CN"):
        db.session.expire_all()
        assert order.lines[0].price_origin == "价格表 Q1（2026年3月1日）"
        assert run.lines[0].origin == "价格表 Q2（2026年3月10日）"
    db.session.expire_all()
    assert order.lines[0].price_origin == "list Q1 of Mar 1, 2026"
    assert run.lines[0].origin == "list Q2 of Mar 10, 2026"


def test_a_request_is_no_source_of_its_own_price(shop):
    rule(shop, price_source="quotation")
    part = shop.parts[0]
    request = shop.ask((part, 100, "0.05"))
    m.PurchasingOrder.compute(db.session, [request])
    assert request.lines[0].price_origin == "typed"
    other = shop.ask((part, 100, None))
    assert other.lines[0].price_origin.startswith(f"quotation {request.number}")
    # Opened again, with nothing typed since, it still names the other one.
    other.lines[0].price_origin = ""
    m.PurchasingOrder.compute(db.session, [other])
    assert other.lines[0].price_origin.startswith(f"quotation {request.number}")


def test_a_bill_takes_the_latest_price_where_the_supplier_is_set_so(shop):
    """ZH-09: ordered at 1.00, received at 1.05, billed at 1.08; value follows, and it is undone."""
    rule(shop, receipt_price="latest")
    part, today_ = shop.parts[0], today()
    order = shop.order((part, 100, "1.00"))
    shop.price_list("Q1", (part, "1.05"), valid_from=DAY)
    shop.come((order.lines[0], 100))
    shop.price_list("Q2", (part, "1.08"), valid_from=today_)
    (draft,) = m.PurchasingOrder.bill(db.session, [order], "R-1", today_)
    db.session.expire_all()
    assert db.session.get(m.AccountingBill, draft).net == 108
    assert (shop.account("inventory"), shop.account("goods_received")) == (108, -108)
    (move,) = [db.session.get(m.StockMove, key) for key in shop.received_moves(order)]
    assert (move.ordered_price, move.document_price) == (1, Decimal("1.05"))
    (run,) = db.session.scalars(select(m.PricingRun)).all()
    assert (run.state, run.reason) == ("applied", "The latest price when it was billed")
    assert run.lines[0].origin == f"list Q2 of {format_date(today_)}"
    # A second draft asks nothing more, and the run is taken back like any other.
    db.session.delete(db.session.get(m.AccountingBill, draft))
    db.session.flush()
    m.PurchasingOrder.bill(db.session, [order], "R-1", today_)
    assert len(db.session.scalars(select(m.PricingRun)).all()) == 1
    shop.undo(run)
    assert shop.account("inventory") == 105


def test_a_bill_of_a_supplier_that_is_not_set_so_has_the_price_of_its_receipt(shop):
    order = shop.order((shop.parts[0], 100, "1.00"))
    shop.come((order.lines[0], 100))
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    (draft,) = m.PurchasingOrder.bill(db.session, [order], "R-1", today())
    assert db.session.get(m.AccountingBill, draft).net == 100
    assert not db.session.scalars(select(m.PricingRun)).all()
