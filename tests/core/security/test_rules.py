"""A rep sees the own customers and their documents, a manager the team's, however it is asked."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import event, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload, with_loader_criteria

from core import m
from core.app import composition_of
from core.db import db
from core.records import attachments
from core.records.models import CompanyOwned
from core.screens.lists.page import plan_for
from core.screens.lists.query import query_of
from core.screens.lists.state import ListState
from core.security.actor import NEVER, SYSTEM, Actor, acting, actor_of, set_actor
from core.security.rules import ALL_COMPANIES
from core.settings import ROOT
from tests.logins import log_in

PERMISSIONS = frozenset({"core.read", "partners.read", "accounting.read", "billing_statements.read"})


@pytest.fixture
def addons() -> tuple[str, ...]:
    """What has customers and documents."""
    return ("partners", "products", "accounting", "billing_statements")


@pytest.fixture
def people(app: Flask, company: Any) -> Iterator[dict[str, Any]]:
    """Rita and Rob in Lea's team, Sam in none; a customer and a supplier of each, and one of nobody."""
    users = {name: _user(name, company) for name in ("rita", "rob", "lea", "sam")}
    db.session.add_all(users.values())
    db.session.flush()
    team = m.Team(company_id=company.id, name="North", leader_id=users["lea"].id)
    team.members = [m.TeamMember(user_id=users[name].id) for name in ("rita", "rob")]
    db.session.add(team)
    db.session.flush()
    for name, user in [*users.items(), ("nobody", None)]:
        _customer(name, company, user.id if user else None, None)
    _customer("teams", company, None, team.id)
    supplier = _customer("supplier", company, None, None)
    supplier.is_supplier = True
    _documents(company)
    db.session.commit()
    yield users
    set_actor(db.session, SYSTEM)


def _user(name: str, company: Any) -> Any:
    role = "accounting.sales_manager" if name == "lea" else "accounting.sales_rep"
    found = db.session.scalars(
        select(m.Role).where(m.Role.name.in_((role, "billing_statements.reader")))
    ).all()
    return m.User(
        email=f"{name}@example.com",
        name=name,
        fs_uniquifier=name,
        company_id=company.id,
        companies=[company],
        roles=list(found),
    )


def _customer(name: str, company: Any, salesperson: int | None, team: int | None) -> Any:
    made = m.Partner(
        company_id=company.id, code=name, name=f"{name}'s", salesperson_id=salesperson, team_id=team
    )
    made.contacts = [m.PartnerContact(name=f"contact of {name}")]
    db.session.add(made)
    db.session.flush()
    return made


def _documents(company: Any) -> None:
    """For each customer an invoice with a line, a statement with its file, and a skip of a run."""
    run = m.BillingRun(
        company_id=company.id, cycle="monthly", period_start=date(2026, 1, 1), period_end=date(2026, 1, 31)
    )
    db.session.add(run)
    db.session.flush()
    for partner in db.session.scalars(select(m.Partner)).all():
        invoice = m.AccountingInvoice(
            company_id=company.id,
            partner_id=partner.id,
            date=date(2026, 1, 5),
            due_date=date(2026, 2, 5),
            currency_code="USD",
            reference=f"ref {partner.code}",
        )
        invoice.lines = [
            m.AccountingInvoiceLine(position=1, quantity=Decimal(1), unit_price=Decimal(1), description="x")
        ]
        contents = f"%PDF {partner.code}".encode()
        file = m.Attachment(
            company_id=company.id,
            filename=f"{partner.code}.pdf",
            mimetype="application/pdf",
            sha256=attachments.store(contents),
            size=len(contents),
        )
        db.session.add_all([invoice, file])
        db.session.flush()
        statement = m.BillingStatement(
            company_id=company.id,
            run_id=run.id,
            partner_id=partner.id,
            number=f"ST {partner.code}",
            currency_code="USD",
            period_start=run.period_start,
            period_end=run.period_end,
            attachment_id=file.id,
            state="rendered",
        )
        db.session.add_all([statement, m.BillingRunSkip(run_id=run.id, partner_id=partner.id, reason="x")])
        db.session.flush()
        file.model, file.record_id = "billing.statement", statement.id


@pytest.fixture
def as_(people: dict[str, Any]) -> Callable[..., Actor]:
    """`as_("rita")` lets the session work on her behalf, with further permissions if named."""

    def act(name: str, *more: str) -> Actor:
        db.session.rollback()
        db.session.expunge_all()
        with acting(db.session, SYSTEM):
            user = db.session.scalars(select(m.User).where(m.User.name == name)).one()
            actor = Actor(user.id, name, user.company_id, PERMISSIONS | set(more))
        set_actor(db.session, actor)
        return actor

    return act


SEEN = [
    ("rita", (), {"rita"}),
    ("lea", ("partners.read_team",), {"lea", "rita", "rob", "teams"}),
    ("sam", ("partners.read_team",), {"sam"}),
    ("sam", ("partners.read_suppliers",), {"sam", "supplier"}),
    ("sam", ("partners.read_all",), {"rita", "rob", "lea", "sam", "nobody", "teams", "supplier"}),
]


@pytest.mark.parametrize(("name", "more", "codes"), SEEN)
def test_who_sees_which_customers_and_documents(as_: Any, name: str, more: Any, codes: set[str]) -> None:
    as_(name, *more)
    assert set(db.session.scalars(select(m.Partner.code))) == codes
    assert {c.name for c in db.session.scalars(select(m.PartnerContact))} == {
        f"contact of {code}" for code in codes
    }
    assert set(db.session.scalars(select(m.AccountingInvoice.reference))) == {f"ref {c}" for c in codes}
    for model in (m.AccountingInvoiceLine, m.BillingStatement, m.BillingRunSkip, m.Attachment):
        assert db.session.scalar(select(func.count(model.id))) == len(codes), model
    screens = current_app.extensions["screens"]
    state = ListState(columns=("code",), size=1)
    query = query_of(plan_for(screens, screens.by_name["partner.list"]), state, actor_of(db.session), "en")
    (row,) = db.session.execute(query.rows(), query.window())
    assert row.total == len(codes)


def test_no_way_of_asking_goes_around_it(as_: Any) -> None:
    as_("rita")
    with acting(db.session, SYSTEM):
        foreign = db.session.scalars(select(m.AccountingInvoice.id, m.AccountingInvoice.reference)).all()
        partner = db.session.scalar(select(m.Partner.id).where(m.Partner.code == "sam"))
    assert len(foreign) == 7
    db.session.expunge_all()
    assert db.session.get(m.Partner, partner) is None
    other = aliased(m.Partner)
    assert set(db.session.scalars(select(other.code))) == {"rita"}
    joined = (
        select(m.BillingRun.id, other.code)
        .select_from(m.BillingRun)
        .outerjoin(m.BillingStatement)
        .outerjoin(other, other.id == m.BillingStatement.partner_id)
    )
    assert [code for _run, code in db.session.execute(joined)] == ["rita"]
    count = select(func.count()).select_from(select(m.AccountingInvoice.id).subquery())
    assert db.session.scalar(count) == 1
    exists = select(m.BillingRun.id).where(m.BillingRun.statements.any(m.BillingStatement.number == "ST sam"))
    assert db.session.scalars(exists).all() == []
    assert db.session.query(m.Partner).filter(m.Partner.code == "sam").count() == 0


@pytest.mark.parametrize("how", [None, selectinload, joinedload])
def test_relations_show_no_more(as_: Any, how: Any) -> None:
    as_("rita")
    query = select(m.BillingRun)
    query = query.options(how(m.BillingRun.statements)) if how else query
    run = db.session.scalars(query).unique().one()
    assert [s.number for s in run.statements] == ["ST rita"]


def test_a_run_that_was_loaded_by_the_system_shows_no_more(as_: Any) -> None:
    as_("rita")
    with acting(db.session, SYSTEM):
        run = db.session.scalars(select(m.BillingRun)).one()
    assert [s.number for s in run.statements] == ["ST rita"]


def test_two_users_share_no_cached_statement(as_: Any) -> None:
    for name in ("rita", "rob", "sam", "rita"):
        as_(name)
        assert set(db.session.scalars(select(m.Partner.code))) == {name}


def test_the_system_and_core_statements_see_all(as_: Any) -> None:
    as_("rita")
    assert db.session.scalar(select(func.count()).select_from(m.Partner.__table__)) == 7
    with acting(db.session, SYSTEM):
        assert db.session.scalar(select(func.count(m.Partner.id))) == 7
    assert db.session.scalar(select(func.count(m.Partner.id)).execution_options(**ALL_COMPANIES)) == 7


def test_pages_searches_exports_and_files_obey(app: Flask, people: dict[str, Any]) -> None:
    client = app.test_client()
    log_in(app, client, "rita")

    def text(url: str) -> str:
        with app.app_context(), client.get(url) as answer:
            return str(answer.text)

    for url in (
        "/m/partner.list",
        "/m/partner.list/export.csv",
        "/m/accounting.invoice.list",
        "/m/accounting.invoice.list/export.csv",
        "/m/billing.statement.list",
        "/m/accounting.invoice.list/choices/partner_id?q=s",
        "/palette?q=ta",
        "/palette?q=sam",
        "/billing_statements/runs/1",
    ):
        body = text(url)
        assert "sam" not in body.replace("same", ""), url
    assert "rita" in text("/m/partner.list") and "rita" in text("/billing_statements/runs/1")
    with acting(db.session, SYSTEM):
        ids = dict(db.session.execute(select(m.Partner.code, m.BillingStatement.id).join(m.Partner)).all())
    with app.app_context():
        assert client.get(f"/billing_statements/statements/{ids['rita']}.pdf").status_code == 200
        assert client.get(f"/billing_statements/statements/{ids['sam']}.pdf").status_code == 404


def test_rules_cost_no_query(
    app: Flask, people: dict[str, Any], count_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "tours", ())  # each role has another one

    def queries(name: str) -> int:
        client = app.test_client()
        log_in(app, client, name)
        found = 0
        for _ in range(2):
            with app.app_context():
                found = count_queries(lambda: client.get("/m/accounting.invoice.list"))
        return int(found)

    with acting(db.session, SYSTEM):
        sam = db.session.scalars(select(m.User).where(m.User.name == "sam")).one()
        sam.roles = list(db.session.scalars(select(m.Role).where(m.Role.name == "core.administrator")))
        db.session.commit()
    assert queries("rita") <= queries("sam")


def test_a_statement_goes_through_the_models_of_its_own_app(app: Flask) -> None:
    """SQLAlchemy by itself goes through those of all apps that the process has had."""
    of_company = current_app.extensions["record_rules"](actor_of(db.session))[0]
    composition, other = app.extensions["composition"], composition_of(app.extensions["sources"])
    models = {composition.model(name) for name in composition.parts}
    found = {mapper.class_ for mapper in of_company._all_mappers()}
    assert found == {model for model in models if issubclass(model, CompanyOwned)}
    every = with_loader_criteria(CompanyOwned, lambda cls: cls.company_id == 1)
    assert other.Partner in {mapper.class_ for mapper in every._all_mappers()} - found
    attributes: dict[Any, Any] = {}
    of_company.get_global_criteria(attributes)
    assert {mapper.class_ for _name, mapper in attributes} == found


def test_what_nobody_may_has_one_name() -> None:
    """A second spelling of it would one day be a permission that somebody can be given."""
    code = [path for folder in ("core", "addons") for path in (ROOT / folder).rglob("*.py")]
    assert [path.name for path in code if f'"{NEVER}"' in path.read_text()] == ["actor.py"]
    assert not Actor(is_superuser=True, permissions=frozenset({NEVER, "*"})).may(NEVER)


@pytest.mark.usefixtures("company")
def test_the_company_stands_once_in_a_statement(people: dict[str, Any]) -> None:
    """Though several addons extend the model, and though a loader brings the criteria with it."""
    found: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement.partition("WHERE")[2])

    event.listen(db.engine, "before_cursor_execute", look)
    try:
        query = select(m.AccountingInvoice).options(selectinload(m.AccountingInvoice.partner))
        db.session.scalars(query).all()
    finally:
        event.remove(db.engine, "before_cursor_execute", look)
    assert [text.count("company_id =") for text in found] == [1, 1]
