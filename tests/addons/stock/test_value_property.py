"""Whatever comes in, is promised, goes out, comes back, is counted and scrapped: the sums hold.

They are computed again in plain Python that knows no layers: a part is a row of pieces, each with its cost.
What a receipt cost is changed later, again and again: then all is as had it cost that from the beginning.
"""

from collections import deque
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from addons.accounting.services.chart import books_of
from addons.stock.services.drafts import LotDraft, MoveDraft
from addons.stock.services.errors import StockError
from addons.stock.services.revaluing import CostChange, effects
from core import m
from core.db import db
from tests.addons.stock.conftest import DAY

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock")

KINDS = (
    "receive",
    "receive",
    "deliver",
    "deliver",
    "deliver",
    "reserve",
    "do",
    "release",
    "cancel",
    "return",
    "send_back",
    "count",
    "scrap",
    "revalue",
    "revalue",
    "land",
    "land",
)
ACTS = st.tuples(
    st.sampled_from(KINDS),
    st.integers(0, 1),
    st.integers(1, 12),
    st.decimals(min_value="0", max_value="3", places=6),
)
#: A balance that holds more promises than goods, or fewer than none.
IMPOSSIBLE = "SELECT count(*) FROM stock_balance WHERE NOT (0 <= reserved AND reserved <= on_hand)"


def cents(value):
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def pieces_of(amount, quantity):
    """The cost of each piece, so that the first n of them together cost n shares, rounded."""
    sums = [cents(amount * n / quantity) for n in range(quantity + 1)]
    return [after - before for before, after in zip(sums, sums[1:], strict=False)]


class Pieces:
    """A part as a row of pieces, the oldest first; with the average, as one heap of money."""

    def __init__(self, is_fifo, changes, landed):
        self.is_fifo, self.row, self.heap, self.went = is_fifo, deque(), Decimal(0), {}
        #: What suppliers are owed for each received piece, and for all that was kept.
        self.asked, self.owed = {}, Decimal(0)
        #: By which receipts cost more in the end, by the move.
        self.changes = changes
        #: How much of that is freight.
        self.landed = landed
        #: What each move has added to the worth.
        self.costs = {}

    def worth(self):
        return sum((cost for _move, cost in self.row), Decimal(0)) if self.is_fifo else self.heap

    def replay(self, move, came):
        """Do one move; the row keeps, with the average, only how many pieces there are."""
        quantity = int(move.quantity)
        back = self.went.get(move.returns_id)
        if came:
            if back is not None:
                costs = pieces_of(sum(back.popleft() for _ in range(quantity)), quantity)
            else:
                one = move.unit_cost
                if one is None:  # found in a count: at what the part is worth
                    one = self.worth() / len(self.row) if self.row else Decimal(1)
                costs = pieces_of(cents(one * quantity) + self.changes.get(move.id, 0), quantity)
            self.row.extend((move.id, cost) for cost in costs)
            self.heap += sum(costs)
            self.costs[move.id] = sum(costs)
            self.went[move.id] = deque(pieces_of(sum(costs), quantity))
            if move.source.kind == "supplier":
                self.asked[move.id] = deque(
                    pieces_of(sum(costs) - self.landed.get(move.id, Decimal(0)), quantity)
                )
                self.owed += sum(self.asked[move.id])
        else:
            cost = self._take(quantity, move.returns_id)
            self.costs[move.id] = -cost
            self.went[move.id] = deque(pieces_of(cost, quantity))
            if back is not None:
                self.owed -= sum(self.asked[move.returns_id].popleft() for _ in range(quantity))

    def _take(self, quantity, own):
        average = self.heap if quantity == len(self.row) else cents(self.heap * quantity / len(self.row))
        first = sorted(range(len(self.row)), key=lambda n: self.row[n][0] != own)[:quantity]
        cost = sum((self.row[n][1] for n in first), Decimal(0)) if self.is_fifo else average
        self.row = deque(piece for n, piece in enumerate(self.row) if n not in set(first))
        self.heap -= cost
        return cost


class History:
    """Acts on two new parts, and what was done, in its order."""

    def __init__(self, stock, number):
        self.stock, self.done, self.open, self.changes, self.landed = stock, [], [], {}, {}
        self.parts = [stock.part(f"H{number}-{n}") for n in range(2)]
        for part in self.parts:
            self.receive(part, 10, Decimal("0.333333"))

    def act(self, kind, which, quantity, cost):
        try:
            with db.session.begin_nested():
                getattr(self, kind)(self.parts[which], quantity, cost)
        except StockError:
            pass  # there was nothing to do it with
        assert db.session.scalar(text(IMPOSSIBLE)) == 0

    def finish(self, transfer):
        # All on one day: layers go by their dates, and the row of pieces by what was done first.
        rests = m.StockTransfer.do(db.session, [transfer], DAY)
        self.done += self.stock.moves(transfer)
        self.open = [rests.get(t, t) for t in self.open if t != transfer or t in rests]

    def receive(self, part, quantity, cost):
        lot = (
            LotDraft(f"L{len(self.done)}", f"26{quantity:02}", full_quantity=Decimal(5))
            if quantity % 2
            else None
        )
        line = MoveDraft(part, Decimal(quantity), lot=lot, unit_cost=cost)
        self.finish(self.stock.create("receipt", line))

    def reserve(self, part, quantity, cost):
        made = self.stock.create("delivery", MoveDraft(part, Decimal(quantity)))
        m.StockTransfer.reserve(db.session, [made])
        self.open.append(made)

    def deliver(self, part, quantity, cost):
        self.reserve(part, quantity, cost)
        self.finish(self.open[-1])

    def do(self, part, quantity, cost):
        if self.open:
            transfer = self.open[quantity % len(self.open)]
            for move in self.stock.moves(transfer):
                if move.state == "reserved" and quantity % 3 == 0:
                    move.picked = min(Decimal(quantity), move.quantity)
            self.finish(transfer)

    def release(self, part, quantity, cost):
        if self.open:
            m.StockTransfer.release(db.session, self.open[:1])

    def cancel(self, part, quantity, cost):
        if self.open:
            m.StockTransfer.cancel(db.session, self.open[:1])
            del self.open[0]

    def _bring_back(self, kind, part, quantity):
        for move in self.done:
            if move.product_id == part and move.returns_id is None and move.transfer.kind == kind:
                back = self.stock.create("return", MoveDraft(None, Decimal(quantity), returns_id=move.id))
                m.StockTransfer.reserve(db.session, [back])
                lacking = any(v.state != "reserved" for v in self.stock.moves(back)) and kind == "receipt"
                if lacking:
                    raise StockError("not there any more")
                return self.finish(back)
        return None

    def send_back(self, part, quantity, cost):
        self._bring_back("receipt", part, 1 + quantity % 3)

    def _return(self, part, quantity, cost):
        self._bring_back("delivery", part, 1 + quantity % 3)

    def count(self, part, quantity, cost):
        made = self.stock.count((part, None, quantity % 5))
        if made.transfer_id is not None:
            self.done += self.stock.moves(made.transfer_id)

    def scrap(self, part, quantity, cost):
        made = self.stock.create("scrap", MoveDraft(part, Decimal(quantity)))
        m.StockTransfer.reserve(db.session, [made])
        self.finish(made)

    def revalue(self, part, quantity, cost):
        """A receipt costs more, or less, or again what it cost."""
        receipts = [v for v in self.done if v.product_id == part and v.transfer.kind == "receipt"]
        move = receipts[quantity % len(receipts)]
        before = self.changes.get(move.id, Decimal(0)) - self.landed.get(move.id, Decimal(0))
        self._change("repricing", "goods_received", move, cents(cost - 1) if quantity % 3 else -before)

    def land(self, part, quantity, cost):
        """Freight of a receipt is booked, or taken back."""
        receipts = [v for v in self.done if v.product_id == part and v.transfer.kind == "receipt"]
        move = receipts[quantity % len(receipts)]
        before = self.landed.get(move.id, Decimal(0))
        change = cents(cost) if quantity % 3 else -before
        self._change("landed_cost", "accrued_landed_cost", move, change)
        self.landed[move.id] = before + change

    def _change(self, kind, purpose, move, change):
        account = books_of(db.session, self.stock.company_id).account(purpose)
        made = [CostChange(move.id, change, account)]
        told = effects(db.session, made, kind)
        assert told or not change
        assert m.StockMove.revalue(db.session, made, kind, DAY, "again") == told
        self.changes[move.id] = self.changes.get(move.id, Decimal(0)) + change


setattr(History, "return", History._return)


@pytest.mark.parametrize("method", ["fifo", "average"])
def test_balances_value_and_account_are_what_another_path_says(company, stock, method):
    company.cost_method = method
    db.session.commit()
    ours = set(
        db.session.scalars(
            select(m.StockLocation.id).where(m.StockLocation.kind.in_(("internal", "transit")))
        )
    )
    numbers = iter(range(1000))
    inventory = owed = freight = Decimal(0)

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        # Each example adds to the same company, and its history is printed: shrinking would take minutes.
        phases=[Phase.explicit, Phase.generate],
    )
    @given(acts=st.lists(ACTS, min_size=10, max_size=24))
    def runs(acts):
        nonlocal inventory, owed, freight
        history = History(stock, next(numbers))
        for act in acts:
            history.act(*act)
        db.session.commit()
        for part in history.parts:
            pieces = Pieces(method == "fifo", history.changes, history.landed)
            for move in history.done:
                if move.product_id == part:
                    pieces.replay(move, move.to_id in ours)
            worth = db.session.execute(
                text("SELECT quantity, amount FROM stock_worth WHERE product_id = :p"), {"p": part}
            )
            kept = worth.one_or_none()
            assert (tuple(kept) if kept else (0, 0)) == (len(pieces.row), pieces.worth())
            assert stock.balance(part)[0] == len(pieces.row)
            sums = "SELECT move_id, sum(amount) FROM stock_value WHERE product_id = :p GROUP BY move_id"
            assert dict(db.session.execute(text(sums), {"p": part}).all()) == pieces.costs
            inventory += pieces.worth()
            owed += pieces.owed
        freight += sum(history.landed.values())
        assert stock.differences() == []
        assert stock.account("inventory") == inventory
        assert stock.account("goods_received") == -owed
        assert stock.account("accrued_landed_cost") == -freight

    runs()
