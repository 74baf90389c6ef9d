"""A choice never races with typing: what is taken is what stands there, however slow the server is."""

import re
import time
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from core import m
from core.db import db
from core.security.users import ensure_user

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
#: Milliseconds between two keys, and by which the server is slow.
TRIES = [*product((0, 30, 60, 120, 300), (0, 50, 400))]


@pytest.fixture
def slow(app: Flask) -> Iterator[dict[str, float]]:
    """`slow["s"] = 0.4` lets each answer to what is typed take so long."""
    served, by = app.wsgi_app, {"s": 0.0}

    def delayed(environ: Any, start_response: Any) -> Any:
        if re.search("/choices/|^/palette", environ["PATH_INFO"]):
            time.sleep(by["s"])
        return served(environ, start_response)

    app.wsgi_app = delayed  # type: ignore[method-assign]  # as middleware is put around an app
    yield by
    app.wsgi_app = served  # type: ignore[method-assign]  # taken off again


@pytest.fixture(autouse=True)
def parts(app: Flask, company: Any) -> None:
    """Thirty parts; one is called as others begin."""
    email = "fiona@example.com"
    ensure_user(db.session, email, "a long enough password", company, name="f", roles=("accounting.finance",))
    for code in (*(f"P{n:02}" for n in range(1, 31)), "P020", "P2"):
        db.session.add(m.Product(company_id=company.id, code=code, description=f"Part {code}"))
    db.session.commit()


def test_enter_and_tab_choose_what_was_typed(open_as: Opener, slow: dict[str, float]) -> None:
    page = open_as("fiona", "/m/accounting.invoice.form/new")
    row = page.locator("tr[data-line]").first
    part, key = row.locator("[data-choices]").first, row.locator("input[type=hidden]").first
    wanted = {p.code: str(p.id) for p in db.session.query(m.Product)}
    for n, (gap, delay) in enumerate(TRIES):
        slow["s"] = delay / 1000
        code = ("P20", "P2", "P30")[n % 3]
        part.fill("")
        part.press_sequentially(code.lower(), delay=gap)
        page.keyboard.press(("Enter", "Tab")[n % 2])
        expect(key, f"{gap} ms, server {delay} ms").to_have_value(wanted[code])
        expect(part).to_have_value(code)
    # The focus went on meanwhile, and nothing is sent before the choice is made.
    slow["s"] = 0.4
    part.fill("")
    part.press_sequentially("p17")
    page.keyboard.press("Enter")
    page.keyboard.type("5")
    with page.expect_request(re.compile(r"/m/accounting\.invoice\.form/new$")) as sent:
        page.keyboard.press("Control+s")
    body = sent.value.post_data or ""
    assert f"product_id={wanted['P17']}&" in body
    assert "quantity=5&" in body


def test_the_palette_opens_what_was_typed(open_as: Opener, slow: dict[str, float]) -> None:
    page = open_as("fiona")
    record = re.compile(r"/m/product\.form/\d+$")
    page.route(record, lambda route: route.fulfill(status=204))  # the page stays
    wanted = {p.code: str(p.id) for p in db.session.query(m.Product)}
    for n, (gap, delay) in enumerate(TRIES):
        slow["s"] = delay / 1000
        code = ("P20", "P2", "P30")[n % 3]
        page.keyboard.press("Control+k")
        page.keyboard.type(code.lower(), delay=gap)
        with page.expect_request(record) as opened:
            page.keyboard.press("Enter")
        assert opened.value.url.endswith(f"/{wanted[code]}"), f"{gap} ms, server {delay} ms"
