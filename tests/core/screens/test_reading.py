"""How a request ends its transaction: reading with COMMIT, so that PostgreSQL keeps what it has prepared."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, text

from core import m
from core.db import db


def committed(sql: str) -> Any:
    """What a connection beside the session's reads."""
    with db.engine.connect() as connection:
        return connection.scalar(text(sql))


def test_the_statements_of_a_page_stay_prepared(visit: Callable[..., Any], parts: list[Any]) -> None:
    clerk = visit("clerk")
    for _ in range(8):
        assert clerk.get("/m/shelf.part.list").status_code == 200
    assert (
        committed("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM shelf_part%'") == 1
    )


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_page_wrote_without_a_commit_is_gone(shelf: Flask, method: str) -> None:
    writes = (
        lambda: db.session.add(m.ShelfPart(mpn="flushed")) or db.session.flush(),
        lambda: db.session.execute(insert(m.ShelfPart).values(mpn="executed")),
        lambda: db.session.execute(text("INSERT INTO shelf_part (mpn) VALUES ('said')")),
    )
    for write in writes:
        with shelf.test_request_context(method=method):
            write()
        db.session.rollback()
    assert committed("SELECT count(*) FROM shelf_part") == 0
