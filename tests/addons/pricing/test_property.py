"""Whatever has happened to goods: repricing and taking it back leaves everything as it was."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from addons.stock.services.drafts import MoveDraft
from core import m
from core.db import db
from core.errors import UserError
from tests.addons.pricing.conftest import DAY

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)
#: What may happen to an order of 40: some comes, is sold, goes back, is billed.
ACTS = st.lists(
    st.tuples(st.sampled_from(["come", "come", "sell", "return", "bill"]), st.integers(1, 9)), max_size=9
)
#: What fails is told as it was found: to shrink it takes minutes.
PHASES = (Phase.explicit, Phase.generate)
PRICES = st.decimals("0.0100", "9.9999", places=4)


def _act(shop, order, part, act, quantity, reference):
    if act == "come":
        shop.come((order.lines[0], quantity))
    elif act == "sell":
        made = shop.create("delivery", MoveDraft(part, Decimal(quantity)))
        m.StockTransfer.reserve(db.session, [made])
        m.StockTransfer.do(db.session, [made], DAY)
    elif act == "bill":
        shop.billed(order, reference, quantity)
    elif moves := shop.received_moves(order):
        made = m.PurchasingOrder.return_goods(db.session, {list(moves)[-1]: Decimal(quantity)}, DAY)
        m.StockTransfer.do(db.session, made, DAY)


def _history(shop, acts, price):
    number = db.session.scalar(text("SELECT count(*) FROM product"))
    part = shop.part(f"H{number}")
    order = shop.order((part, 40, price))
    for n, (act, quantity) in enumerate(acts):
        try:
            with db.session.begin_nested():
                _act(shop, order, part, act, quantity, f"{number}-{n}")
        except (UserError, IntegrityError):
            pass  # such as a credit note of more than was billed, which the database refuses
        db.session.expire_all()
    return part, order


@settings(
    max_examples=12, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS, price=PRICES, new=PRICES, fifo=st.booleans())
def test_taking_a_run_back_leaves_everything_as_it_was(shop, acts, price, new, fifo):
    if not fifo:
        db.session.execute(text("UPDATE company SET cost_method = 'average'"))
    part, _order = _history(shop, acts, price)
    shop.price_list(f"L{part}", (part, new), valid_from=DAY)
    before, ledger = shop.worth_of(), shop.ledger()
    run = shop.run(with_claims=True)
    free = [line for line in run.lines if not line.refusal]
    if free:
        m.PricingRunLine.accept(db.session, free)
        m.PricingRun.apply(db.session, [run])
        assert shop.differences() == []
        db.session.expire_all()
        assert all(line.refusal for line in shop.run(with_claims=True).lines)
        shop.undo(run)
        assert (shop.worth_of(), shop.ledger()) == (before, ledger)
        assert shop.differences() == []
    db.session.rollback()


@settings(
    max_examples=12, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS, price=PRICES, new=PRICES)
def test_after_a_run_the_bill_leaves_nothing_on_goods_received(shop, acts, price, new):
    part, order = _history(shop, acts, price)
    shop.price_list(f"L{part}", (part, new), valid_from=DAY)
    run = shop.run(with_claims=True)
    free = [line for line in run.lines if not line.refusal]
    if free:
        m.PricingRunLine.accept(db.session, free)
        m.PricingRun.apply(db.session, [run])
        db.session.expire_all()
    (line,) = order.lines
    if line.open_quantity:
        shop.come((line, line.open_quantity))
        db.session.expire_all()
    if line.billed != line.received - line.returned:
        shop.billed(order, f"{part}-last")
    assert (shop.account("goods_received"), order.state) == (0, "done")
    claims = db.session.scalar(text("SELECT coalesce(sum(value), 0) FROM pricing_claim"))
    assert shop.account("supplier_claims") == -claims
    db.session.rollback()
