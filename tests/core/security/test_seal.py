"""Seals on the audit: every way of rewriting history is found."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from core import m
from core.db import db
from core.security.audit import record
from core.security.seal import seal_events, verify
from tests.conftest import database_url

pytestmark = pytest.mark.addons()


def note(*ids, after=None):
    record(db.session, "post", "accounting.invoice", ids, after)
    db.session.commit()


def seal():
    sealed = seal_events(db.session, "0")
    db.session.commit()
    return sealed


@pytest.fixture
def chain(app):
    """Three seals with four events and those of the company."""
    seal()
    for ids in ((1, 2), (3,)):
        note(*ids, after={"say": "好\n“", "n": 1})
        assert seal() == len(ids)
    return verify(db.session.connection())


def tamper(statement, **values):
    """What someone with the owner's rights can do: switch the triggers off."""
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    db.session.execute(text(statement), values)
    db.session.commit()
    return verify(db.session.connection())


def test_a_chain_that_nobody_touched_is_sound(chain):
    assert chain.broken == []
    assert chain.seals == 3
    assert chain.events == db.session.query(m.AuditEvent).count()
    assert len(chain.head) == 64


def test_events_wait_for_their_seal(app):
    note(1)
    assert seal_events(db.session) == 0
    assert seal_events(db.session, "0") > 0
    assert seal_events(db.session, "0") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET user_name = 'somebody else' WHERE record_id = 1",
        "UPDATE audit_event SET after = '{}' WHERE record_id = 2 AND model = 'accounting.invoice'",
        "UPDATE audit_event SET at = at + interval '1 microsecond' WHERE record_id = 3",
        "UPDATE audit_event SET record_id = NULL WHERE record_id = 3",
    ],
)
def test_a_changed_event_is_found(chain, statement):
    assert any("is not what it was" in fault for fault in tamper(statement).broken)


def test_a_removed_event_is_found(chain):
    assert tamper("DELETE FROM audit_event WHERE record_id = 1 AND seal_id = 2").broken == [
        "seal 2 was made of 2 events, and 1 are there"
    ]


def test_an_event_put_under_an_old_seal_is_found(chain):
    verdict = tamper(
        "INSERT INTO audit_event (action, model, record_id, seal_id) VALUES ('post', 'invented', 9, 2)"
    )
    assert verdict.broken == ["seal 2 was made of 2 events, and 3 are there"]


def test_a_missing_seal_is_found(chain):
    verdict = tamper("DELETE FROM audit_seal WHERE id = 2")
    assert "seal 2 is missing" in verdict.broken


def test_a_chain_cut_off_at_its_end_is_found_by_the_hash_that_was_kept(chain):
    assert verify(db.session.connection(), chain.head).broken == []
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    db.session.execute(text("DELETE FROM audit_event WHERE seal_id = 3"))
    verdict = tamper("DELETE FROM audit_seal WHERE id = 3")
    assert verdict.broken == []
    assert "cut off or made anew" in verify(db.session.connection(), chain.head).broken[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET user_name = 'x'",
        "UPDATE audit_event SET seal_id = 1, user_name = 'x' WHERE seal_id IS NULL",
        "UPDATE audit_event SET seal_id = NULL",
        "UPDATE audit_event SET seal_id = 1 WHERE seal_id = 2",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE audit_seal SET hash = ''",
        "DELETE FROM audit_seal",
    ],
)
def test_the_owner_too_is_refused_while_the_triggers_stand(chain, statement):
    note(4)
    with pytest.raises(DBAPIError, match=r"only ever added|cannot truncate"):
        db.session.execute(text(statement))


def test_what_commits_late_comes_under_a_later_seal(app, database):
    """An event with a lower number that is not committed yet holds nobody up, and is not forgotten."""
    seal()
    engine = create_engine(database_url(database))
    with engine.connect() as slow:
        insert = text("INSERT INTO audit_event (action, model, record_id) VALUES ('post', 'late', 1)")
        slow.execute(insert)
        note(2)
        assert seal() == 1
        slow.commit()
    assert seal() == 1
    engine.dispose()
    assert verify(db.session.connection()).broken == []


def test_two_sealers_make_one_chain(app, database):
    seal()
    note(*range(50))
    engine = create_engine(database_url(database))
    sealed = []

    def run():
        with engine.begin() as connection:
            sealed.append(seal_events(connection, "0"))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert sorted(sealed) == [0, 0, 0, 50]
    assert verify(db.session.connection()).broken == []


TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    after=st.dictionaries(TEXTS, st.none() | st.booleans() | st.integers(-(2**40), 2**40) | TEXTS, max_size=4)
)
def test_both_paths_read_every_text_alike(app, after):
    note(1, after=after)
    assert seal() >= 1
    assert verify(db.session.connection()).broken == []
