"""bincard doctor: each thing that can be wrong is found, with what mends it."""

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from core import doctor
from core.db import db
from core.documents.glyphs import SCRIPTS
from core.records import attachments
from core.security.seal import seal_events
from core.settings import get_settings
from tests.conftest import RUN, execute_on_server, lifecycle_on

SOUND = {
    "secret_key": SecretStr("x" * 40),
    "mail_transport": "smtp",
    "mail_from": "Bincard <robot@bincard.example>",
    "mail_reply_to": "office@bincard.example",
    "database_owner_url": "postgresql://owner@/x",
}


@pytest.fixture
def findings(app, database):
    """What a look at the test's database finds, by name."""

    def look(**changed):
        settings = get_settings().model_copy(update={**SOUND, **changed})
        return {f.name: f for f in doctor.examine(lifecycle_on(database), settings)}

    return look


@pytest.fixture(autouse=True)
def in_time(app):
    """The database is a copy of one that was made when the tests began, which may be a while ago."""
    db.session.execute(text("UPDATE scheduled_action SET next_run_at = now()"))
    seal_events(db.session, "0 seconds")
    db.session.commit()


def test_a_sound_installation(findings):
    looked = findings()
    not_ok = {name for name, finding in looked.items() if finding.state != doctor.OK}
    # The tests' server is not durable, and they run without a broker, with the machine's fonts.
    assert not_ok <= {"durability", "broker", "workers", "scripts on paper"}
    scripts = looked["scripts on paper"]
    assert all(name in scripts.found for name in SCRIPTS) or "fonts-noto" in scripts.remedy
    assert all(finding.remedy == "" for finding in looked.values() if finding.state == doctor.OK)


BEHIND = "now() - interval '1 hour'"
WRONGS = {
    "beat": "INSERT INTO scheduled_action (code, name, kind, every, unit, next_run_at) "
    f"VALUES ('a', 'a', 'k', 1, 'days', {BEHIND})",
    "jobs": f"INSERT INTO job (kind, title, created_at) VALUES ('k', 't', {BEHIND})",
    "failed jobs": "INSERT INTO job (kind, title, state) VALUES ('k', 't', 'failed')",
    "outbox": 'INSERT INTO mail_message (company_id, state, message_id, sender, "to", subject, body) '
    "SELECT id, 'unsure', '<1@x>', 'a@x.example', '{b@x.example}', 's', 'b' FROM company",
    "migrations": "DELETE FROM core_migration; INSERT INTO core_migration VALUES ('core_0004')",
}


@pytest.mark.parametrize("name", sorted(WRONGS))
def test_what_is_wrong_in_the_database_is_found(findings, name):
    assert findings()[name].state == doctor.OK
    db.session.execute(text(WRONGS[name]))
    db.session.commit()
    found = findings()[name]
    assert found.state != doctor.OK
    assert found.remedy


@pytest.mark.parametrize(
    ("name", "changed", "state"),
    [
        ("secret key", {"secret_key": SecretStr("short"), "development": False}, doctor.BAD),
        ("secret key", {"secret_key": SecretStr(""), "development": True}, doctor.WARNING),
        ("database roles", {"database_owner_url": ""}, doctor.WARNING),
        ("mail", {"mail_transport": "mailbox"}, doctor.WARNING),
        ("sender of mail", {"mail_from": "Bincard <no-reply@localhost>"}, doctor.BAD),
        ("answers to mail", {"mail_reply_to": ""}, doctor.WARNING),
        ("log-in to the mail server", {"smtp_user": "x", "smtp_security": "none"}, doctor.WARNING),
        ("broker", {"broker_url": "memory://"}, doctor.WARNING),
    ],
)
def test_what_is_wrong_in_the_settings_is_found(findings, name, changed, state):
    found = findings(**changed)[name]
    assert (found.state, bool(found.remedy)) == (state, True)


def test_an_empty_database_is_told_check_by_check(tmp_path):
    empty = f"test_{RUN}_empty"
    execute_on_server(f'DROP DATABASE IF EXISTS "{empty}"', f'CREATE DATABASE "{empty}"')
    settings = get_settings().model_copy(update={**SOUND, "data": tmp_path / "missing"})
    found = {f.name: f for f in doctor.examine(lifecycle_on(empty), settings)}
    assert found["migrations"].state == found["beat"].state == found["mail"].state == doctor.BAD
    assert found["beat"].remedy == "run: bincard init"
    assert found["files"].remedy == "check BINCARD_DATA"
    assert found["PostgreSQL"].state == found["clock"].state == doctor.OK


def test_a_missing_attachment_is_found(findings, company):
    sha256 = attachments.store(b"contents")
    db.session.execute(
        text(
            "INSERT INTO attachment (company_id, filename, mimetype, sha256, size) "
            "VALUES (:company, 'a.txt', 'text/plain', :sha256, 8)"
        ),
        {"company": company.id, "sha256": sha256},
    )
    db.session.commit()
    assert findings()["attachments"].found == "0 of 1 files are missing"
    attachments.path_of(sha256).unlink()
    assert findings()["attachments"].state == doctor.BAD
