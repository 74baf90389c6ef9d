"""Tokens: who makes them, what they may do, and when they are refused."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from core import m
from core.api.tokens import TokenError, create_token, revoke
from core.cli.api import api
from core.db import db
from tests.core.api.conftest import Program
from tests.logins import log_in
from tests.markup import tight

Make = Callable[..., Program]


def test_without_a_live_token_nothing_is_answered(app: Flask, program: Make) -> None:
    good = program("*").headers["Authorization"]
    for header in (
        "",
        "Bearer",
        "Bearer x",
        good[:-1] + "!",
        good.replace("bk_", "bk-"),
        "Basic YTpi",
        good[:-2],
    ):
        caller = Program(app)
        caller.headers["Authorization"] = header
        answer = caller.get("currency")
        assert (answer.status_code, answer.json["type"]) == (401, "urn:bincard:problem:unauthorised")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert Program(app, good[7:]).get("currency").status_code == 200


def test_a_browser_s_session_is_no_token(app: Flask, user: Callable[..., Any]) -> None:
    person = user("*")
    db.session.commit()
    client = app.test_client()
    log_in(app, client, person.fs_uniquifier)
    with app.app_context():
        assert client.get("/").status_code == 200
    with app.app_context():
        assert client.get("/api/v1/currency").status_code == 401


@pytest.mark.parametrize("end", ["revoked", "expired", "inactive", "expelled"])
def test_a_token_ends(app: Flask, program: Make, end: str) -> None:
    caller = program("core.read")
    token = db.session.scalars(select(m.ApiToken)).one()
    assert caller.get("currency").status_code == 200
    if end == "revoked":
        revoke(token)
    elif end == "expired":
        token.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    elif end == "inactive":
        token.user.active = False
    else:
        token.user.company_id, token.user.companies = None, []
    db.session.commit()
    assert caller.get("currency").status_code == 401


def test_scopes_narrow_what_the_user_may(program: Make) -> None:
    narrow = program("*", scopes=("core.read", "partners.read"))
    assert narrow.get("partner").status_code == 200
    assert narrow.get("product").status_code == 403
    assert narrow.post("partner", {"code": "A", "name": "A"}).status_code == 403


def test_what_the_user_loses_the_token_loses(program: Make) -> None:
    caller = program("partners.read", "core.read", scopes=("partners.read",))
    assert caller.get("partner").status_code == 200
    assert caller.get("currency").status_code == 403
    role = db.session.scalars(select(m.Role).where(m.Role.name.like("test.%"))).one()
    role.permissions = ["core.read"]
    db.session.commit()
    assert caller.get("partner").status_code == 403
    assert caller.get("currency").status_code == 403


def test_nobody_gives_a_token_more_than_he_holds(user: Callable[..., Any]) -> None:
    person = user("partners.read")
    for scopes in (["partners.write"], ["partners.read", "core.users"], []):
        with pytest.raises(TokenError):
            create_token(db.session, person, "Too much", scopes)
    with pytest.raises(TokenError, match=r"^There is no permission partner\.read\.$"):
        create_token(db.session, user("*"), "Misspelt", ["partner.read", "partners.write"])
    for name in ("", "  ", "x" * 81, "a\x00b"):
        with pytest.raises(TokenError):
            create_token(db.session, person, name, ["*"])


def test_only_the_hash_is_kept_and_the_audit_names_the_token(app: Flask, program: Make) -> None:
    caller = program("*")
    secret = caller.headers["Authorization"][7:]
    caller.post("partner", {"code": "A", "name": "A"})
    token = db.session.scalars(select(m.ApiToken)).one()
    assert secret not in str(vars(token))
    assert token.last_used_at is not None
    event = db.session.scalars(select(m.AuditEvent).where(m.AuditEvent.model == "partner")).one()
    assert event.user_name == "User 0 · Test program"
    traces = db.session.scalars(select(m.AuditEvent).where(m.AuditEvent.model == "api.token")).all()
    assert all(token.secret_hash not in str((t.before, t.after)) for t in traces)


@pytest.fixture
def browser(app: Flask, user: Callable[..., Any]) -> Callable[..., Any]:
    """A logged-in user's browser: `browser("GET", url)`."""
    client = app.test_client()
    person = user("partners.read", "partners.read_all", "core.read")
    db.session.commit()
    log_in(app, client, person.fs_uniquifier)

    def call(method: str, url: str, data: Any = None, locale: str = "en") -> Any:
        client.set_cookie("locale", locale)
        with app.app_context():
            if method == "GET":
                return client.get(url)
            page = client.get("/me/tokens").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        with app.app_context():
            return client.post(url, data={**(data or {}), "csrf_token": found[1]})

    return call


def test_a_user_makes_and_revokes_tokens_on_a_page(app: Flask, browser: Callable[..., Any]) -> None:
    chosen = {"name": "Shop", "days": "30", "extent": "chosen", "scope": ["partners.read"]}
    made = browser("POST", "/me/tokens", chosen)
    assert made.status_code == 201
    found = re.search(r'id="secret">(bk_[^<]+)<', made.text)
    assert found
    shop = Program(app, found[1])
    assert shop.get("partner").status_code == 200
    assert shop.get("currency").status_code == 403
    page = browser("GET", "/me/tokens").text
    assert found[1] not in page
    assert found[1][:11] in page
    token = db.session.scalars(select(m.ApiToken)).one()
    assert browser("POST", f"/me/tokens/{token.id}/revoke").status_code == 303
    assert shop.get("partner").status_code == 401
    refused = browser("POST", "/me/tokens", {**chosen, "scope": ["core.users"]})
    assert refused.status_code == 422
    assert "You don&#39;t hold core.users" in refused.text


def test_scopes_are_offered_in_words_also_those_of_record_rules_and_acts(
    app: Flask, browser: Callable[..., Any]
) -> None:
    page = browser("GET", "/me/tokens").text
    offered = re.findall(r'name="scope" value="([^"]+)"', tight(page))
    assert offered == ["core.read", "partners.read", "partners.read_all"]  # what this user holds
    assert "<legend>Partners</legend>" in page
    assert "See all partners" in page
    made = browser("POST", "/me/tokens", {"name": "All", "extent": "chosen", "scope": offered[1:]})
    assert made.status_code == 201
    assert "See all partners</span>" in made.text  # in the list of tokens too
    refused = browser("POST", "/me/tokens", {"name": "", "extent": "chosen", "scope": offered[1:2]}).text
    assert 'value="partners.read" checked' in refused
    assert 'value="partners.read_all" checked' not in refused
    assert 'value="chosen" checked' in refused


def test_a_token_of_a_chosen_scope_sees_the_rows_that_the_scope_opens(company: Any, program: Make) -> None:
    db.session.add(m.Partner(company_id=company.id, code="A", name="A"))
    db.session.commit()
    permissions = ("partners.read", "partners.read_all")
    own, every = program(*permissions, scopes=permissions[:1]), program(*permissions, scopes=permissions)
    assert own.get("partner").json["items"] == []
    assert [row["code"] for row in every.get("partner").json["items"]] == ["A"]


def test_nobody_revokes_another_one_s_token(program: Make, browser: Callable[..., Any]) -> None:
    other = program("*")
    token = db.session.scalars(select(m.ApiToken)).one()
    assert browser("POST", f"/me/tokens/{token.id}/revoke").status_code == 404
    assert other.get("currency").status_code == 200


@pytest.fixture
def command(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`bincard api …` in the app of the test."""

    @contextmanager
    def here() -> Iterator[Flask]:
        with app.app_context():
            yield app

    monkeypatch.setattr(import_module("core.cli.api"), "current_app", here)
    return lambda *arguments: CliRunner().invoke(api, list(arguments))


def test_the_command_makes_lists_and_revokes(
    app: Flask, user: Callable[..., Any], command: Callable[..., Any]
) -> None:
    email = user("core.read").email
    made = command("token", "create", "--user", email, "--name", "Shop", "--days", "7", "--json")
    assert made.exit_code == 0, made.output
    told = json.loads(made.output)
    assert Program(app, told["token"]).get("currency").status_code == 200
    listed = json.loads(command("token", "list", "--json").output)["tokens"]
    assert [(t["name"], t["user"]) for t in listed] == [("Shop", email)]
    assert "token" not in listed[0]
    assert command("token", "revoke", f"bk_{told['prefix']}").exit_code == 0
    assert Program(app, told["token"]).get("currency").status_code == 401
    refused = command("token", "create", "--user", email, "--name", "X", "--scope", "core.users")
    assert (refused.exit_code, refused.output) == (
        1,
        "Error: You don't hold core.users, so a token can't either.\n",
    )


# The description


def test_the_description_is_openapi_of_what_the_caller_may_call(program: Make) -> None:
    everything = program("*").get("/api/openapi.json").json
    few = program("partners.read").get("/api/openapi.json").json
    assert everything["openapi"] == "3.1.0"
    records = {path: item for path, item in few["paths"].items() if "/files" not in path}
    assert list(records) == [
        "/api/v1/partner",
        "/api/v1/partner.contact",
        "/api/v1/partner.contact/{id}",
        "/api/v1/partner.group",
        "/api/v1/partner.group/{id}",
        "/api/v1/partner/{id}",
    ]
    assert all(list(item) <= ["get", "parameters"] for item in records.values())
    create = everything["components"]["schemas"]["accounting.invoice-create"]
    assert create["required"] == ["partner_id"]  # the rest has defaults
    assert create["properties"]["kind"]["enum"] == ["invoice", "credit_note"]
    assert "state" not in create["properties"]
    line = create["properties"]["lines"]["items"]["properties"]
    assert line["unit_price"]["pattern"] == r"^-?[0-9]{1,14}(\.[0-9]{1,6})?$"
    record = everything["components"]["schemas"]["accounting.invoice"]["properties"]
    assert record["number"]["type"] == ["string", "null"]
    assert record["total"]["readOnly"] is True


def test_the_examples_of_the_description_are_taken(program: Make) -> None:
    erp = program("*")
    spec = erp.get("/api/openapi.json").json
    for model in ("partner", "product", "maker"):
        body = spec["paths"][f"/api/v1/{model}"]["post"]["requestBody"]["content"]["application/json"][
            "example"
        ]
        assert erp.post(model, body).status_code == 201, body


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_the_documentation_is_a_page(browser: Callable[..., Any], locale: str) -> None:
    overview = browser("GET", "/api/docs", locale=locale)
    assert overview.status_code == 200
    assert ("API documentation" if locale == "en" else "接口文档") in overview.text
    assert "/api/docs/partner" in overview.text
    assert "/api/docs/product" not in overview.text  # which this user may not read
    page = browser("GET", "/api/docs/partner", locale=locale)
    assert page.status_code == 200
    assert "currency_code" in page.text
    assert browser("GET", "/api/docs/product", locale=locale).status_code == 404


def test_who_is_nobody_reads_no_description(app: Flask) -> None:
    with app.app_context():
        assert app.test_client().get("/api/openapi.json").status_code == 401
    with app.app_context():
        assert app.test_client().get("/api/docs").status_code == 302
