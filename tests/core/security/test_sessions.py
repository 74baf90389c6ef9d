"""Each browser is a row: it shows under “My account”, and ends when somebody ends it or rights change."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text

from core import m
from core.db import db
from core.security.sessions import IDLE, LASTING, TOKEN
from tests.core.security.conftest import PASSWORD, log_in, user_of

ALL_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def two(visit: Callable[..., Any]) -> tuple[Any, Any]:
    """Two browsers of the clerk."""
    first, second = visit(), visit()
    log_in(first)
    log_in(second)
    assert first.get("/").status_code == second.get("/").status_code == 200
    return first, second


def test_my_account_lists_my_sessions_and_ends_them(visit: Callable[..., Any]) -> None:
    first, second = two(visit)
    page = first.get("/account").text
    assert page.count("This browser") == 1
    ending = re.search(r'action="(/account/sessions/\d+/end)"', page)[1]
    stranger = visit("reader")
    assert stranger.post(ending).status_code == 404
    assert first.post(ending).status_code == 303
    assert second.get("/").location == "/login?next=/"
    assert first.get("/").status_code == 200


def test_log_out_everywhere_else(visit: Callable[..., Any]) -> None:
    first, second = two(visit)
    first.post("/account/sessions/end-others")
    assert (first.get("/").status_code, second.get("/").status_code) == (200, 302)


def test_an_administrator_ends_those_of_others(visit: Callable[..., Any]) -> None:
    first, second = two(visit)
    clerk, admin = user_of("clerk").id, visit("admin")
    ending = re.search(r'formaction="([^"]+)"', admin.get(f"/m/user.form/{clerk}").text)[1]
    assert visit("reader").post(ending).status_code == 403
    assert admin.post(ending).status_code == 303
    assert sorted(v.get("/").status_code for v in (first, second)) == [200, 302]
    admin.post(f"/m/user.form/{clerk}/do/end")
    assert {v.get("/").status_code for v in (first, second)} == {302}


def change_password(_visit: Any, first: Any) -> None:
    new = "four words without pattern"
    data = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    assert first.post("/password", data).status_code == 302


def change_roles(visit: Any, _first: Any) -> None:
    admin, clerk = visit("admin"), user_of("clerk").id
    form = admin.form(f"/m/user.form/{clerk}")
    reader = db.session.query(m.Role).filter_by(name="reader").one().id
    answer = admin.post(f"/m/user.form/{clerk}", {**form, "roles-n1-role_id": str(reader)})
    assert answer.status_code == 303, answer.text


def switch_off(visit: Any, _first: Any) -> None:
    admin, clerk = visit("admin"), user_of("clerk").id
    form = admin.form(f"/m/user.form/{clerk}")
    form.pop("active")
    assert admin.post(f"/m/user.form/{clerk}", form).status_code == 303


@pytest.mark.parametrize(
    ("act", "left"), [(change_password, (200, 302)), (change_roles, (302, 302)), (switch_off, (302, 302))]
)
def test_a_change_of_rights_logs_out(visit: Callable[..., Any], act: Any, left: tuple[int, int]) -> None:
    first, second = two(visit)
    act(visit, first)
    assert (first.get("/").status_code, second.get("/").status_code) == left


def test_a_cookie_without_a_row_opens_nothing(visit: Callable[..., Any]) -> None:
    visitor = visit("clerk")
    kept = visitor.client.get_cookie("session").value
    visitor.post("/logout")
    visitor.client.set_cookie("session", kept)
    assert visitor.get("/").status_code == 302


def test_a_log_in_makes_a_new_session(visit: Callable[..., Any]) -> None:
    visitor = visit()
    visitor.get("/login")
    with visitor.client.session_transaction() as planted:
        planted.update({TOKEN: "planted", "csrf_token": "0" * 40})
    db.session.add(m.UserSession(user_id=user_of("reader").id, key="x"))
    log_in(visitor)
    with visitor.client.session_transaction() as session:
        assert session[TOKEN] != "planted"
        assert session.get("csrf_token") != "0" * 40


@pytest.mark.parametrize(("remember", "left"), [("", IDLE), ("y", LASTING)])
def test_a_session_is_over_some_day(visit: Callable[..., Any], remember: str, left: timedelta) -> None:
    visitor = visit()
    answer = log_in(visitor, remember=remember)
    cookies = answer.headers.getlist("Set-Cookie")
    assert not any("remember_token" in cookie for cookie in cookies)
    assert any("Expires=" in cookie for cookie in cookies if cookie.startswith("session=")) == bool(remember)
    for ago, status in ((left - timedelta(minutes=5), 200), (left + timedelta(minutes=5), 302)):
        at = datetime.now(UTC) - ago
        db.session.query(m.UserSession).update({"opened_at": at, "seen_at": at})
        db.session.commit()
        assert visitor.get("/").status_code == status


def test_it_costs_one_query_and_is_written_once_a_minute(
    visit: Callable[..., Any], statements: list[str]
) -> None:
    visitor = visit("clerk")
    visitor.get("/account", headers=FIREFOX)
    statements.clear()
    visitor.get("/password")
    about = [s for s in statements if "user_session" in s]
    assert len(about) == 1 and about[0].startswith("SELECT")
    long_ago = datetime.now(UTC) - timedelta(minutes=2)
    db.session.query(m.UserSession).update({"seen_at": long_ago})
    db.session.commit()
    statements.clear()
    visitor.get("/password")
    visitor.get("/password")
    assert [s.split()[0] for s in statements if "user_session" in s] == ["SELECT", "UPDATE", "SELECT"]


def test_a_database_that_goes_away_meanwhile_is_said(
    visit: Callable[..., Any], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    first, _ = two(visit)
    db.session.query(m.UserSession).update({"seen_at": datetime.now(UTC) - timedelta(minutes=2)})
    db.session.commit()
    admin = create_engine(db.engine.url)

    def end_all(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE user_session"):
            with admin.connect() as other:
                other.execute(text(f"SELECT pg_terminate_backend(pid) {ALL_OTHERS}"))

    event.listen(db.engine, "before_cursor_execute", end_all)
    try:
        # The connection that fails is not the one that the request has asked before: that one is dead too.
        assert first.get("/").status_code == 503
    finally:
        event.remove(db.engine, "before_cursor_execute", end_all)
        admin.dispose()
    assert first.get("/").status_code == 200


def test_browsers_are_named(visit: Callable[..., Any]) -> None:
    visitor = visit()
    visitor.post("/login", {"email": "clerk@example.com", "password": PASSWORD}, headers=FIREFOX)
    assert "Firefox 140 · Linux" in visitor.get("/account").text


@pytest.mark.parametrize(
    ("base", "development", "secure"),
    [
        ("http://localhost", True, False),
        ("http://localhost", False, False),
        ("https://localhost", True, True),
        ("http://erp.example", True, False),
        ("http://erp.example", False, True),
    ],
)
def test_cookies_are_kept_from_scripts_and_other_sites(
    shelf: Flask, visit: Any, base: str, development: bool, secure: bool
) -> None:
    settings = shelf.extensions["settings"].model_copy(update={"development": development})
    shelf.extensions["settings"] = settings
    visitor = visit()
    data = {"email": "clerk@example.com", "password": PASSWORD}
    with shelf.app_context():
        page = visitor.client.get("/login", base_url=base)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        host = urlsplit(base).hostname or ""
        kept = visitor.client.get_cookie("session", host)
        headers = {"Referer": f"{base}/login", "Cookie": f"session={kept.value}"}
        answer = visitor.client.post(
            "/login", data={**data, "csrf_token": found[1]}, base_url=base, headers=headers
        )
    assert answer.status_code == 302
    for cookie in (*page.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")):
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
        assert ("Secure" in cookie) == secure
