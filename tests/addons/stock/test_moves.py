"""Goods come in, are reserved, go out in part, come back, are counted, moved and scrapped."""

from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from addons.stock.services.availability import availability_of
from addons.stock.services.drafts import LotDraft, MoveDraft, TransferDraft
from addons.stock.services.errors import StockError
from core import m
from core.db import db
from core.security.actor import Actor, acting
from core.security.acts import NotAllowedError

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock")


def lots_of(stock, transfer):
    """Number of the lot, quantity and state of each move."""
    found = [(v.lot and v.lot.number, int(v.quantity), v.state) for v in stock.moves(transfer)]
    return sorted(found, key=lambda one: (one[2] != "reserved", one[0] or ""))


def test_a_part_delivery_leaves_a_rest(stock):
    part = stock.parts[0]
    stock.receive(part, 100, "0.25")
    made = stock.create("delivery", MoveDraft(part, Decimal(150)), reference="PO 7")
    (asked,) = stock.moves(made)
    assert m.StockTransfer.reserve(db.session, [made]) == {asked.id: 50}
    assert stock.balance(part) == (100, 100)
    rests = m.StockTransfer.do(db.session, [made], date(2026, 3, 3))
    done, rest = db.session.get(m.StockTransfer, made), db.session.get(m.StockTransfer, rests[made])
    assert (done.state, done.date, done.number) == ("done", date(2026, 3, 3), "DEL/2026/00001")
    assert (rest.state, rest.rest_of_id, rest.reference) == ("draft", made, "PO 7")
    assert [(int(v.quantity), v.state) for v in stock.moves(rest.id)] == [(50, "planned")]
    assert stock.balance(part) == (0, 0)
    assert stock.account("inventory") == 0
    assert (stock.account("goods_shipped"), stock.account("goods_received")) == (25, -25)
    assert stock.differences() == []


def test_a_part_of_what_is_reserved_is_picked_and_the_rest_stays_reserved(stock):
    part = stock.parts[0]
    stock.receive(part, 100)
    made = stock.create("delivery", MoveDraft(part, Decimal(80)))
    m.StockTransfer.reserve(db.session, [made])
    (move,) = stock.moves(made)
    move.picked = Decimal(30)
    rests = m.StockTransfer.do(db.session, [made])
    assert [(int(v.quantity), v.state, v.picked) for v in stock.moves(made)] == [(30, "done", None)]
    assert [(int(v.quantity), v.state) for v in stock.moves(rests[made])] == [(50, "reserved")]
    assert stock.balance(part) == (70, 50)
    m.StockTransfer.do(db.session, [rests[made]])
    assert stock.balance(part) == (20, 0)
    assert stock.differences() == []


def test_the_oldest_date_code_goes_first_and_whole_reels_before_cut_ones(stock):
    part = stock.parts[0]
    for lot, quantity, code in (("R1", 5000, "2610"), ("R2", 5000, "2601"), ("R3", 5000, "2601")):
        stock.receive(part, quantity, lot=lot, code=code)
    cut = stock.create("delivery", MoveDraft(part, Decimal(2000)))
    m.StockTransfer.reserve(db.session, [cut])
    m.StockTransfer.do(db.session, [cut])
    assert lots_of(stock, cut) == [("R2", 2000, "done")]
    made = stock.create("delivery", MoveDraft(part, Decimal(7000)))
    assert m.StockTransfer.reserve(db.session, [made]) == {}
    # One whole reel of the oldest code, and the rest of the cut one: no second reel is cut.
    assert lots_of(stock, made) == [("R2", 2000, "reserved"), ("R3", 5000, "reserved")]
    m.StockTransfer.release(db.session, [made])
    assert lots_of(stock, made) == [(None, 7000, "planned")]
    assert stock.differences() == []


def test_a_lot_that_was_asked_for_is_the_only_one_that_is_taken(stock):
    part = stock.parts[0]
    stock.receive(part, 10, lot="OLD", code="2501")
    lot = stock.receive(part, 10, lot="NEW", code="2601").lot_id
    made = stock.create("delivery", MoveDraft(part, Decimal(12), lot_id=lot))
    (move,) = stock.moves(made)
    assert m.StockTransfer.reserve(db.session, [made]) == {move.id: 2}
    assert lots_of(stock, made) == [("NEW", 10, "reserved"), ("NEW", 2, "planned")]
    m.StockTransfer.release(db.session, [made])
    assert lots_of(stock, made) == [("NEW", 12, "planned")]


def test_a_delivery_is_picked_in_its_warehouse_and_not_where_goods_are_blocked(stock):
    part, hall = stock.parts[0], stock.places["internal"]
    warehouse = db.session.get(m.StockLocation, hall).warehouse_id
    shelf, blocked = (
        m.StockLocation(company_id=stock.company_id, code=code, warehouse_id=warehouse, pickable=pickable)
        for code, pickable in (("A-1", True), ("BLOCKED", False))
    )
    db.session.add_all([shelf, blocked])
    db.session.flush()
    stock.receive(part, 30)
    for place in (shelf.id, blocked.id):
        made = stock.create("move", MoveDraft(part, Decimal(10)), to_id=place)
        m.StockTransfer.reserve(db.session, [made])
        m.StockTransfer.do(db.session, [made])
    assert stock.account("inventory") == 30
    made = stock.create("delivery", MoveDraft(part, Decimal(25)))
    assert sum(m.StockTransfer.reserve(db.session, [made]).values()) == 5
    taken = {v.source.code: int(v.quantity) for v in stock.moves(made) if v.state == "reserved"}
    assert taken == {"STOCK": 10, "A-1": 10}
    m.StockTransfer.cancel(db.session, [made])
    assert stock.balance(part) == (30, 0)
    assert {v.state for v in stock.moves(made)} == {"cancelled"}
    assert stock.differences() == []


def test_a_move_to_another_warehouse_goes_by_the_road_at_its_value(stock):
    part = stock.parts[0]
    stock.receive(part, 10, "2.50")
    other = m.StockWarehouse(company_id=stock.company_id, code="TWO", name="Two")
    db.session.add(other)
    db.session.flush()
    there = m.StockLocation(company_id=stock.company_id, code="TWO/STOCK", warehouse_id=other.id)
    db.session.add(there)
    db.session.flush()
    road = stock.places["transit"]
    for source, target in ((stock.places["internal"], road), (road, there.id)):
        made = stock.create("move", MoveDraft(part, Decimal(4)), from_id=source, to_id=target)
        m.StockTransfer.reserve(db.session, [made])
        m.StockTransfer.do(db.session, [made])
    places = dict(db.session.execute(text("SELECT location_id, on_hand FROM stock_balance")).all())
    assert places == {stock.places["internal"]: 6, road: 0, there.id: 4}
    assert stock.account("inventory") == 25
    assert stock.differences() == []


def test_what_comes_back_comes_at_the_cost_at_which_it_went(stock):
    part = stock.parts[0]
    stock.receive(part, 3, "0.333333")
    went = stock.deliver(part, 3)
    stock.receive(part, 5, 9)
    for quantity in (1, 2):
        back = stock.create("return", MoveDraft(None, Decimal(quantity), returns_id=went.id))
        m.StockTransfer.do(db.session, [back])
    assert stock.account("goods_shipped") == 0
    assert stock.account("inventory") == 46
    assert stock.balance(part) == (8, 0)
    with pytest.raises(StockError, match="On DEL/2026/00001 there were 3, of which 3 are on their way back"):
        stock.create("return", MoveDraft(None, Decimal(1), returns_id=went.id))
    assert stock.differences() == []


def test_a_return_to_the_supplier_takes_back_what_was_received(stock):
    part = stock.parts[0]
    first = stock.receive(part, 10, 2)
    stock.receive(part, 10, 3)
    stock.deliver(part, 8)
    back = stock.create("return", MoveDraft(None, Decimal(5), returns_id=first.id))
    m.StockTransfer.reserve(db.session, [back])
    m.StockTransfer.do(db.session, [back])
    # Two pieces of the first receipt are left, so that three go at 3; the supplier owes 2 for each.
    assert stock.account("inventory") == 50 - 16 - 4 - 9
    assert stock.account("goods_received") == -50 + 10
    assert stock.account("inventory_difference") == 3
    assert stock.differences() == []


def ways(key):
    """Where the head of a transfer says that it goes, and where its moves go."""
    transfer = db.session.get(m.StockTransfer, key, populate_existing=True)
    moves = {(move.source.code, move.target.code) for move in transfer.moves}
    return (transfer.source.code, transfer.target.code), moves


def test_the_head_of_a_return_says_what_its_moves_do(stock):
    part = stock.parts[0]
    came = stock.receive(part, 10, 2)
    went = stock.deliver(part, 4)
    there = m.StockLocation(
        company_id=stock.company_id,
        code="QUARANTINE",
        warehouse_id=db.session.get(m.StockLocation, stock.places["internal"]).warehouse_id,
    )
    db.session.add(there)
    db.session.flush()
    to_supplier = stock.create("return", MoveDraft(None, Decimal(5), returns_id=came.id))
    from_customer = stock.create("return", MoveDraft(None, Decimal(1), returns_id=went.id))
    to_quarantine = stock.create("return", MoveDraft(None, Decimal(1), returns_id=went.id), to_id=there.id)
    meant = {
        to_supplier: ("STOCK", "SUPPLIER"),
        from_customer: ("CUSTOMER", "STOCK"),
        to_quarantine: ("CUSTOMER", "QUARANTINE"),
    }
    assert {key: ways(key) for key in meant} == {key: (way, {way}) for key, way in meant.items()}
    m.StockTransfer.reserve(db.session, [to_supplier])
    m.StockTransfer.release(db.session, [to_supplier])
    assert ways(to_supplier) == (meant[to_supplier], {meant[to_supplier]})


def test_heads_of_returns_that_said_the_wrong_way_are_put_right(stock):
    came = stock.receive(stock.parts[0], 10, 2)
    back = stock.create("return", MoveDraft(None, Decimal(5), returns_id=came.id))
    m.StockTransfer.reserve(db.session, [back])
    wrong = {"id": back, "source": stock.places["customer"], "target": stock.places["internal"]}
    query = "UPDATE stock_transfer SET from_id = :source, to_id = :target WHERE id = :id"
    db.session.execute(text(query), wrong)
    m.StockTransfer.do(db.session, [back])
    db.session.commit()
    assert ways(back)[0] == ("CUSTOMER", "STOCK")
    migration = import_module("addons.stock.migrations.0004_say_where_returns_go")
    with Operations.context(MigrationContext.configure(db.session.connection())):
        migration.upgrade()
    assert ways(back)[0] == ("STOCK", "SUPPLIER")
    # What is done is guarded again.
    with pytest.raises(DBAPIError):
        db.session.execute(text(query), wrong)


def test_counts_and_scrap_post_differences(stock):
    part, other, third = stock.parts
    stock.receive(part, 10, 2)
    lot = stock.receive(other, 5, 4, lot="L1", code="2602").lot_id
    count = stock.count((part, None, 8), (other, lot, 6), (third, None, 0))
    assert [int(line.expected) for line in count.lines] == [10, 5, 0]
    assert db.session.get(m.StockTransfer, count.transfer_id).number == "CNT/2026/00001"
    assert (stock.balance(part), stock.balance(other)) == ((8, 0), (6, 0))
    assert (stock.account("inventory"), stock.account("inventory_difference")) == (40, 0)
    assert stock.count((part, None, 8)).transfer_id is None
    scrap = stock.create("scrap", MoveDraft(part, Decimal(3)))
    m.StockTransfer.reserve(db.session, [scrap])
    m.StockTransfer.do(db.session, [scrap])
    assert (stock.account("inventory"), stock.account("inventory_difference")) == (34, 6)
    assert stock.differences() == []


def test_what_can_not_be_moved_is_refused_with_a_reason(stock, company):
    part = stock.parts[0]
    lot = stock.receive(part, 10, lot="L1").lot_id
    archived = stock.part("OLD", active=False)
    service = stock.part("FEE", kind="service")
    refused = {
        "above zero": MoveDraft(part, Decimal(0)),
        "Move a quantity above": MoveDraft(part, Decimal(-1)),
        "OLD is archived": MoveDraft(archived, Decimal(1)),
        "FEE is a service": MoveDraft(service, Decimal(1)),
        "no such part": MoveDraft(10**9, Decimal(1)),
        "no such lot": MoveDraft(part, Decimal(1), lot_id=10**9),
        "has no such lot": MoveDraft(stock.parts[1], Decimal(1), lot_id=lot),
        "no such place": MoveDraft(part, Decimal(1), from_id=10**9),
        "nor CUSTOMER is ours": MoveDraft(part, Decimal(1), from_id=stock.places["supplier"]),
        "never moved": MoveDraft(None, Decimal(1), returns_id=10**9),
    }
    for reason, line in refused.items():
        with pytest.raises(StockError, match=reason):
            stock.create("delivery", line)
    with pytest.raises(StockError, match="needs its target"):
        stock.create("move", MoveDraft(part, Decimal(1)))
    planned = stock.create("delivery", MoveDraft(part, Decimal(1)))
    with pytest.raises(StockError, match="never moved"):
        stock.create("return", MoveDraft(None, Decimal(1), returns_id=stock.moves(planned)[0].id))
    assert db.session.scalar(text("SELECT count(*) FROM stock_transfer")) == 2


def test_what_can_not_be_done_is_refused_with_a_reason(stock):
    part = stock.parts[0]
    lot = stock.receive(part, 10, lot="L1").lot_id
    made = stock.create("delivery", MoveDraft(part, Decimal(10)))
    empty = stock.create("delivery")
    db.session.commit()
    with pytest.raises(StockError, match="DEL/2026/00001 is reserved or picked") as refused:
        m.StockTransfer.do(db.session, [made, empty])
    assert refused.value.reasons[empty] == "DEL/2026/00002 has no lines: add one first."
    stock.moves(made)[0].picked = Decimal(4)
    with pytest.raises(StockError, match="4 of P0 are picked, and 0 are reserved"):
        m.StockTransfer.do(db.session, [made])
    m.StockTransfer.reserve(db.session, [made])
    stock.moves(made)[0].quantity = Decimal(9)
    with pytest.raises(StockError, match="Release what is reserved"):
        db.session.flush()
    db.session.rollback()
    m.StockTransfer.reserve(db.session, [made])
    with pytest.raises(StockError, match="9 of P0 were found, and 10 are reserved"):
        stock.count((part, lot, 9))
    with pytest.raises(StockError, match="more than once"):
        stock.count((part, lot, 10), (part, lot, 10))
    db.session.execute(text("UPDATE product SET active = false"))
    m.StockTransfer.do(db.session, [made])  # archived since, and yet on the way
    with pytest.raises(StockError, match="is done: bring goods back by a return"):
        m.StockTransfer.cancel(db.session, [made])
    with pytest.raises(StockError, match="lies before"):
        m.StockTransfer.do(
            db.session, [stock.create("receipt", MoveDraft(stock.part("N"), Decimal(1)))], date(1999, 1, 1)
        )
    dear = stock.part("DEAR", cost=None)
    with pytest.raises(StockError, match="DEAR has no cost"):
        m.StockTransfer.do(db.session, [stock.create("receipt", MoveDraft(dear, Decimal(1)))])


def test_a_verb_asks_who_may(stock):
    with acting(db.session, Actor(None, "clerk", stock.company_id, frozenset({"stock.read"}))):
        for act in (m.StockTransfer.reserve, m.StockTransfer.release, m.StockTransfer.cancel):
            with pytest.raises(NotAllowedError, match=r"stock\.write"):
                act(db.session, [])
        with pytest.raises(NotAllowedError, match=r"stock\.do"):
            m.StockTransfer.do(db.session, [])


#: Each would make a sum untrue, or change what is done.
UNTRUE = (
    "UPDATE stock_balance SET on_hand = on_hand + 1",
    "DELETE FROM stock_balance",
    "UPDATE stock_worth SET amount = amount + 1",
    "UPDATE stock_move SET quantity = 1",
    "UPDATE stock_move SET state = 'reserved'",
    "DELETE FROM stock_move",
    "UPDATE stock_transfer SET reference = 'x'",
    "UPDATE stock_value SET amount = 0",
    "UPDATE stock_value SET taken = 0",
    "DELETE FROM stock_value",
    "UPDATE stock_layer_take SET amount = 0",
    "UPDATE company SET cost_method = 'average'",
    # More is reserved than there is.
    "INSERT INTO stock_move (company_id, transfer_id, product_id, quantity, from_id, to_id, state, date)"
    " SELECT company_id, transfer_id, product_id, 99, from_id, to_id, 'reserved', date"
    " FROM stock_move ORDER BY id DESC LIMIT 1",
)


def test_the_database_refuses_what_would_make_sums_untrue(stock):
    stock.receive(stock.parts[0], 10, 2)
    stock.deliver(stock.parts[0], 4)
    for statement in UNTRUE:
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(statement))
            raise AssertionError(statement)
    assert stock.differences() == []


def test_the_sums_by_another_path_would_notice(stock):
    stock.receive(stock.parts[0], 10, 2)
    db.session.execute(text("ALTER TABLE stock_balance DISABLE TRIGGER ALL"))
    db.session.execute(text("ALTER TABLE stock_worth DISABLE TRIGGER ALL"))
    db.session.execute(text("UPDATE stock_balance SET on_hand = 11, reserved = 1"))
    db.session.execute(text("UPDATE stock_worth SET amount = 21"))
    assert [what for what, _key, _kept, _summed in stock.differences()] == [
        "on hand",
        "reserved",
        "valued quantity",
        "value of a part",
    ]
    db.session.rollback()


def test_availability_adds_up_at_a_date(stock):
    part = stock.parts[0]
    stock.receive(part, 100)
    first = stock.create("delivery", MoveDraft(part, Decimal(30)))
    m.StockTransfer.reserve(db.session, [first])
    stock.create("receipt", MoveDraft(part, Decimal(500)), on=date(2026, 3, 6))
    stock.create("delivery", MoveDraft(part, Decimal(600)), on=date(2026, 3, 9))
    friday, monday = (
        availability_of(db.session, [part, stock.parts[1]], date(2026, 3, day)) for day in (6, 9)
    )
    assert (friday[part].available, friday[part].projected, monday[part].projected) == (70, 570, -30)
    assert monday[stock.parts[1]].projected == 0
    product = db.session.get(m.Product, part)
    assert [(int(c.move.quantity), int(c.projected), c.is_short) for c in product.stock_future] == [
        (-30, 70, False),
        (500, 570, False),
        (-600, -30, True),
    ]
    assert [(int(b.on_hand), b.lot) for b in product.stock_places] == [(100, None)]


def test_a_set_does_what_single_acts_do(stock):
    """The same cents and quantities, one by one or at once."""

    def run(parts, at_once):
        receipts = [
            TransferDraft(
                stock.company_id,
                "receipt",
                [
                    MoveDraft(p, Decimal(7), lot=LotDraft(f"L{n}", f"26{n:02}"), unit_cost=Decimal(cost))
                    for p in parts
                ],
            )
            for n, cost in ((2, "0.123456"), (1, "0.333333"))
        ]
        made = m.StockTransfer.create(db.session, receipts)
        for group in [made] if at_once else [[i] for i in made]:
            m.StockTransfer.do(db.session, group)
        out = m.StockTransfer.create(
            db.session,
            [
                TransferDraft(stock.company_id, "delivery", [MoveDraft(p, Decimal(3)) for p in parts])
                for _ in range(4)
            ],
        )
        for group in [out] if at_once else [[i] for i in out]:
            m.StockTransfer.reserve(db.session, group)
            m.StockTransfer.do(db.session, group)
        query = select(m.StockValue.quantity, m.StockValue.amount, m.StockValue.kind)
        rows = db.session.execute(query.where(m.StockValue.product_id.in_(parts)).order_by(m.StockValue.id))
        return [tuple(row) for row in rows]

    assert run(stock.parts[:2], True) == run([stock.part("X"), stock.part("Y")], False)
    assert stock.differences() == []
