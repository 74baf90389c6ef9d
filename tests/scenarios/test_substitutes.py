"""A short capacitor, twice: a story that a sales rep can read.

Pinsheng Electronics orders 20,000 capacitors of Fenghua, 100 nF, at 0.010. 5,000 are there. Murata's, at
0.012, are there by the reel. Four months later Pinsheng orders the same again; another customer does, too.
"""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from addons.stock.services.drafts import LotDraft, MoveDraft, TransferDraft
from addons.substitutes.services.errors import SubstituteError
from addons.substitutes.services.substituting import Acceptance, Refusal, wanted_of
from core import m
from core.db import db
from core.documents import render_html

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales", "substitutes")


def test_a_short_part_is_replaced_and_the_substitute_comes_first_the_next_time(company):
    pinsheng, other = customer(company, "C1", "Pinsheng Electronics"), customer(company, "C2", "Harbour")
    fenghua = part(company, "CAP-F", "0603B104K500NT", "Fenghua", "0.010")
    murata = part(company, "CAP-M", "GRM188R71H104KA93D", "Murata", "0.012")
    yageo = part(company, "CAP-Y", "CC0603KRX7R9BB104", "Yageo", "0.009")
    receive(company, date(2026, 3, 1), (fenghua, 5_000, "0.004"), (murata, 60_000, "0.005"))

    # The product engineer has approved Murata's, refused nothing, and not yet judged Yageo's.
    pairs = [
        m.Substitute(company_id=company.id, product_id=fenghua.id, substitute_id=found.id, both_ways=True)
        for found in (murata, yageo)
    ]
    m.Substitute.create(db.session, pairs)
    m.Substitute.approve(db.session, pairs[:1], "Same values, tested at 125 °C")

    # 2 March: 20,000 are ordered; 15,000 are short. Nothing changes by itself.
    order = ordered(company, pinsheng, fenghua, 20_000, date(2026, 3, 2), "PS-1001")
    line = order.lines[0]
    assert m.SalesOrder.short_lines(db.session, [order]) == {line.id: 15_000}
    assert [x.mpn for x in offered(line)] == ["GRM188R71H104KA93D", "CC0603KRX7R9BB104"]
    assert line.product_id == fenghua.id

    # What nobody has approved is not put on an order that is agreed; what is approved is, for what is short.
    with pytest.raises(SubstituteError, match="waits for the customer"):
        m.SalesOrder.substitute(db.session, [Acceptance(line.id, yageo.id)])
    given = m.SalesOrder.substitute(db.session, [Acceptance(line.id, murata.id, Decimal(15_000))])[line.id]
    assert [(x.product.code, x.quantity) for x in order.lines] == [("CAP-F", 5_000), ("CAP-M", 15_000)]
    assert given.original_product_id == fenghua.id and order.net == 5_000 * Decimal("0.01") + 180

    # 4 March: all of it goes, and every paper says for what it stands in.
    m.SalesOrder.deliver(db.session, [order], date(2026, 3, 4))
    (invoice,) = m.SalesOrder.invoice(db.session, [order], date(2026, 3, 5))
    for kind, record in (
        ("sales.order", order),
        ("accounting.invoice", db.session.get(m.AccountingInvoice, invoice)),
    ):
        assert render_html(kind, record, locale="en").count("Substituted for 0603B104K500NT") == 1

    # July: the same part again. What was taken last comes first, with day, order, quantity and price.
    again = quoted(company, pinsheng, fenghua, 10_000, date(2026, 7, 6), "PS-1080")
    first = offered(again.lines[0])[0]
    assert (first.mpn, first.memory.is_last) == ("GRM188R71H104KA93D", True)
    assert (first.memory.number, first.memory.date) == (order.number, date(2026, 3, 2))
    assert (first.memory.quantity, first.memory.unit_price) == (15_000, Decimal("0.012"))
    assert order.number in first.notes[0] and "15,000" in first.notes[0]

    # Another customer sees nothing of it.
    theirs = quoted(company, other, fenghua, 10_000, date(2026, 7, 6), "H-5")
    assert all(
        not x.memory.is_last and order.number not in " ".join(x.notes) for x in offered(theirs.lines[0])
    )

    # Pinsheng says no thanks this time: the line stays, and from now on Murata's stands last, with the words.
    refusal = Refusal(again.lines[0].id, "Their customer wants one maker only", murata.id)
    m.SalesOrder.decline_substitutes(db.session, [refusal])
    assert again.lines[0].product_id == fenghua.id
    last = offered(again.lines[0])[-1]
    assert last.mpn == "GRM188R71H104KA93D" and "one maker only" in " ".join(last.notes)

    # Stock and ledger agree to the cent, whatever was put in place of what.
    assert db.session.execute(text("SELECT * FROM stock_differences()")).all() == []
    assert db.session.scalar(text("SELECT sum(debit) - sum(credit) FROM accounting_entry_line")) == 0


def customer(company, code, name):
    found = m.Partner(company_id=company.id, code=code, name=name, currency_code="USD")
    db.session.add(found)
    db.session.flush()
    return found


def part(company, code, mpn, maker, price):
    made = m.Maker(name=maker)
    db.session.add(made)
    db.session.flush()
    found = m.Product(
        company_id=company.id,
        code=code,
        mpn=mpn,
        maker_id=made.id,
        description=f"{maker} capacitor",
        list_price=Decimal(price),
        list_currency_code="USD",
    )
    db.session.add(found)
    db.session.flush()
    return found


def receive(company, on, *goods):
    moves = [
        MoveDraft(part.id, Decimal(quantity), lot=LotDraft(f"{part.code}-1", "2605"), unit_cost=Decimal(cost))
        for part, quantity, cost in goods
    ]
    made = m.StockTransfer.create(db.session, [TransferDraft(company.id, "receipt", moves, planned=on)])
    m.StockTransfer.do(db.session, made, on)


def quoted(company, partner, found, quantity, on, reference):
    lines = [OrderLineDraft(found.id, Decimal(quantity))]
    draft = OrderDraft(company.id, partner.id, lines, date=on, reference=reference)
    (made,) = m.SalesOrder.create(db.session, [draft])
    return db.session.get_one(m.SalesOrder, made)


def ordered(*arguments):
    order = quoted(*arguments)
    assert m.SalesOrder.confirm(db.session, [order]) == {}
    return order


def offered(line):
    return m.Substitute.candidates(db.session, wanted_of(db.session, [line.id]))[line.id]
