"""The shelf: two test addons, their rows, and visitors who browse them."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from core import m
from core.db import db
from core.security.actor import SYSTEM, set_actor
from tests.logins import log_in


class Visitor:
    """A browser: every request has an application context of its own, as on a server."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        self.app, self.client = app, client

    def get(self, url: str, **options: Any) -> Any:
        """Open a page."""
        with self.app.app_context():
            return self.client.get(url, **options)

    def post(self, url: str, data: Any = None, **options: Any) -> Any:
        """Send a form, with the token that every page carries."""
        values = dict(data or {})
        if "csrf_token" not in values:
            values["csrf_token"] = self.token()
        with self.app.app_context():
            return self.client.post(url, data=values, **options)

    def token(self) -> str:
        """The token against forged requests."""
        found = re.search(
            r'name="csrf_token" value="([^"]+)"', self.get("/password", follow_redirects=True).text
        )
        assert found
        return found[1]

    def form(self, url: str) -> dict[str, str]:
        """The values that the form of a page holds, as a browser would send them back."""
        page = self.get(url)
        assert page.status_code == 200, page.text
        return form_values(page.text)

    def values_in(self, html: str) -> dict[str, str]:
        """The values of the form in a page that is there already."""
        return form_values(html)


def form_values(html: str) -> dict[str, str]:
    """The values of the record's form in a page."""
    body = html[html.index("data-record") :]
    body = re.sub(r"<template>.*?</template>", "", body[: body.index("</form>")], flags=re.DOTALL)
    values: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            values[name[1]] = _unescaped(value[1]) if value else ""
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', body, re.DOTALL):
        values[name] = _unescaped(inner).lstrip("\r\n")
    for select_tag, inner in re.findall(r"<select([^>]*)>(.*?)</select>", body, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', inner)
        name = re.search(r'name="([^"]*)"', select_tag)
        values[name[1] if name else ""] = chosen[1] if chosen else ""
    return values


def _unescaped(text: str) -> str:
    for mark, plain in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(mark, plain)
    return text


@pytest.fixture
def addons() -> tuple[str, ...]:
    """These tests need no product addon."""
    return ("shelf", "shelf_label")


@pytest.fixture
def shelf(app: Flask) -> Flask:
    """The app with users and menus, and no part yet."""
    from addons.shelf import rows

    rows.base_rows(app)
    # The test itself looks at the records of all companies.
    set_actor(db.session, SYSTEM)
    return app


@pytest.fixture
def visit(shelf: Flask) -> Callable[..., Visitor]:
    """`visit("clerk")` is a browser in which the clerk has logged in; without a role nobody has."""

    def opened(role: str = "", locale: str = "en") -> Visitor:
        client = shelf.test_client()
        client.set_cookie("locale", locale)
        if role:
            log_in(shelf, client, role)
        return Visitor(shelf, client)

    return opened


@pytest.fixture
def parts(shelf: Flask) -> list[Any]:
    """Twelve parts by three makers."""
    from addons.shelf import rows

    return rows.parts(12)


@pytest.fixture
def fresh(shelf: Flask) -> Callable[[str, int], Any]:
    """`fresh("ShelfPart", 1)` is the record as it is in the database now."""

    def load(model: str, record_id: int) -> Any:
        db.session.rollback()
        db.session.expire_all()
        cls = getattr(m, model)
        return db.session.scalar(select(cls).where(cls.id == record_id))

    return load


@pytest.fixture
def statements(shelf: Flask) -> Iterator[list[str]]:
    """The statements that the database gets."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)
