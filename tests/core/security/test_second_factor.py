"""A code of the phone beside the password; recovery codes for the day when it is lost."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from core import m
from core.db import db
from core.security.throttle import LIMITS
from tests.core.security.conftest import Phone, log_in, send, user_of
from tests.markup import tight

WRONG = "This code is wrong, too old, or was used before."


def recovery_codes(visitor: Any) -> list[str]:
    """New recovery codes, as the page shows them."""
    page = visitor.post("/second-factor/recovery-codes")
    return re.findall(r"<code class=\"mono\">([0-9a-f-]+)</code>", page.text)


def test_log_in_asks_for_the_code_and_takes_each_once(visit: Callable[..., Any], enrol: Any) -> None:
    visitor = visit()
    log_in(visitor)
    phone = enrol(visitor)
    visitor.post("/logout")
    answer = log_in(visitor, next="/m/shelf.part.list")
    assert answer.location == "/second-factor/code?next=/m/shelf.part.list"
    assert visitor.get("/").location == "/login?next=/"
    page = send(visitor, answer.location, {"code": "000000"})
    assert (page.status_code, WRONG in page.text) == (422, True)
    code = phone.code()
    assert send(visitor, answer.location, {"code": code}).location == "/m/shelf.part.list"
    assert visitor.get("/").status_code == 200
    other = visit()
    log_in(other)
    assert WRONG in send(other, "/second-factor/code", {"code": code}).text


def set_up(visitor: Any) -> tuple[str, str]:
    """The page with the key of a new device, and where its form goes."""
    page = send(visitor, "/second-factor", {"setup": "authenticator"})
    assert "code-error" not in page.text
    return page.text, re.findall(r'<form method="post" action="(/second-factor/?[^"]*)"', tight(page.text))[0]


def key_of(html: str) -> str:
    """The key that the page shows."""
    return re.search(r'id="factor-key">([^<]+)<', html)[1]


@pytest.mark.parametrize("required", [False, True])
def test_a_wrong_first_code_is_asked_for_again(visit: Callable[..., Any], required: bool) -> None:
    """With the same key: who has scanned it need not do so again."""
    db.session.query(m.Role).filter_by(name="clerk").one().requires_second_factor = required
    db.session.commit()
    visitor = visit()
    log_in(visitor)
    page, action = set_up(visitor)
    for wrong, said in (("000000", WRONG), ("", "Fill in this field.")):
        answer = send(visitor, action, {"code": wrong}, page)
        assert (answer.status_code, key_of(answer.text)) == (422, key_of(page))
        assert re.search(rf'id="code-error">[^<]*{said}', answer.text)
    assert send(visitor, action, {"code": Phone(key_of(page)).code()}, answer.text).status_code == 302
    assert user_of("clerk").tf_totp_secret


def test_nothing_of_the_factor_is_readable_in_the_database(visit: Callable[..., Any], enrol: Any) -> None:
    visitor = visit()
    log_in(visitor)
    page = visitor.post("/second-factor", {"setup": "authenticator"}).text
    key = re.search(r'id="factor-key">([^<]+)<', page)[1].replace("-", "")
    assert "<svg" in page and "data:image" not in page and " style=" not in page
    assert key not in str(visitor.client.get_cookie("session"))
    enrol(visitor)
    codes = recovery_codes(visitor)
    user = user_of("clerk")
    assert len(codes) == len(set(codes)) == 10
    assert '"enckey"' in user.tf_totp_secret
    assert not set(codes) & set(user.mf_recovery_codes)
    assert all(re.fullmatch("[0-9a-f]{64}", kept) for kept in user.mf_recovery_codes)
    again = visitor.get("/second-factor/recovery-codes?show_codes=1").text
    assert not any(code in again for code in codes)


def test_a_recovery_code_opens_once(visit: Callable[..., Any], enrol: Any) -> None:
    visitor = visit()
    log_in(visitor)
    enrol(visitor)
    code = recovery_codes(visitor)[3]
    for expected in (302, 422):
        other = visit()
        log_in(other)
        answer = send(other, "/second-factor/recovery", {"code": f" {code.upper()} "})
        assert answer.status_code == expected
    assert "This recovery code is wrong, or was used before." in answer.text
    assert len(user_of("clerk").mf_recovery_codes) == 9


def test_guessing_codes_ends_soon_and_an_administrator_lifts_it(
    visit: Callable[..., Any], enrol: Any
) -> None:
    visitor = visit()
    log_in(visitor)
    phone = enrol(visitor)
    guesser = visit()
    log_in(guesser)
    for _ in range(LIMITS["factor"]):
        assert WRONG in send(guesser, "/second-factor/code", {"code": "123456"}).text
    good = phone.code()
    assert "Too many failed log-ins." in send(guesser, "/second-factor/code", {"code": good}).text
    assert "Too many failed log-ins." in send(guesser, "/second-factor/recovery", {"code": "x"}).text
    clerk, admin = user_of("clerk").id, visit("admin")
    assert "Locked out for 15 more minutes" in admin.get(f"/m/user.form/{clerk}").text
    assert admin.post(f"/m/user.form/{clerk}/do/lift").status_code == 303
    assert send(guesser, "/second-factor/code", {"code": good}).status_code == 302


def test_a_role_may_require_it(visit: Callable[..., Any], enrol: Any) -> None:
    db.session.query(m.Role).filter_by(name="clerk").one().requires_second_factor = True
    db.session.commit()
    visitor = visit()
    assert log_in(visitor).location == "/second-factor"
    assert "Your role asks for a second factor" in visitor.get("/second-factor").text
    assert visitor.get("/").location == "/login?next=/"
    enrol(visitor)
    assert visitor.get("/").status_code == 200
    assert "Switch the second factor off" not in visitor.get("/second-factor").text
    visitor.post("/second-factor", {"setup": "disable"})
    assert user_of("clerk").tf_totp_secret


def test_requiring_it_logs_out_who_has_none(visit: Callable[..., Any]) -> None:
    clerk, admin = visit("clerk"), visit("admin")
    role = db.session.query(m.Role).filter_by(name="clerk").one().id
    form = admin.form(f"/m/role.form/{role}")
    admin.post(f"/m/role.form/{role}", {**form, "requires_second_factor": "y"})
    assert clerk.get("/").status_code == 302


def test_an_administrator_takes_a_lost_factor_away(visit: Callable[..., Any], enrol: Any) -> None:
    visitor = visit()
    log_in(visitor)
    enrol(visitor)
    clerk = user_of("clerk").id
    assert visit("admin").post(f"/m/user.form/{clerk}/do/factor").status_code == 303
    assert visitor.get("/").status_code == 302
    assert log_in(visit()).location == "/"


def test_setting_it_up_needs_a_fresh_password(visit: Callable[..., Any]) -> None:
    old = visit("clerk")
    assert old.get("/second-factor").location.startswith("/verify")


@pytest.mark.parametrize("target", ["//evil.example/", "/\\evil.example", "https://evil.example"])
def test_the_second_step_leads_nowhere_else(visit: Callable[..., Any], enrol: Any, target: str) -> None:
    visitor = visit()
    log_in(visitor)
    phone = enrol(visitor)
    other = visit()
    log_in(other)
    answer = send(other, f"/second-factor/code?next={target}", {"code": phone.code()})
    # As a browser reads it, to which a backslash is a slash.
    there = urlsplit(urljoin("http://localhost/", answer.location.replace("\\", "/")))
    assert (answer.status_code, there.netloc) == (302, "localhost")


def test_ways_that_are_not_offered_are_not_there(visit: Callable[..., Any]) -> None:
    for url in ("/second-factor/help", "/second-factor/choose"):
        assert visit().get(url).status_code == 404
