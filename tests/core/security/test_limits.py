"""Who asks too often is told to wait, in their own language."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from core.security.limits import LIMITS, storage_of
from tests.core.security.conftest import log_in


@pytest.mark.parametrize(
    ("locale", "title"), [("en", "Too many requests"), ("zh_CN", "请求过多")], ids=["en", "zh"]
)
def test_exports_are_limited_by_user(visit: Callable[..., Any], parts: Any, locale: str, title: str) -> None:
    clerk = visit("clerk", locale)
    url = "/m/shelf.part.list/export.csv"
    for _ in range(30):
        with clerk.get(url) as answer:
            assert answer.status_code == 200
    answer = clerk.get(url)
    assert (answer.status_code, title in answer.text) == (429, True)
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert re.search(r"Try again in \d+ seconds?\.|请在 \d+ 秒后重试。", answer.text)
    with visit("reader").get(url) as other:
        assert other.status_code == 200
    assert clerk.get("/m/shelf.part.list").status_code == 200


def test_an_export_of_chosen_rows_counts_as_well(visit: Callable[..., Any], parts: Any) -> None:
    clerk = visit("clerk")
    url, chosen = "/m/shelf.part.list/export.csv", {"ids": "1", "csrf_token": clerk.token()}
    for number in range(30):
        with clerk.post(url, chosen) if number % 2 else clerk.get(url) as answer:
            assert answer.status_code == 200
    assert clerk.post(url, chosen).status_code == 429


def test_log_ins_are_limited_by_address(visit: Callable[..., Any]) -> None:
    visitor = visit()
    token = visitor.token()
    for number in range(30):
        data = {"email": f"u{number}@example.com", "password": "", "csrf_token": token}
        assert visitor.post("/login", data).status_code == 422
    assert log_in(visitor).status_code == 429
    assert visitor.get("/login").status_code == 200


def test_every_limit_is_on_a_page_that_there_is(shelf: Flask) -> None:
    assert set(LIMITS) <= set(shelf.view_functions)


@pytest.mark.parametrize(
    ("broker", "storage"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("redis+socket:///run/b.sock?virtual_host=0", "redis+unix:///run/b.sock"),
        ("amqp://localhost", "memory://"),
        ("memory://", "memory://"),
    ],
)
def test_counts_are_kept_where_the_jobs_are_when_that_can_count(broker: str, storage: str) -> None:
    assert storage_of(broker) == storage
