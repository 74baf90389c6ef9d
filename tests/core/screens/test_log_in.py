"""Log-in: by password, without a hint which part was wrong, and not for ever."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy import select

from core import m
from core.db import db
from core.records.companies import ensure_company
from core.security.session import actor_from
from core.security.throttle import LIMITS
from core.security.users import DEMO_ADMINISTRATOR, LogIn, ensure_administrator, first_administrators
from core.telemetry.requests import REQUEST_ID

PASSWORD = "a long enough password"
WRONG = "The e-mail address or the password is wrong. Try again."


def log_in(visitor: Any, email: str = "clerk@example.com", password: str = PASSWORD, **more: str) -> Any:
    """Send the log-in form."""
    return visitor.post("/login", {"email": email, "password": password, **more})


def test_log_in_and_out(visit: Callable[..., Any]) -> None:
    visitor = visit()
    assert log_in(visitor).location == "/"
    assert "Clerk" in visitor.get("/").text
    assert visitor.post("/logout").location == "/login"
    assert visitor.get("/").location == "/login?next=/"


@pytest.mark.parametrize("email", ["admin@localhost", "clerk@firm.local"])
def test_an_address_of_the_own_network_logs_in(shelf: Flask, visit: Callable[..., Any], email: str) -> None:
    company = db.session.scalars(select(m.Company)).first()
    ensure_administrator(db.session, email, PASSWORD, company)
    db.session.commit()
    assert log_in(visit(), email).location == "/"


def test_a_company_gets_its_first_administrator_once(shelf: Flask) -> None:
    company = m.Company(code="NEW", name="New Ltd", currency_code="USD")
    db.session.add(company)
    db.session.flush()
    for given, log_ins in (
        ("boss@example.com", [LogIn("boss@example.com", PASSWORD)]),
        ("", [LogIn("boss@example.com", None)]),
        ("heir@example.com", [LogIn("heir@example.com", PASSWORD)]),
        ("", [LogIn("boss@example.com", None), LogIn("heir@example.com", None)]),
    ):
        assert first_administrators(db.session, given, PASSWORD, company) == log_ins
    other = m.Company(code="OTHER2", name="Other Ltd", currency_code="USD")
    db.session.add(other)
    db.session.flush()
    assert first_administrators(db.session, "", PASSWORD, other) == [LogIn("admin@localhost", PASSWORD)]


@pytest.mark.parametrize(
    ("email", "password"),
    [("clerk@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("CLERK@example.com", "wrong")],
)
def test_a_refusal_does_not_say_what_was_wrong(visit: Callable[..., Any], email: str, password: str) -> None:
    answer = log_in(visit(), email, password)
    assert (answer.status_code, WRONG in answer.text) == (422, True)


def test_a_switched_off_user_stays_out(visit: Callable[..., Any]) -> None:
    db.session.query(m.User).filter_by(fs_uniquifier="clerk").one().active = False
    db.session.commit()
    assert log_in(visit()).status_code == 422
    assert visit("clerk").get("/").status_code == 302


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
]


def test_log_in_leads_to_the_page_that_was_asked_for(visit: Callable[..., Any]) -> None:
    assert log_in(visit(), next="/m/shelf.part.list?q=a").location == "/m/shelf.part.list?q=a"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nothing_leads_elsewhere(visit: Callable[..., Any], target: str) -> None:
    for answer in (
        log_in(visit(), next=target),
        visit("clerk").post("/me/theme", {"theme": "dark", "next": target}),
    ):
        # As a browser reads it, to which a backslash is a slash.
        there = urlsplit(urljoin("http://localhost/login", answer.location.replace("\\", "/")))
        assert (answer.status_code // 100, there.scheme, there.netloc) == (3, "http", "localhost")


@pytest.fixture
def only_demo(shelf: Flask) -> Flask:
    """An installation of nothing but a demo company, with its administrator."""
    for company in db.session.scalars(select(m.Company)):
        company.is_demo = True
    DEMO_ADMINISTRATOR.ensure(db.session, company)
    db.session.commit()
    return shelf


def offered(visit: Callable[..., Any]) -> bool:
    """Whether the page of the log-in says a password."""
    return DEMO_ADMINISTRATOR.password in visit().get("/login").text


def test_a_demo_company_offers_its_log_ins(only_demo: Flask, visit: Callable[..., Any]) -> None:
    assert offered(visit)
    assert log_in(visit(), DEMO_ADMINISTRATOR.email, DEMO_ADMINISTRATOR.password).location == "/"


def test_a_password_of_the_demo_that_was_changed_is_not_offered(
    only_demo: Flask, visit: Callable[..., Any]
) -> None:
    user = db.session.scalars(select(m.User).where(m.User.email == DEMO_ADMINISTRATOR.email)).one()
    user.password = hash_password("another long password")
    db.session.commit()
    assert not offered(visit)


def test_no_log_in_is_offered_where_anything_is_real(only_demo: Flask, visit: Callable[..., Any]) -> None:
    settings = only_demo.extensions["settings"]
    only_demo.extensions["settings"] = settings.model_copy(update={"mail_transport": "smtp"})
    assert not offered(visit)
    only_demo.extensions["settings"] = settings
    ensure_company(db.session, code="REAL", name="Real Ltd", currency="USD")
    db.session.commit()
    assert not offered(visit)


def fail(visitor: Any, times: int, email: str = "clerk@example.com") -> Any:
    """Log in with a wrong password several times."""
    answers = [log_in(visitor, email, "wrong") for _ in range(times)]
    return answers[-1]


def test_an_account_is_closed_after_too_many_failures(visit: Callable[..., Any]) -> None:
    visitor = visit()
    fail(visitor, LIMITS["account"])
    answer = log_in(visitor)
    assert answer.status_code == 422
    assert (
        "Too many failed log-ins. Try again in 15 minutes, or ask an administrator for a new password."
        in answer.text
    )
    assert log_in(visit(), "admin@example.com").status_code == 302


def test_an_address_is_closed_whatever_the_account(visit: Callable[..., Any]) -> None:
    now = datetime.now(UTC)
    db.session.add_all([m.LoginFailure(key="address:127.0.0.1", at=now) for _ in range(LIMITS["address"])])
    db.session.commit()
    assert "Too many failed log-ins." in log_in(visit()).text


def test_a_quarter_of_an_hour_later_it_is_open_again(visit: Callable[..., Any]) -> None:
    visitor = visit()
    fail(visitor, LIMITS["account"])
    db.session.query(m.LoginFailure).update({"at": datetime.now(UTC) - timedelta(minutes=16)})
    db.session.commit()
    assert log_in(visitor).status_code == 302


def test_a_good_log_in_forgets_the_failures_of_the_account(visit: Callable[..., Any]) -> None:
    visitor = visit()
    fail(visitor, LIMITS["account"] - 1)
    assert log_in(visitor).status_code == 302
    visitor.post("/logout")
    assert WRONG in fail(visitor, 2).text


def test_a_password_needs_twelve_characters(visit: Callable[..., Any]) -> None:
    visitor = visit()
    log_in(visitor)
    data = {"password": PASSWORD, "new_password": "eleven char", "new_password_confirm": "eleven char"}
    assert visitor.post("/password", data).status_code == 422
    data |= {"new_password": "twelve chars", "new_password_confirm": "twelve chars"}
    assert visitor.post("/password", data).status_code == 302
    assert log_in(visit(), password="twelve chars").status_code == 302


def test_the_hash_is_argon2(shelf: Flask) -> None:
    assert db.session.query(m.User).first().password.startswith("$argon2id$")


def test_the_actor_is_the_user_with_the_permissions_of_all_roles(shelf: Flask) -> None:
    clerk = db.session.query(m.User).filter_by(fs_uniquifier="clerk").one()
    clerk.roles.append(db.session.query(m.Role).filter_by(name="admin").one())
    actor = actor_from(clerk, "r1")
    assert (actor.user_id, actor.name, actor.company_id, actor.is_superuser, actor.request_id) == (
        clerk.id,
        "Clerk",
        clerk.company_id,
        True,
        "r1",
    )
    assert "shelf.write" in actor.permissions


def test_the_trace_of_a_change_names_the_user(visit: Callable[..., Any], parts: list[Any]) -> None:
    visitor = visit("clerk")
    visitor.post(
        "/m/shelf.part.form/1",
        {**visitor.form("/m/shelf.part.form/1"), "note": "seen"},
        environ_base={REQUEST_ID: "r-7"},
    )
    event = db.session.query(m.AuditEvent).order_by(m.AuditEvent.id.desc()).first()
    assert (event.user_name, event.action, event.model, event.request_id) == (
        "Clerk",
        "update",
        "shelf.part",
        "r-7",
    )


def test_the_language_goes_with_the_user(visit: Callable[..., Any]) -> None:
    visitor = visit("clerk")
    assert (
        visitor.post("/me/locale", {"locale": "zh_CN", "next": "/m/shelf.part.list"}).location
        == "/m/shelf.part.list"
    )
    assert 'lang="zh-CN"' in visit("clerk").get("/").text
    assert visitor.post("/me/locale", {"locale": "xx"}).status_code == 400


def test_a_user_changes_only_to_a_company_of_his(visit: Callable[..., Any]) -> None:
    other = db.session.query(m.Company).filter_by(code="O").one().id
    assert visit("clerk").post("/me/company", {"company": str(other)}).status_code == 400
    assert visit("admin").post("/me/company", {"company": str(other)}).status_code == 303
    assert "Other Ltd" in visit("admin").get("/").text


def test_every_page_has_the_headers(visit: Callable[..., Any]) -> None:
    for answer in (visit().get("/login"), visit("clerk").get("/"), visit("clerk").get("/nope")):
        policy = answer.headers["Content-Security-Policy"]
        nonce = policy.split("'nonce-")[1].split("'")[0]
        assert f'nonce="{nonce}"' in answer.text
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert " style=" not in answer.text
    assert (
        visit().get("/login").headers["Content-Security-Policy"]
        != visit().get("/login").headers["Content-Security-Policy"]
    )


def test_static_files_are_kept_for_a_year_and_packed(visit: Callable[..., Any]) -> None:
    visitor = visit()
    links = {part.split('"')[0] for part in visitor.get("/login").text.split('"/assets/')[1:]}
    total = 0
    for link in links:
        answer = visitor.get(f"/assets/{link}", headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        total += len(answer.data)
    assert len(links) == 6
    assert total < 250_000
    old = visitor.get("/assets/core/000000000000/app.css")
    assert old.headers["Cache-Control"] == "no-cache"
    assert visitor.get("/assets/core/x/../../app.py").status_code == 404
    assert visitor.get("/assets/nope/x/app.css").status_code == 404
