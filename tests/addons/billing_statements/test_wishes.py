"""Customers stated as they want it: from a day on, while they owe, open documents alone, with branches."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from addons.accounting.periods import Period, period_with
from addons.billing_statements.errors import StatementError
from addons.billing_statements.services.changes import next_ends
from addons.billing_statements.services.due import due_today
from core import m
from core.db import db
from core.records import attachments
from tests.addons.billing_statements.test_cycles import run_of
from tests.addons.billing_statements.test_statements_property import MONTHS, _post
from tests.conftest import work


def figures(statement):
    whole = (statement.opening, statement.transferred, statement.debits, statement.credits, statement.closing)
    return tuple(int(amount) for amount in whole)


def change(partner, **values):
    for name, value in values.items():
        setattr(partner, name, value)
    db.session.commit()


def stated(partner):
    found = select(m.BillingStatement).where(
        m.BillingStatement.partner_id == partner.id, m.BillingStatement.state != "superseded"
    )
    return db.session.scalars(found.order_by(m.BillingStatement.period_end)).all()


def test_a_cycle_holds_from_its_day_and_the_one_before_ends_with_a_short_statement(
    company, customer_of, bill, on
):
    on("2026-03-10")
    acme, other = customer_of("C1"), customer_of("C2")
    for customer in (acme, other):
        bill(customer, 10, "2026-02-03")
    m.BillingRun.start_due(db.session, company.id)
    change(acme, statement_cycle="weekly", statement_from=date(2026, 3, 16))
    assert acme.statement_before == "monthly"
    assert next_ends(acme) == [date(2026, 3, 15), date(2026, 3, 22), date(2026, 3, 29)]
    for day, amount in (("2026-03-12", 5), ("2026-03-15", 7), ("2026-03-17", 20)):
        bill(acme, amount, day)
    on("2026-03-25")
    short, week = due_today(db.session, company.id)
    assert (week.cycle, week.count, week.again) == ("weekly", 0, 1)
    assert (short.cycle, short.period) == ("monthly", Period(date(2026, 3, 1), date(2026, 3, 15)))
    assert [row.partner_id for row in short.rows] == [acme.id]
    m.BillingRun.start_due(db.session, company.id)
    assert due_today(db.session, company.id) == []
    _february, until, first_week = stated(acme)
    assert (until.period_start, until.period_end) == (date(2026, 3, 1), date(2026, 3, 15))
    assert (figures(until), figures(first_week)) == ((10, 0, 12, 0, 22), (22, 0, 20, 0, 42))
    assert (first_week.period_start, first_week.period_end) == (date(2026, 3, 16), date(2026, 3, 22))


def test_a_run_that_is_late_finds_old_and_new_cycle_one_after_the_other(company, customer_of, bill, on):
    on("2026-03-10")
    acme = customer_of("C1")
    change(acme, statement_cycle="weekly", statement_from=date(2026, 4, 1))
    bill(acme, 10, "2026-03-20")
    bill(acme, 20, "2026-04-02")
    on("2026-04-08")
    [march, april] = due_today(db.session, company.id)
    assert (march.cycle, march.count, march.documents) == ("monthly", 1, 1)
    assert (april.cycle, april.count, april.again) == ("weekly", 0, 1)
    made = m.BillingRun.start_due(db.session, company.id)
    assert [len(ids) for _run, ids in made] == [1, 1]
    assert [figures(statement) for statement in stated(acme)] == [(0, 0, 10, 0, 10), (10, 0, 20, 0, 30)]


def test_a_change_that_never_came_to_hold_is_forgotten(customer_of, on):
    on("2026-03-10")
    acme = customer_of("C1")
    change(acme, statement_cycle="weekly", statement_from=date(2026, 4, 1))
    change(acme, statement_cycle="quarterly")
    assert (acme.statement_before, acme.statement_from) == ("monthly", date(2026, 4, 1))
    change(acme, statement_cycle="monthly")
    assert (acme.statement_before, acme.statement_from) == ("", None)
    change(acme, statement_cycle="none")
    assert next_ends(acme) == []


def test_a_second_change_waits_for_the_short_statement_of_the_first(company, customer_of, bill, on):
    on("2026-03-10")
    acme, quiet = customer_of("C1"), customer_of("C2")
    for customer in (acme, quiet):
        change(customer, statement_cycle="weekly", statement_from=date(2026, 3, 16))
    bill(acme, 5, "2026-03-12")
    on("2026-03-18")
    change(quiet, statement_cycle="quarterly")  # it has nothing to state
    with pytest.raises(StatementError, match="is not stated up to Mar 15, 2026 yet"):
        change(acme, statement_cycle="quarterly")
    db.session.rollback()
    m.BillingRun.start_due(db.session, company.id)
    change(acme, statement_cycle="quarterly")
    assert [statement.period_end for statement in stated(acme)] == [date(2026, 3, 15)]
    assert acme.statement_cycle == "quarterly"


def test_when_a_customer_is_stated_is_its_wish(company, customer_of, bill, pay):
    customers = {when: customer_of(when, statement_when=when) for when in ("moved", "open", "always")}
    quiet = customer_of("quiet", statement_when="always", currency_code="EUR")
    for customer in customers.values():
        bill(customer, 10, "2026-01-03")
        pay(customer, 10, "2026-01-20")
    run, january = run_of(company, "monthly", date(2026, 1, 1))
    assert {s.partner_id for s in january} == {customers["moved"].id, customers["always"].id, quiet.id}
    [skip] = db.session.scalars(select(m.BillingRunSkip).where(m.BillingRunSkip.run_id == run.id))
    assert (skip.partner_id, skip.reason) == (
        customers["open"].id,
        "nothing is open, and this customer is stated only then",
    )
    [empty] = stated(quiet)
    assert (empty.currency_code, figures(empty)) == ("EUR", (0, 0, 0, 0, 0))
    _run, february = run_of(company, "monthly", date(2026, 2, 1))
    assert {s.partner_id for s in february} == {customers["always"].id, quiet.id}
    bill(customers["open"], 5, "2026-03-03")
    run_of(company, "monthly", date(2026, 3, 1))
    [first] = stated(customers["open"])
    assert (figures(first), len(first.lines)) == ((0, 0, 5, 0, 5), 3)


def test_open_documents_are_listed_as_they_were_at_the_periods_end(company, customer_of, bill, pay):
    acme = customer_of("C1", statement_form="open_items")
    first, second = bill(acme, 100, "2026-01-03"), bill(acme, 50, "2026-01-10")
    pay(acme, 120, "2026-01-20")
    pay(acme, 30, "2026-02-03")
    _run, [january] = run_of(company, "monthly", date(2026, 1, 1))
    assert [(one.number, int(one.amount), int(one.residual)) for one in january.open_documents] == [
        (second.number, 50, 30)
    ]
    assert sum(one.residual for one in january.open_documents) == january.closing
    assert first.number not in [one.number for one in january.open_documents]
    with pytest.raises(DBAPIError, match="never changes"):
        db.session.execute(text("UPDATE billing_open_document SET residual = 1"))
    db.session.rollback()
    _run, [february] = run_of(company, "monthly", date(2026, 2, 1))
    assert (list(february.open_documents), figures(february)) == ([], (30, 0, 0, 30, 0))


def test_branches_are_stated_with_their_head_office(company, customer_of, bill, pay):
    head, north, south = (customer_of(code) for code in ("HEAD", "NORTH", "SOUTH"))
    for customer, amount in ((head, 1), (north, 10), (south, 100)):
        bill(customer, amount, "2026-01-03")
    run_of(company, "monthly", date(2026, 1, 1))
    change(north, statement_partner_id=head.id)
    bill(north, 20, "2026-02-03")
    run_of(company, "monthly", date(2026, 2, 1))
    _january, february = stated(head)
    assert figures(february) == (1, 10, 20, 0, 31)
    [line] = february.lines
    assert line.branch_id == north.id
    assert len(stated(north)) == 1
    with pytest.raises(StatementError, match=r"is stated with Customer HEAD now"):
        m.BillingStatement.redo(db.session, stated(north))
    db.session.rollback()
    change(north, statement_partner_id=None)
    pay(north, 5, "2026-03-03")
    run_of(company, "monthly", date(2026, 3, 1))
    assert figures(stated(head)[-1]) == (31, -30, 0, 0, 1)
    assert figures(stated(north)[-1]) == (10, 20, 0, 5, 25)


def paper(statement):
    found = pypdfium2.PdfDocument(attachments.read(statement.attachment.sha256))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in found).split())


@pytest.mark.parametrize("layout", ["international", "chinese"])
def test_papers_say_whose_documents_they_list_and_what_is_open(app, company, customer_of, bill, pay, layout):
    head, north = customer_of("HEAD", statement_layout=layout), customer_of("NORTH")
    lists = customer_of("LIST", statement_form="open_items", statement_layout=layout)
    for customer in (head, north, lists):
        bill(customer, 100, "2026-01-03")
    run_of(company, "monthly", date(2026, 1, 1))
    change(north, statement_partner_id=head.id)
    for customer in (north, lists):
        bill(customer, 20, "2026-02-03")
    pay(lists, 110, "2026-02-05")
    run_of(company, "monthly", date(2026, 2, 1))
    work(app)
    together, listed = paper(stated(head)[-1]), paper(stated(lists)[-1])
    for figure in ("Of branches 200.00", "Customer NORTH", "220.00"):
        assert figure in together
    if layout == "international":
        assert "balance 100.00 USD Of branches 100.00 USD Invoices 20.00 USD Closing balance 220" in together
        assert "balance 100.00 USD Invoices 20.00 USD Payments -110.00 USD Closing balance 10.00" in listed
    assert re.search(r"INV/2026/\d+ (Feb 3, 2026|2026-02-03) 20.00 10.00", listed)
    assert "Charged Credited" not in listed


def test_a_head_office_is_no_branch_itself(app, company, customer_of):
    head, north, south = (customer_of(code) for code in ("HEAD", "NORTH", "SOUTH"))
    change(north, statement_partner_id=head.id)
    south.statement_partner_id = north.id
    with pytest.raises(StatementError, match="NORTH is a branch itself"):
        db.session.commit()
    db.session.rollback()
    head.statement_partner_id = south.id
    with pytest.raises(StatementError, match="NORTH is stated with this customer"):
        db.session.commit()
    db.session.rollback()
    by_hand = "UPDATE partner SET statement_partner_id = :head WHERE id = :branch"
    for branch, of in ((south, north), (head, south), (north, north)):
        with pytest.raises(DBAPIError, match="no branch itself|statement_partner_other"):
            db.session.execute(text(by_hand), {"branch": branch.id, "head": of.id})
        db.session.rollback()


DOCUMENT = st.tuples(
    st.integers(0, 2), st.integers(0, 119), st.decimals("-500", "500", places=2).filter(bool)
)
MONTH = st.tuples(st.lists(DOCUMENT, max_size=5), st.sampled_from([(), (1,), (2,), (1, 2)]))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(months=st.lists(MONTH, min_size=4, max_size=4))
def test_whoever_joins_and_leaves_each_document_is_stated_once_and_balances_join_up(app, company, months):
    """Of three customers the second and the third are branches of the first, in some months."""
    codes = [f"B{db.session.scalar(select(func.count()).select_from(m.Partner)) + n}" for n in range(3)]
    partners = [m.Partner(company_id=company.id, code=code, name=code) for code in codes]
    db.session.add_all(partners)
    db.session.flush()
    for month, (documents, branches) in zip(MONTHS, months, strict=True):
        for place in (1, 2):
            partners[place].statement_partner_id = partners[0].id if place in branches else None
        _post(company, partners, documents)
        run, made = m.BillingRun.start(db.session, company.id, "monthly", period_with("monthly", month))
        db.session.commit()
        alone = [p for place, p in enumerate(partners) if place not in branches]
        for partner in alone:
            own = [partner.id] if partner is not partners[0] else [partners[p].id for p in (0, *branches)]
            _check(partner, own, run, made)
    for partner in partners:
        chain = stated(partner)
        for before, after in zip(chain, chain[1:], strict=False):
            assert (after.opening, after.period_start) == (
                before.closing,
                before.period_end + timedelta(days=1),
            )


def _check(partner, members, run, made):
    item = m.AccountingOpenItem
    owed = select(func.coalesce(func.sum(item.amount), Decimal(0)))
    owed = db.session.scalar(owed.where(item.partner_id.in_(members), item.date <= run.period_end))
    last = stated(partner)[-1:]
    assert (last[0].closing if last else Decimal(0)) == owed
    if last and last[0].id in made:
        assert {line.branch_id or partner.id for line in last[0].lines} <= set(members)
