"""A supplier that is settled by period states it by one electronic invoice."""

import pytest
from sqlalchemy import select

from addons.accounting.services.einvoice.invoice import EInvoiceError
from addons.supplier_payables.services.errors import PayablesError
from core import m
from core.db import db
from tests.addons.supplier_payables.conftest import day
from tests.einvoices import Paper, PaperLine, cii, hybrid, ubl

pytestmark = pytest.mark.addons("supplier_payables")


def test_a_list_comes_as_an_electronic_invoice(office):
    moves = [office.got(part, 10, "1.00", day(3 + n), f"DN-{n}") for n, part in enumerate(office.parts)]
    (statement,) = office.run()
    orders = [move.purchase_line.order.number for move in moves]
    lines = [
        PaperLine("10", "1.00", seller=f"P{n}", order=order, delivery=f"DN-{n}")
        for n, order in enumerate(orders)
    ]
    lines[1].price, lines[1].net = "1.20", "12.00"
    paper = Paper(lines, currency="EUR", charges=(("Freight", "5.00", "0"),))
    with pytest.raises(PayablesError, match="is in EUR, and the statement in USD"):
        m.PayablesStatement.upload(db.session, statement, "a.xml", ubl(paper))
    paper.currency = "USD"
    m.PayablesStatement.upload(db.session, statement, "a.pdf", hybrid(cii(paper)))
    kinds = select(m.PayablesMatch.kind).where(m.PayablesMatch.statement_id == statement.id)
    assert sorted(db.session.scalars(kinds)) == ["matched", "matched", "only_theirs", "price"]
    with pytest.raises(EInvoiceError, match="broken"):
        m.PayablesStatement.upload(db.session, statement, "a.xml", ubl(paper)[:-9])
