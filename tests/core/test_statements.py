"""Statements that we write out: what the session does beside sending them, and how acts are planned."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, event, text
from sqlalchemy.exc import DBAPIError

from core import m
from core.db import db
from core.db.locks import limit_waiting
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
    assert session.scalar(_PLANNING) == "force_custom_plan"
    session.commit()
    assert session.scalar(_PLANNING) == "auto"


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
