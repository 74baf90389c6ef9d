"""How a request ends its transaction: reading with COMMIT, so that PostgreSQL keeps what it has prepared."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, insert, text

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


def test_statements_that_are_written_out_stay_prepared_too(shelf: Flask) -> None:
    for _ in range(8):
        with shelf.app_context(), shelf.test_request_context(method="GET"):
            db.session.execute(text("SELECT mpn FROM shelf_part WHERE id = :id"), {"id": 1})
    assert (
        committed("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%mpn FROM shelf_part%'")
        == 1
    )


def test_a_page_that_has_read_all_is_shown_though_the_database_dies(
    visit: Callable[..., Any], parts: list[Any]
) -> None:
    clerk = visit("clerk")
    assert clerk.get("/m/shelf.part.list").status_code == 200  # from here on the app knows the menu
    admin = create_engine(db.engine.url)

    def end(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "FROM shelf_part" in statement:
            with admin.connect() as other:
                other.execute(
                    text("SELECT pg_terminate_backend(:pid)"), {"pid": cursor.connection.info.backend_pid}
                )

    event.listen(db.engine, "after_cursor_execute", end)
    try:
        assert clerk.get("/m/shelf.part.list").status_code == 200
    finally:
        event.remove(db.engine, "after_cursor_execute", end)
        admin.dispose()


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
