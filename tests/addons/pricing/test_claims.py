"""What is billed already is claimed from the supplier, and settled by its own paper."""

from datetime import date
from decimal import Decimal

import pytest

from addons.pricing import reports
from addons.pricing.services.errors import PricingError
from core import letters, m
from core.db import db
from core.documents import papers_of, render_html
from core.records import attachments
from tests.addons.pricing.conftest import DAY
from tests.logins import Administrator
from tests.papers import texts_of

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)


def billed(shop, price="1.08", **values):
    """100 that came, were billed, and of which the list changes the price."""
    order = shop.order((shop.parts[0], 100, price), **values)
    m.PurchasingOrder.receive(db.session, [order], DAY)
    shop.billed(order, "R-1")
    return order


def settled(claim, reference="G-1", on=DAY):
    (made,) = m.PricingClaim.settle(db.session, [claim], reference, on)
    m.AccountingBill.post(db.session, [made])
    db.session.expire_all()
    return db.session.get(m.AccountingBill, made)


def claim_of(run):
    return db.session.query(m.PricingClaim).filter_by(run_id=run.id).one()


def test_a_lower_price_is_claimed_and_settled_by_a_credit_note(shop):
    billed(shop)
    shop.price_list("Q2", (shop.parts[0], "1.00"), valid_from=DAY)
    run = shop.applied(with_claims=True)
    claim = claim_of(run)
    assert (claim.number, claim.amount, claim.value, claim.state) == ("CLM/2026/00001", -8, -8, "open")
    assert (shop.account("supplier_claims"), shop.account("inventory")) == (8, 100)
    assert shop.account("goods_received") == 0
    note = settled(claim)
    assert (note.kind, note.net, claim.state) == ("credit_note", 8, "settled")
    assert (shop.account("supplier_claims"), shop.account("payable")) == (0, -100)
    with pytest.raises(PricingError, match="nothing to settle"), db.session.begin_nested():
        m.PricingClaim.settle(db.session, [claim])
    with pytest.raises(PricingError, match="is settled: take its bill back"), db.session.begin_nested():
        m.PricingRun.undo(db.session, [run])


def test_the_currency_of_a_claim_is_said_once_and_not_in_each_cell_of_its_lines(app, company, shop):
    billed(shop)
    shop.price_list("Q2", (shop.parts[0], "1.00"), valid_from=DAY)
    claim = claim_of(shop.applied(with_claims=True))
    db.session.commit()
    page = Administrator(app, company)(f"/m/pricing.claim.form/{claim.id}").text
    lines = page.partition("<tbody")[2].partition("</tbody>")[0]
    assert "1.08" in lines and "-8.00" in lines and "ccy" not in lines
    assert '-8.00<span class="ccy">USD</span>' in page.replace(lines, "")


def test_a_higher_price_is_settled_by_a_further_bill_at_its_own_rate(shop):
    shop.rate("EUR", "1.10", DAY)
    shop.rate("EUR", "1.20", date(2026, 3, 20))
    billed(shop, 1, currency_code="EUR")
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY, currency_code="EUR")
    run = shop.applied(with_claims=True)
    claim = claim_of(run)
    assert (claim.amount, claim.value, shop.account("supplier_claims")) == (
        8,
        Decimal("8.80"),
        Decimal("-8.80"),
    )
    before = shop.account("exchange_difference")
    bill = settled(claim, "R-2", date(2026, 3, 20))
    assert (bill.kind, bill.net) == ("bill", 8)
    assert shop.account("supplier_claims") == 0
    assert shop.account("exchange_difference") - before == Decimal("0.80")
    m.AccountingBill.reverse(db.session, [bill.id], date(2026, 3, 20))
    db.session.expire_all()
    assert (claim.state, shop.account("supplier_claims")) == ("open", Decimal("-8.80"))
    shop.undo(run)
    assert (claim.state, shop.account("supplier_claims"), shop.account("inventory")) == ("withdrawn", 0, 110)


def test_what_went_back_is_not_claimed(shop):
    order = billed(shop)
    shop.send_back(order, 30)
    shop.billed(order, "G-0")
    shop.price_list("Q2", (shop.parts[0], "1.00"), valid_from=DAY)
    claim = claim_of(shop.applied(with_claims=True))
    assert (claim.amount, claim.value) == (Decimal("-5.60"), Decimal("-5.60"))
    assert (shop.account("supplier_claims"), shop.account("goods_received")) == (Decimal("5.60"), 0)
    assert shop.differences() == []


def test_what_is_partly_billed_and_partly_back_waits(shop):
    order = shop.order((shop.parts[0], 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    shop.billed(order, "R-1", 40)
    shop.send_back(order, 30)
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    (line,) = shop.run(with_claims=True).lines
    assert "bill or credit the rest first" in line.refusal


def test_a_draft_that_settles_stands_in_the_way_of_another(app, company, shop):
    billed(shop)
    shop.price_list("Q2", (shop.parts[0], "1.00"), valid_from=DAY)
    claim = claim_of(shop.applied(with_claims=True))
    db.session.commit()
    visit, form = Administrator(app, company), f"/m/pricing.claim.form/{claim.id}"
    assert "/do/settle" in visit(form).text
    (made,) = m.PricingClaim.settle(db.session, [claim])
    db.session.commit()
    page = visit(form).text
    assert f"/m/accounting.bill.form/{made}" in page and "/do/settle" not in page
    with pytest.raises(PricingError, match="post or delete it"):
        m.PricingClaim.settle(db.session, [claim])


def reverse(bill):
    m.AccountingBill.reverse(db.session, [bill.id], DAY)
    db.session.commit()
    db.session.expire_all()


def test_a_bill_is_not_taken_back_under_a_claim_so_nothing_is_charged_twice(shop):
    order = shop.order((shop.parts[0], 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    before = shop.billed(order, "R-1", 40)
    db.session.commit()
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    run = shop.applied(with_claims=True)
    claim = claim_of(run)
    db.session.commit()
    after = shop.billed(order, "R-2")
    db.session.commit()
    assert (claim.amount, after.net) == (Decimal("3.20"), Decimal("64.80"))
    reverse(after)  # it bills the new price, of which nothing is claimed
    with pytest.raises(PricingError, match=f"{claim.number} claims .* {before.number}.*{run.number}"):
        reverse(before)
    db.session.rollback()
    shop.undo(run)
    reverse(before)
    again = shop.applied(with_claims=True)
    assert db.session.query(m.PricingClaim).filter_by(run_id=again.id).all() == []
    assert shop.billed(order, "R-3").net == 108
    assert (shop.account("goods_received"), shop.account("supplier_claims")) == (0, 0)
    assert shop.account("payable") == -108 and shop.differences() == []


def test_a_settled_claim_that_a_run_went_back_on_holds_no_bill_up(shop):
    order = shop.order((shop.parts[0], 100, "1.08"))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    bill = shop.billed(order, "R-1")
    db.session.commit()
    shop.price_list("Q2", (shop.parts[0], "1.00"), valid_from=DAY)
    settled(claim_of(shop.applied(with_claims=True)))
    with pytest.raises(PricingError, match="a new bill would charge again"), db.session.begin_nested():
        reverse(bill)
    shop.price_list("Q2b", (shop.parts[0], "1.08"), valid_from=DAY)
    settled(claim_of(shop.applied(with_claims=True)), "R-2")
    db.session.commit()
    reverse(bill)
    assert (shop.account("payable"), shop.account("goods_received")) == (0, -108)
    assert shop.billed(order, "R-3").net == 108 and shop.account("goods_received") == 0


def test_a_claim_is_a_paper_with_its_lines(shop):
    order = billed(shop)
    shop.price_list("Q2", (shop.parts[0], "1.00"), valid_from=DAY)
    claim = claim_of(shop.applied(with_claims=True))
    html = render_html("pricing.claim", claim, locale="en")
    for said in (claim.number, order.number, "list Q2 of Mar 2, 2026", "−8.00", "send a credit note over"):
        assert said in html or said.replace("−", "-") in html, said
    (path,) = [line["delivery"] for line in reports.lines_of(claim)]
    assert path in html


def test_a_claim_is_mailed_with_its_paper(shop):
    db.session.get(m.Partner, shop.supplier).email = "sales@maker.example"
    order = billed(shop)
    shop.price_list("Q2", (shop.parts[0], "1.00"), valid_from=DAY)
    claim = claim_of(shop.applied(with_claims=True))
    (how,) = [paper.delivery for paper in papers_of("pricing.claim")]
    letter = letters.proposed(db.session, how, claim)
    assert (letter.to, letter.problem) == ("sales@maker.example", "") and claim.number in letter.subject
    assert "8.00" in letter.body and "credit note" in letter.body
    message = letters.send(db.session, how, claim, letter)
    (file,) = message.attachments
    text = "\n".join(line for page in texts_of(attachments.read(file.sha256)) for line in page)
    assert claim.number in text and order.number in text
    # A second click on the same dialog sends nothing more.
    assert letters.send(db.session, how, claim, letter).id == message.id


def test_a_claim_names_the_list_in_the_suppliers_language(shop):
    """A claim names the list that it relies on in the supplier's language, whoever reads it first."""
    db.session.get(m.Partner, shop.supplier).locale = "zh_CN"
    billed(shop)
    shop.price_list("Q2", (shop.parts[0], "1.00"), valid_from=DAY)
    claim = claim_of(shop.applied(with_claims=True))
    db.session.flush()
    assert claim.lines[0].run_line.origin == "list Q2 of Mar 2, 2026"
    assert "价格表 Q2（2026年3月2日）" in render_html("pricing.claim", claim, locale="zh_CN")
