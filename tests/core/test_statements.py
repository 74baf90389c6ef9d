"""Statements that we write out: what the session does beside sending them, and how acts are planned."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from time import monotonic
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    MetaData,
    NullPool,
    Numeric,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, InvalidRequestError

from core import m
from core.db import copy_rows, db
from core.db.locks import keep_plans, limit_waiting
from core.db.session import engine_for
from core.db.statements import DIALECT
from core.records.sequences import numbers_and_ids
from core.security.actor import SYSTEM, set_actor

_PLANNING = text("SELECT current_setting('plan_cache_mode')")


@pytest.fixture
def session(app: Flask) -> Any:
    set_actor(db.session, SYSTEM)
    return db.session


def test_what_the_session_holds_is_written_before_a_statement_reads(session: Any) -> None:
    session.add(m.Maker(name="Written Before"))
    count = text("SELECT count(*) FROM maker WHERE name = :name")
    assert session.scalar(count, {"name": "Written Before"}) == 1
    with session.no_autoflush:
        session.add(m.Maker(name="Not Yet"))
        assert session.scalar(count, {"name": "Not Yet"}) == 0


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (text("SELECT :a || '%' || :b"), {"a": "x", "b": "y"}),
        (text("SELECT CAST(:a AS text) || '%' || :b").bindparams(a="x"), {"b": "y"}),
        (text("SELECT 'x%' || v FROM (VALUES ('y'), ('z')) AS w (v) WHERE v IN :b"), {"b": ["y"]}),
    ],
)
def test_parameters_of_every_kind_arrive(session: Any, statement: Any, values: Any) -> None:
    if isinstance(values["b"], list):
        statement = statement.bindparams(bindparam("b", expanding=True))
    assert session.execute(statement, values).all() == [("x%y",)]
    assert session.scalars(statement, values).one() == "x%y"


def test_who_listens_to_the_engine_hears_of_it_and_errors_are_sqlalchemys(session: Any) -> None:
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT 1 / :nothing"), {"nothing": 0})
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
        session.rollback()
    assert heard == ["SELECT 1 / %(nothing)s"]


def test_an_act_on_a_few_uses_kept_plans_and_one_on_many_its_own(session: Any) -> None:
    assert session.scalar(_PLANNING) == "auto"
    limit_waiting(session, few=True)
    assert session.scalar(_PLANNING) == "force_generic_plan"
    limit_waiting(session)
    assert session.scalar(_PLANNING) == "force_custom_plan"
    limit_waiting(session, few=True)
    keep_plans(session)
    assert session.scalar(_PLANNING) == "force_custom_plan"
    session.commit()
    assert session.scalar(_PLANNING) == "auto"


def test_who_only_asks_keeps_plans_and_limits_no_waiting(session: Any) -> None:
    limit = text("SHOW lock_timeout")
    keep_plans(session)
    assert (session.scalar(_PLANNING), session.scalar(limit)) == ("force_generic_plan", "0")
    limit_waiting(session, few=True)
    assert session.scalar(limit) == "3s"


def test_a_savepoint_that_is_undone_takes_the_plans_of_a_few_with_it(session: Any) -> None:
    session.execute(text("SELECT 1"))
    with pytest.raises(KeyError), session.begin_nested():
        limit_waiting(session, few=True)
        raise KeyError
    limit_waiting(session, few=True)
    assert session.scalar(_PLANNING) == "force_generic_plan"


def test_nothing_is_compiled_to_machine_code(session: Any) -> None:
    assert session.scalar(text("SHOW jit")) == "off"


def test_numbers_and_ids_come_in_one_statement(
    session: Any, company: Any, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    tables = {m.Maker.__table__: 2, m.Partner.__table__: 3}
    code = session.scalar(text("SELECT code FROM sequence ORDER BY code LIMIT 1"))
    series = [(code, company.id, 2026)] * 2
    found: list[Any] = []
    assert count_queries(lambda: found.append(numbers_and_ids(session, series, tables))) == 1
    numbers, (makers, partners) = found[0]
    assert len(set(numbers)) == 2 and len(set(makers)) == 2 and len(set(partners)) == 3
    assert session.scalar(text("SELECT nextval(pg_get_serial_sequence('partner', 'id'))")) == partners[-1] + 1
    assert numbers_and_ids(session, [], tables) == ([], [[], []])


def test_rows_of_a_statement_are_those_of_sqlalchemy(session: Any) -> None:
    query = text(
        "SELECT n, CAST(n AS text) AS word, n AS n2 FROM generate_series(1, CAST(:last AS int)) AS n"
    )
    first = session.execute(query, {"last": 3}).first()
    assert (first.n, first.word, first[0], tuple(first)) == (1, "1", 1, (1, "1", 1))
    assert dict(session.execute(query, {"last": 1}).mappings().one()) == {"n": 1, "word": "1", "n2": 1}
    assert session.scalars(query, {"last": 3}).all() == [1, 2, 3]
    assert session.execute(query, {"last": 0}).one_or_none() is None
    twice = session.execute(text("SELECT 1 AS a, 2 AS a")).one()
    assert tuple(twice) == (1, 2)
    with pytest.raises(InvalidRequestError, match="Ambiguous"):
        twice._mapping["a"]


def test_a_result_is_read_while_other_statements_run(session: Any) -> None:
    many = text("SELECT n FROM generate_series(1, CAST(:last AS int)) AS n")
    for last in (3, 5000):
        for row in (read := session.execute(many, {"last": last})):
            assert session.scalar(text("SELECT CAST(:n AS int)"), {"n": row.n}) == row.n
            if row.n == 5:
                break
        assert read.rowcount == last


def test_a_write_says_how_many_rows_it_wrote(session: Any) -> None:
    session.execute(text("INSERT INTO maker (name) VALUES ('One'), ('Two')"))
    gone = session.execute(text("DELETE FROM maker WHERE name IN ('One', 'Two')"))
    assert gone.rowcount == 2
    assert gone.all() == []


def test_after_a_refusal_nothing_is_asked_before_a_rollback(session: Any) -> None:
    with pytest.raises(IntegrityError):
        session.execute(text("INSERT INTO maker (name) VALUES ('Twice'), ('Twice')"))
    with pytest.raises(InternalError, match="aborted"):
        session.execute(text("SELECT 1"))
    session.rollback()
    assert session.scalar(text("SELECT 1")) == 1


def test_a_savepoint_that_is_undone_leaves_the_connection(session: Any) -> None:
    session.execute(text("SELECT 1"))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("INSERT INTO maker (name) VALUES ('Twice'), ('Twice')"))
    assert session.scalar(text("SELECT count(*) FROM maker WHERE name = 'Twice'")) == 0


def test_a_search_is_never_prepared(session: Any) -> None:
    for _ in range(8):
        session.execute(text("SELECT 1 FROM maker WHERE name ILIKE :part"), {"part": "%x%"})
        session.execute(text("SELECT 2 FROM maker WHERE name = :name"), {"name": "x"})
    prepared = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("SELECT 2 FROM maker" in one for one in prepared)
    assert not any("SELECT 1 FROM maker" in one for one in prepared)


def test_a_connection_that_has_ended_is_replaced_before_a_statement_is_sent(app: Flask) -> None:
    engine = engine_for(app.config["SQLALCHEMY_DATABASE_URI"])
    with engine.connect() as one:
        process = one.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with create_engine(engine.url, poolclass=NullPool).connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": process})
    with engine.connect() as another:
        assert another.exec_driver_sql("SELECT pg_backend_pid()").scalar() != process


def test_a_connection_that_has_just_worked_is_not_asked_whether_it_is_there(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, asked = engine_for(app.config["SQLALCHEMY_DATABASE_URI"]), []
    monkeypatch.setattr(type(DIALECT), "do_ping", lambda *_: asked.append(1))
    for _ in range(2):
        with engine.connect() as one:
            one.exec_driver_sql("SELECT 1")
    assert asked == []
    monkeypatch.setattr("core.db.session.monotonic", lambda: monotonic() + 60)
    with engine.connect():
        pass
    assert asked == [1]


#: Each as COPY would write it: with quotes, signs of JSON and of COPY, and nothing.
_VALUES = [
    {"name": 'a "quoted" \\ name\nwith\tends', "n": Decimal("0.000100"), "on": date(2026, 2, 3), "ok": True},
    {"name": "\\N", "n": Decimal("1E+3"), "on": None, "ok": False},
    {"name": "中文 🙂 \u2028", "n": None, "on": date(1, 1, 1), "ok": None},
]


@pytest.mark.parametrize("times", [1, 17])  # few enough for one statement, and more than that
def test_few_rows_and_many_arrive_alike(session: Any, times: int) -> None:
    session.execute(text('CREATE TEMPORARY TABLE kept (name text, n numeric(18, 6), "on" date, ok bool)'))
    table = Table("kept", MetaData(), Column("name", Text), Column("n", Numeric(18, 6)))
    table.append_column(Column("on", Date))
    table.append_column(Column("ok", Boolean))
    copy_rows(session, table, _VALUES * times)
    copy_rows(session, table, [])
    rows = session.execute(text('SELECT name, n, "on", ok FROM kept')).all()
    assert rows == [tuple(row.values()) for row in _VALUES] * times


def test_lists_and_json_are_written_by_copy(session: Any) -> None:
    session.execute(text("CREATE TEMPORARY TABLE listed (words text[], told jsonb)"))
    table = Table("listed", MetaData(), Column("words", ARRAY(Text)), Column("told", JSONB))
    copy_rows(session, table, [{"words": ["a", "b,c"], "told": '{"k": [1]}'}])
    assert session.execute(text("SELECT words, told FROM listed")).one() == (["a", "b,c"], {"k": [1]})


def test_a_few_rows_that_are_refused_raise_what_many_do(session: Any) -> None:
    table = m.Maker.__table__
    for count in (2, 60):
        with pytest.raises(IntegrityError), session.begin_nested():
            copy_rows(session, table, [{"name": "Twice"}] * count)
