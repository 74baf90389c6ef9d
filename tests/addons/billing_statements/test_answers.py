"""Customers confirm statements or dispute lines by a link, without a log-in."""

import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from addons.accounting.periods import period_with
from addons.billing_statements.errors import StatementError
from addons.billing_statements.services.due import due_of
from core import m
from core.db import db
from tests.conftest import work


def page(app, address):
    client = app.test_client()
    with app.app_context():
        shown = client.get(address)
    fields = {
        name: re.search(rf'name="{name}" value="([^"]*)"', shown.text, re.DOTALL)[1]
        for name in ("csrf_token", "seen")
    }
    return client, shown, fields


def post(app, client, address, **data):
    with app.app_context():
        return client.post(address, data=data)


def test_opening_confirms_nothing_and_shows_lines_and_file(app, asked):
    statement, answer, address = asked
    _client, shown, _fields = page(app, address)
    for words in ("Statement of account", statement.number, "PO-1", "150.00", "What is wrong?"):
        assert words in shown.text
    with app.app_context():
        file = app.test_client().get(f"{address}/file")
    assert file.data.startswith(b"%PDF") and "no-store" in file.headers["Cache-Control"]
    db.session.refresh(answer)
    assert (answer.state, answer.link.opened) == ("asked", 1)


def test_a_customer_confirms_once(app, asked):
    _statement, answer, address = asked
    client, _shown, fields = page(app, address)
    assert post(app, client, address, answer="confirm", name="Ann", **fields).status_code == 200
    db.session.refresh(answer)
    assert (answer.state, answer.answered_by) == ("confirmed", "Ann")
    again = post(app, client, address, answer="dispute", name="Bob", note="no", **fields)
    assert again.status_code == 422 and "Answered on" in again.text
    assert (
        m.BillingDispute is not None and db.session.scalar(text("SELECT count(*) FROM billing_dispute")) == 0
    )


def test_a_line_is_disputed_with_the_quantity_and_the_price_that_are_right(app, asked):
    statement, answer, address = asked
    first, second = statement.lines
    client, shown, fields = page(app, address)
    assert "Right quantity" in shown.text and "Right price" in shown.text
    figures = {f"figure.quantity.{first.id}": "many", f"row.{second.id}": "Not ours"}
    refused = post(app, client, address, answer="dispute", name="Ann", **figures, **fields)
    assert refused.status_code == 422 and "is not a number" in refused.text and 'value="many"' in refused.text
    # Of no line of this statement, or no figure of it: nothing may be lost without a word.
    for strange in ("quantity.abc", "quantity.", f"quantity.{10**9}", f"weight.{first.id}"):
        odd = post(app, client, address, answer="dispute", name="Ann", **{f"figure.{strange}": "1"}, **fields)
        assert odd.status_code == 422 and "Of this line nothing can be said here" in odd.text, strange
    figures |= {f"figure.quantity.{first.id}": "1,200", f"figure.price.{first.id}": "0.085"}
    assert post(app, client, address, answer="dispute", name="Ann", **figures, **fields).status_code == 200
    db.session.refresh(answer)
    said = {d.statement_line_id: (d.reason, d.quantity, d.unit_price) for d in answer.disputes}
    assert said == {
        first.id: ("It differs.", Decimal(1200), Decimal("0.085")),
        second.id: ("Not ours", None, None),
    }


def test_disputed_lines_become_tasks_that_are_settled(app, asked, company):
    statement, answer, address = asked
    client, _shown, fields = page(app, address)
    line = statement.lines[1]
    nothing = post(app, client, address, answer="dispute", name="Ann", **fields)
    assert nothing.status_code == 422 and "Say what is wrong" in nothing.text
    both = post(
        app, client, address, answer="confirm", name="Ann", **fields, **{f"row.{line.id}": "not ours"}
    )
    assert both.status_code == 422 and "not both" in both.text
    strange = post(app, client, address, answer="dispute", name="Ann", **fields, **{"row.999999": "x"})
    assert strange.status_code == 422
    assert (
        post(
            app, client, address, answer="dispute", name="Ann", **fields, **{f"row.{line.id}": "not ours"}
        ).status_code
        == 200
    )
    db.session.expire_all()
    [dispute] = answer.disputes
    assert (answer.state, dispute.statement_line_id, dispute.reason) == ("disputed", line.id, "not ours")
    due = due_of(db.session, company.id, "monthly", period_with("monthly", date(2026, 2, 1)))
    kinds = [one.kind for one in m.BillingRun.concerns(db.session, company.id, [due])]
    assert "disputed" in kinds

    with pytest.raises(StatementError, match="Say how"):
        m.BillingDispute.settle(db.session, [dispute], " ")
    m.BillingDispute.settle(db.session, [dispute], "credited")
    assert (dispute.state, answer.state) == ("settled", "settled")
    with pytest.raises(StatementError, match="settled already"):
        m.BillingDispute.settle(db.session, [dispute], "again")


def test_a_statement_that_is_done_again_asks_anew(app, asked):
    statement, _answer, address = asked
    (renewed,) = m.BillingStatement.redo(db.session, [statement])
    db.session.commit()
    with app.app_context():
        shown = app.test_client().get(address)
        gone = app.test_client().get(f"{address}/file")
    assert "withdrawn" in shown.text and gone.status_code == 404
    assert statement.number not in shown.text and statement.partner.name not in shown.text
    assert renewed.answer is None


@pytest.mark.parametrize("days", [None, 30])
def test_without_the_setting_or_an_address_outside_nobody_is_asked(
    app, company, customer_of, bill, run_month, days
):
    company.answer_days = days
    bill(customer_of("C1"), 100, "2026-01-10")
    run, [statement] = run_month("2026-01")
    m.BillingRun.release(db.session, [run])
    m.BillingRun.send(db.session, [run])
    db.session.commit()
    work(app)
    [mail] = db.session.scalars(select(m.MailMessage)).all()
    assert "/l/" not in mail.body and "please answer this mail" in mail.body
    assert statement.answer is None
