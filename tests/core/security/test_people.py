"""Users and roles by hand: invitations, grants, and what nobody may take away."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from core import m
from core.db import db
from core.security.actor import NEVER, Actor, set_actor
from core.security.guard import GrantError, LastAdministratorError
from tests.core.security.conftest import PASSWORD, log_in, user_of
from tests.markup import tight

MANAGER = ["core.read", "core.users", "shelf.read"]


@pytest.fixture
def manager(shelf: Flask, visit: Callable[..., Any]) -> Any:
    """The reader manages users now, and is no administrator."""
    db.session.query(m.Role).filter_by(name="reader").one().permissions = MANAGER
    db.session.commit()
    return visit("reader")


def new_user(visitor: Any, **more: str) -> Any:
    """Enter a user in the form."""
    form = visitor.form("/m/user.form/new")
    data = {**form, "name": "Nina", "email": "nina@example.com", **more}
    return visitor.post("/m/user.form/new", data)


def role_id(name: str) -> str:
    """The id of a role."""
    return str(db.session.query(m.Role).filter_by(name=name).one().id)


def link_of(visitor: Any, user: Any) -> str:
    """The path of a new invitation."""
    page = visitor.post(f"/users/{user.id}/invitation").text
    return re.search(r'value="http://localhost(/invitation/[^"]+)"', page)[1]


def test_a_new_user_comes_by_an_invitation_that_is_good_once(visit: Callable[..., Any]) -> None:
    admin, visitor = visit("admin"), visit()
    answer = new_user(admin, **{"roles-n1-role_id": role_id("clerk")})
    assert answer.status_code == 303, answer.text
    user = db.session.query(m.User).filter_by(email="nina@example.com").one()
    assert [c.name for c in user.companies] == ["Demo Components Ltd"]
    link = link_of(admin, user)
    assert log_in(visitor, "nina", "").status_code == 422
    short = visitor.post(link, {"password": "short", "again": "short"})
    assert (short.status_code, "at least 12 characters" in short.text) == (422, True)
    differs = visitor.post(link, {"password": "seven green tables", "again": "eight green tables"})
    assert "The two passwords differ." in differs.text
    good = {"password": "seven green tables", "again": "seven green tables"}
    assert visitor.post(link, good).location == "/login"
    assert visitor.get(link).status_code == visitor.post(link, good).status_code == 404
    assert log_in(visitor, "nina", "seven green tables").status_code == 302
    assert visitor.get("/m/shelf.part.list").status_code == 200


@pytest.mark.parametrize("token", ["x", "WzEsIjEiXQ.aaaa.bbbb"])
def test_a_made_up_invitation_opens_nothing(visit: Callable[..., Any], token: str) -> None:
    assert "This invitation is no longer good" in visit().get(f"/invitation/{token}").text


def test_an_invitation_ends_with_the_user(visit: Callable[..., Any]) -> None:
    link = link_of(visit("admin"), user_of("clerk"))
    user_of("clerk").active = False
    db.session.commit()
    assert visit().get(link).status_code == 404


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("eleven char", "at least 12 characters"),
        ("Password1234567", "one of the first that are tried"),
        ("qwertyuiop12", "one of the first that are tried"),
        ("aaaaaaaaaaaaaaa", "one of the first that are tried"),
        ("clerk@example.com", "must not be made of your name"),
        ("demo components 2026", "must not be made of your name"),
        ("x" * 100 + "abcdefgh" * 20, "at most 200 characters"),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(
    visit: Callable[..., Any], password: str, reason: str
) -> None:
    visitor = visit()
    log_in(visitor)
    data = {"password": PASSWORD, "new_password": password, "new_password_confirm": password}
    answer = visitor.post("/password", data)
    assert (answer.status_code, reason in answer.text) == (422, True), answer.text


def test_a_manager_of_users_grants_no_more_than_the_own(manager: Any) -> None:
    answer = new_user(manager, **{"roles-n1-role_id": role_id("clerk")})
    assert "You may not grant what you may not do yourself" in answer.text
    assert new_user(manager, **{"roles-n1-role_id": role_id("stranger")}).status_code == 303
    assert "may do more than you" in manager.post(f"/users/{user_of('admin').id}/invitation").text
    admin = f"/m/user.form/{user_of('admin').id}"
    for button in ("factor", "end"):
        manager.post(f"{admin}/do/{button}")
    assert (
        "may do more than you" in manager.post(admin, {**manager.form(admin), "email": "me@x.example"}).text
    )
    assert user_of("admin").email == "admin@example.com"


def test_a_manager_of_users_ticks_only_the_own_permissions(manager: Any, visit: Callable[..., Any]) -> None:
    url = f"/m/role.form/{role_id('stranger')}"
    page = manager.get(url).text
    ticks = dict(re.findall(r'name="permissions" value="([^"]+)"([^>]*)>', tight(page)))
    assert "disabled" in ticks["shelf.write"] and "disabled" not in ticks["shelf.read"]
    chosen = ["shelf.read", "shelf.write", "*"]
    sent = {"permissions_sent": "1", "permissions": chosen}
    assert manager.post(url, {**manager.form(url), **sent}).status_code == 303
    db.session.expire_all()
    assert db.session.query(m.Role).filter_by(name="stranger").one().permissions == ["shelf.read"]
    admin = visit("admin")
    assert admin.post(url, {**admin.form(url), **sent}).status_code == 303
    db.session.expire_all()
    assert set(db.session.query(m.Role).filter_by(name="stranger").one().permissions) == set(chosen)


def test_every_permission_is_offered_in_words(visit: Callable[..., Any]) -> None:
    page = visit("admin").get("/m/role.form/new").text
    offered = set(re.findall(r'name="permissions" value="([^"]+)"', tight(page)))
    assert {"shelf.retire", "shelf.cost", "core.users", "core.jobs", "*"} <= offered
    assert NEVER not in offered and "public" not in offered
    assert "Manage users, roles and teams" in page


def test_the_guard_holds_on_every_way(shelf: Flask) -> None:
    reader = user_of("reader")
    set_actor(db.session, Actor(reader.id, "reader", reader.company_id, frozenset(MANAGER)))
    clerk_role = db.session.query(m.Role).filter_by(name="clerk").one()
    for act in (
        lambda: reader.roles.append(clerk_role),
        lambda: setattr(db.session.get(m.Role, reader.roles[0].id), "permissions", ["*"]),
        lambda: db.session.add(m.UserRole(user_id=reader.id, role_id=clerk_role.id)),
        lambda: setattr(user_of("admin"), "active", False),
    ):
        act()
        with pytest.raises(GrantError):
            db.session.flush()
        db.session.rollback()


def lose_by_switching_off() -> None:
    user_of("admin").active = False


def lose_by_role() -> None:
    user_of("admin").roles = []


def lose_by_line() -> None:
    admin = user_of("admin").id
    db.session.delete(db.session.query(m.UserRole).filter_by(user_id=admin).one())


def lose_by_permissions() -> None:
    db.session.query(m.Role).filter_by(name="admin").one().permissions = ["core.read"]


@pytest.mark.parametrize("lose", [lose_by_switching_off, lose_by_role, lose_by_line, lose_by_permissions])
def test_the_last_administrator_stays(shelf: Flask, lose: Callable[[], None]) -> None:
    lose()
    with pytest.raises(LastAdministratorError):
        db.session.flush()
    db.session.rollback()
    clerk = user_of("clerk")
    clerk.roles = [*clerk.roles, db.session.query(m.Role).filter_by(name="core.administrator").one()]
    db.session.commit()
    lose()
    db.session.commit()


def test_the_form_says_who_is_the_last(visit: Callable[..., Any]) -> None:
    admin = visit("admin")
    url = f"/m/user.form/{user_of('admin').id}"
    form = admin.form(url)
    form.pop("active")
    answer = admin.post(url, form)
    assert (answer.status_code, "This is the last administrator" in answer.text) == (422, True)


def test_my_account_keeps_name_language_and_zone(visit: Callable[..., Any]) -> None:
    visitor = visit("clerk")
    data = {"name": "Clara", "locale": "zh_CN", "timezone": "Asia/Shanghai"}
    assert visitor.post("/account", data).status_code == 303
    user = user_of("clerk")
    assert (user.name, user.locale, user.timezone) == ("Clara", "zh_CN", "Asia/Shanghai")
    assert 'lang="zh-CN"' in visitor.get("/account").text
    assert visitor.post("/account", {**data, "name": " "}).status_code == 422
    for wrong in ({"timezone": "../etc/passwd"}, {"timezone": "Mars/Base"}, {"locale": "xx"}):
        assert visitor.post("/account", {**data, **wrong}).status_code == 400


def test_secrets_of_users_are_shown_to_nobody(visit: Callable[..., Any]) -> None:
    admin = visit("admin")
    for url in ("/m/user.list", f"/m/user.form/{user_of('clerk').id}"):
        assert "argon2" not in admin.get(url).text
    answer = admin.get("/m/user.list?columns=password")
    assert answer.status_code == 422


def test_the_form_of_a_user_offers_languages_and_teams(visit: Callable[..., Any]) -> None:
    admin, url = visit("admin"), f"/m/user.form/{user_of('clerk').id}"
    team = m.Team(company_id=user_of("clerk").company_id, name="Team Asia")
    db.session.add(team)
    db.session.commit()
    assert re.findall(r'<option.*?value="([^"]*)"', admin.get(url).text) == ["", "en", "zh_CN"]
    form = admin.form(url)
    assert admin.post(url, {**form, "locale": "xx"}).status_code == 422
    chosen = {"locale": "zh_CN", "teams-n1-team_id": str(team.id)}
    assert admin.post(url, {**form, **chosen}).status_code == 303
    db.session.expire_all()
    assert (user_of("clerk").locale, [one.user.name for one in team.members]) == ("zh_CN", ["Clerk"])
    assert admin.post(url, {**admin.form(url), "locale": ""}).status_code == 303
    db.session.expire_all()
    assert user_of("clerk").locale == ""
