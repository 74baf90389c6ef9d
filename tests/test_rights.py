"""Every route, by every role, on the records of another company; and cost in no response to a sales rep.

New routes, screens and roles are walked without a word here. A route whose arguments the walk cannot fill
fails with what to do.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from core import m
from core.api.tokens import create_token
from core.db import db
from core.records import attachments
from core.records.models import CompanyOwned
from core.security.actor import NEVER, SYSTEM, Actor, acting, set_actor
from core.security.rights import ANY_USER, PUBLIC
from core.security.session import actor_from
from tests.logins import log_in
from tests.test_every_addon import use_files_of_demo
from tests.walks import (
    CONTENTS,
    COST,
    MARK,
    SECURITY,
    Visit,
    program_visits,
    rights_app,
    strange_visits,
    visits,
)
from tests.walks import NOBODY as NO_ROLE

#: How the cost is written on pages and in files.
SHAPES = (COST, f"{Decimal(COST):,.6f}")


AS_JSON = {"Accept": "application/json"}
FORM = "application/x-www-form-urlencoded"

#: Roles that may everything, something and nothing: the API goes by the same rights for all.
PROGRAMS = ("core.administrator", "accounting.sales_rep", NO_ROLE)


@pytest.fixture
def app(data_folder: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The app of all addons with users of all roles, and the files of the demo company."""
    app = rights_app()
    use_files_of_demo(monkeypatch)
    attachments.store(CONTENTS)
    with app.app_context():
        set_actor(db.session, SYSTEM)
        yield app
        db.session.rollback()
        db.session.remove()


def client_of(app: Flask, user: str = "") -> Any:
    """A browser in which the user has logged in."""
    client = app.test_client()
    client.set_cookie("locale", "en")
    if user:
        log_in(app, client, user)
    return client


def ask(app: Flask, client: Any, visit: Visit) -> tuple[int, str]:
    """The status and the text of the answer; of a workbook the text of its parts."""
    # Refusals as JSON: rendering thousands of pages that say no would prove nothing more.
    headers = {"Accept": "application/json"}
    with (
        app.app_context(),
        client.open(visit.url, method=visit.method, headers=headers, data=dict(visit.data)) as answer,
    ):
        return answer.status_code, readable(answer)


def readable(answer: Any) -> str:
    """What somebody can find out from an answer."""
    if answer.data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist())
    return str(answer.data.decode("utf-8", "replace"))


def roles(app: Flask) -> list[tuple[str, set[str]]]:
    """The shipped roles with what they may do, and the user without a role."""
    found = [(role.name, set(role.permissions)) for role in db.session.scalars(select(m.Role))]
    return [*found, (NO_ROLE, set())]


def may(permissions: set[str], needed: str | None) -> bool:
    """Whether these permissions suffice."""
    if needed in (None, PUBLIC, ANY_USER):
        return True
    return all(p in permissions or ("*" in permissions and p != NEVER) for p in str(needed).split())


#: Models that say themselves who sees their rows: they are a person's, or of no company at times.
OF_PERSONS = {
    "job",
    "sequence.counter",
    "api.token",
    "user",
    "user.company",
    "audit.event",
    "retired.counter",
}


def test_every_model_with_a_company_is_seen_by_that_company_alone(app: Flask) -> None:
    models = app.extensions["composition"]
    open_to_all = {
        name
        for name in models.parts
        if "company_id" in models.model(name).__table__.c and not issubclass(models.model(name), CompanyOwned)
    }
    assert open_to_all == OF_PERSONS, "derive the model from CompanyOwned"


def who_proves(visit: Visit, held: dict[str, set[str]], actors: dict[str, Actor], turn: int) -> list[str]:
    """The roles by whom a visit is made: of those that the app takes for alike there, one in turn.

    The guard of a view denies by what the actor lacks and by nothing else, before the view begins; that the
    app's own actor lacks it is looked at for every role. Which rows and fields a view then gets hangs on the
    permissions that record rules and hidden fields name; an administrator gets all parts of every page.
    """
    asked, alike = needs(visit.permission), dict[tuple[frozenset[str], frozenset[str]], list[str]]()
    rights = current_app.extensions["rights"]
    telling = {p for rules in rights.rules.values() for p, _condition in rules} | {
        *rights.fields.values(),
        "*",
    }
    for role, permissions in held.items():
        lacks = frozenset(p for p in asked if not may(permissions, p))
        assert all(actors[role].may(p) != (p in lacks) for p in asked), (role, visit)
        sees = frozenset() if lacks else frozenset(telling & permissions)
        alike.setdefault((lacks, sees), []).append(role)
    return [found[turn % len(found)] for found in alike.values()]


def needs(permission: str | None) -> list[str]:
    """The permissions that a role has to grant."""
    return [] if permission in (None, PUBLIC, ANY_USER) else str(permission).split()


def actors_of(roles: Iterable[str], prefix: str) -> dict[str, Actor]:
    """What the app takes the users of these roles for."""
    users = {u.name: u for u in db.session.scalars(select(m.User))}
    return {role: actor_from(users[f"{prefix}:{role}"]) for role in roles}


def test_nobody_gets_at_the_records_of_another_company(app: Flask) -> None:
    wrong = []
    held = dict(roles(app))
    actors = actors_of(held, "other")
    clients = {role: client_of(app, f"other:{role}") for role in held}
    for turn, visit in enumerate(visits(app)):
        for role in who_proves(visit, held, actors, turn):
            status, body = ask(app, clients[role], visit)
            if MARK in body:
                wrong.append((role, visit, "shows a record of another company"))
            if not as_expected(visit, may(held[role], visit.permission), status):
                wrong.append((role, visit, status))
    assert wrong == []


#: What all companies share, and what says by itself whose its rows are (jobs, events, users).
SHARED = {"addon", "audit.event", "company", "currency", "job", "mail.template", "maker", "role"}
SHARED |= {"scheduled.action", "sequence", "user"}


def test_what_has_a_list_is_of_a_company_or_shared(app: Flask) -> None:
    """Lists pass the walk of records by: a model without a company told every company all of its rows."""
    models, rights = app.extensions["composition"], app.extensions["rights"]
    listed = {screen.model for screen in app.extensions["screens"].lists()}
    unowned = {name for name in listed if not issubclass(models.model(name), CompanyOwned)}
    assert unowned - SHARED == set(rights.belonging)
    ours, theirs = db.session.scalars(select(m.Company.id).order_by(m.Company.id).limit(2)).all()
    found = {}
    for company in (ours, theirs):
        with acting(db.session, Actor(company_id=company, is_superuser=True)):
            found[company] = {
                name: set(db.session.scalars(select(models.model(name).id))) for name in rights.belonging
            }
    assert found[ours]["product.part_number"] and found[ours]["stock.layer_take"]
    assert all(not found[ours][name] & found[theirs][name] for name in rights.belonging)


def as_expected(visit: Visit, allowed: bool, status: int) -> bool:
    """403 without the right; with it 404 for what is another company's, and no fault in any case."""
    if visit.permission == PUBLIC:
        return status < 500
    if not allowed:
        return status == 403
    if visit.foreign:
        # A page for any user may look at the right to its record first.
        return status in visit.missing or (visit.permission == ANY_USER and status == 403)
    return status < 500 and status not in (403, 404)


def program_of(app: Flask, user: str) -> dict[str, str]:
    """The headers of a program that calls with a token of this user."""
    person = db.session.scalars(select(m.User).where(m.User.name == user)).one()
    token = create_token(db.session, person, "Walk", ["*"])
    db.session.commit()
    return {"Authorization": f"Bearer {token.secret}", "If-Match": "*"}


def called(app: Flask, headers: dict[str, str], visit: Visit) -> tuple[int, str]:
    """The status and the text of the answer to a program."""
    sent: dict[str, Any] = {}
    if visit.url.endswith("/files"):
        sent = {"data": {"file": (io.BytesIO(b"a"), "a.txt")}}
    elif visit.method in ("POST", "PATCH"):
        # A new record has to be an object: without the right nobody gets so far as to be told.
        sent = {"json": [] if visit.method == "POST" else {}}
    with app.app_context():
        answer = app.test_client().open(visit.url, method=visit.method, headers=headers, **sent)
    return answer.status_code, readable(answer)


def test_no_program_gets_at_the_records_of_another_company(app: Flask) -> None:
    wrong = []
    held = {role: permissions for role, permissions in roles(app) if role in PROGRAMS}
    actors = actors_of(held, "other")
    headers = {role: program_of(app, f"other:{role}") for role in held}
    for turn, visit in enumerate(program_visits(app)):
        for role in who_proves(visit, held, actors, turn):
            status, body = called(app, headers[role], visit)
            if MARK in body:
                wrong.append((role, visit, "shows a record of another company"))
            if not as_expected(visit, may(held[role], visit.permission), status):
                wrong.append((role, visit, status))
    assert wrong == []


def test_no_answer_to_a_program_of_a_rep_holds_a_cost(app: Flask) -> None:
    headers = program_of(app, "demo:accounting.sales_rep")
    opened = 0
    for visit in program_visits(app):
        if visit.method == "GET" and not visit.url.endswith("/document"):
            status, body = called(app, headers, visit)
            opened += status == 200
            assert not any(shape in body for shape in SHAPES), visit.url
    assert opened > 20


def test_without_a_log_in_there_is_only_the_log_in(app: Flask) -> None:
    client = client_of(app)
    wrong = []
    for visit in visits(app):
        if visit.permission == PUBLIC:
            continue
        with app.app_context():
            answer = client.open(visit.url, method=visit.method)
        if visit.url == "/api/openapi.json" and answer.status_code == 401:
            continue  # it is for programs too, which no page of a log-in helps
        if (answer.status_code, str(answer.location)[:12]) != (302, "/login?next="):
            wrong.append((visit, answer.status_code))
    assert wrong == []


def test_the_pages_of_the_log_in_are_known(app: Flask) -> None:
    found = {rule.endpoint.split(".")[1] for rule in app.url_map.iter_rules() if "security." in rule.endpoint}
    assert found == SECURITY


def reps_pages(app: Flask) -> Iterator[Visit]:
    """What a rep may open, and the search, with all columns and fields that there are."""
    for visit in visits(app):
        if visit.method == "GET":
            yield visit
    for q in ("R", "C", "12", "1234"):
        yield Visit("GET", f"/palette?q={q}", None, False)
    yield Visit("GET", "/m/product.list?columns=code,cost&size=100", None, False)
    yield Visit("GET", "/m/product.list/export.csv?columns=code,cost", None, False)


@pytest.mark.parametrize("role", ["accounting.sales_rep", "accounting.finance"])
def test_no_response_to_a_rep_holds_a_cost(app: Flask, role: str) -> None:
    client = client_of(app, f"demo:{role}")
    opened = 0
    for visit in reps_pages(app):
        status, body = ask(app, client, visit)
        opened += status == 200
        assert not any(shape in body for shape in SHAPES), visit.url
    assert opened > 20


def test_who_buys_sees_the_cost(app: Flask) -> None:
    client = client_of(app, "demo:accounting.purchasing")
    product = db.session.scalar(select(m.Product.id).limit(1))
    listed = "/m/product.list{}?columns=code,cost&q=R"
    for url in (listed.format(""), listed.format("/export.xlsx"), f"/m/product.form/{product}"):
        body = ask(app, client, Visit("GET", url, None, False))[1]
        assert any(shape in body for shape in SHAPES), url


def test_nothing_that_strangers_write_is_a_fault_of_ours(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    # All faults are counted, not only the first one raised.
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    user, visitor = client_of(app, "demo:core.administrator"), client_of(app)
    wrong = []
    for visit in strange_visits(app):
        sent = {"data": visit.data[0][1], "content_type": FORM} if visit.data else {}
        # The pages of the log-in would end the session of whoever walks them.
        client = visitor if visit.permission == PUBLIC else user
        with app.app_context():
            answer = client.open(visit.url, method=visit.method, headers=AS_JSON, **sent)
        if answer.status_code >= 500:
            wrong.append((visit.method, visit.url[:90], answer.status_code))
    assert wrong == []
    with app.app_context():
        assert user.get("/").status_code == 200
