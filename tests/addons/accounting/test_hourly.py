"""What people do hourly, as `./dev bench screens` measures it: few queries, and the right answers."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import m
from core.db import db
from core.security.actor import Actor, set_actor
from core.security.users import ensure_user
from tests.bench import work
from tests.bench.screens import CASES, CHOICES
from tests.bench.screens_data import Size, add_parts, fill
from tests.logins import log_in


@pytest.fixture
def client(app: Flask, company: Any) -> Iterator[FlaskClient]:
    """The browser of somebody who sells and sees the books; thirty parts, twenty orders."""
    email, roles = "fiona@example.com", ("accounting.finance", "sales.manager")
    ensure_user(db.session, email, "a long enough password", company, name="Fiona", roles=roles)
    db.session.commit()
    name = db.session.query(m.User.fs_uniquifier).filter_by(email=email).scalar()
    set_actor(db.session, Actor(None, "test", company.id, is_superuser=True))
    fill(Size(30, 3, orders=20, quotations=2, purchases=22, requests=1, suppliers=2, stocked=10))
    made = app.test_client()
    log_in(app, made, name)
    yield made


def test_the_number_of_queries_does_not_grow(
    app: Flask, client: FlaskClient, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    def asked(url: str) -> int:
        def visit() -> None:
            with app.app_context():
                assert client.get(url).status_code == 200

        visit()  # what is read once is read by now
        return count_queries(visit)

    few = {case: asked(url) for case, url in CASES.items()}
    add_parts(1000, 900)
    partners = [partner.id for partner in db.session.query(m.Partner).filter_by(is_customer=True)]
    work.book(work.documents(partners, 100, 1, date(2026, 1, 1), 365))
    many = {case: asked(url) for case, url in CASES.items()}
    # A list that is longer than a page is counted too.
    assert {case: (few[case], n) for case, n in many.items() if n > few[case] + 1} == {}
    assert max(many.values()) <= 10


def test_what_is_called_so_comes_first_then_what_begins_so(app: Flask, client: FlaskClient) -> None:
    add_parts(200, 100)
    for q, found in (
        ("p000020", ["P000020"]),
        ("P00002", ["P000020", "P000021", "P000022"]),
        ("lm358-20", ["P000203", "P000207"]),
        ("tor 0603", ["P000004"]),
        ("0603 re", ["P000004"]),  # two letters begin a word
        ("kl", []),
        ("zz", []),
    ):
        with app.app_context():
            offered = client.get(CHOICES, query_string={"q": q}).json
        assert [choice["label"] for choice in offered[: len(found) or 1]] == found, q
    with app.app_context():
        [exact] = [c for c in client.get(CHOICES, query_string={"q": "p000020"}).json if c["exact"]]
        assert exact["label"] == "P000020"
