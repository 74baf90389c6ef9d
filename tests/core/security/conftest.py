"""The shelf with its visitors, and codes as an authenticator app shows them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from passlib.totp import TOTP

from core import m
from core.db import db
from tests.core.screens.conftest import (  # noqa: F401  # fixtures of these tests too
    Visitor,
    fresh,
    parts,
    shelf,
    statements,
    visit,
)
from tests.markup import tight

PASSWORD = "a long enough password"


@pytest.fixture
def addons() -> tuple[str, ...]:
    """These tests need no product addon."""
    return ("shelf", "shelf_label")


def log_in(visitor: Any, user: str = "clerk", password: str = PASSWORD, **more: str) -> Any:
    """Send the log-in form."""
    return visitor.post("/login", {"email": f"{user}@example.com", "password": password, **more})


def send(visitor: Any, url: str, data: dict[str, str] | None = None, page: str = "") -> Any:
    """Send the form of a page with the token that stands in it: halfway through the log-in there is no other
    page to take one from, since opening the log-in begins anew."""
    html = page or visitor.get(url).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)
    return visitor.post(url, {**(data or {}), "csrf_token": token[1] if token else "none"})


class Phone:
    """An authenticator app; it waits for no clock, each code is of the next half minute."""

    def __init__(self, key: str) -> None:
        self.totp = TOTP(key=key.replace("-", "").replace(" ", ""))
        self.ahead = 0

    def code(self) -> str:
        """The code of now, or the next one when that was asked for already."""
        at = datetime.now(UTC) + timedelta(seconds=30 * self.ahead)
        self.ahead = min(self.ahead + 1, 1)
        return str(self.totp.generate(time=at).token)


@pytest.fixture
def enrol(shelf: Flask) -> Callable[[Any], Phone]:  # noqa: F811
    """`enrol(visitor)` sets a second factor up for whoever is logged in, and gives the phone."""

    def enrolled(visitor: Any) -> Phone:
        page = send(visitor, "/second-factor", {"setup": "authenticator"})
        assert page.status_code in (200, 422), page.text
        phone = Phone(re.search(r'id="factor-key">([^<]+)<', page.text)[1])
        action = re.findall(r'<form method="post" action="(/second-factor/?[^"]*)"', tight(page.text))[0]
        answer = send(visitor, action, {"code": phone.code()}, page.text)
        assert answer.status_code == 302, answer.text
        return phone

    return enrolled


def user_of(name: str) -> Any:
    """The user as the database has it now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.query(m.User).filter_by(fs_uniquifier=name).one()
