"""Sending to a real server on loopback, with all the ways in which it goes wrong."""

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from core import mail
from core.db import db
from core.mail.sender import LADDER
from tests.core.mail.conftest import Sink, free_port
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
#: The host alone.
pytestmark = pytest.mark.addons()


def wait_until_due() -> None:
    db.session.execute(text("UPDATE mail_message SET next_attempt_at = now() - interval '1 second'"))
    db.session.commit()


def attempts(message: Any) -> list[tuple[str, str]]:
    db.session.refresh(message)
    return [(a.outcome, a.response) for a in message.attempt_log]


def test_a_message_arrives_as_it_was_written(
    sink: Sink, queue: Callable[..., Any], attach: Callable[..., Any]
) -> None:
    file = attach("对账单 2026-05.pdf", b"%PDF-1.7 \r\n.\r\n" * 3)
    message = queue(cc=["bob@customer.example"], subject="对账单", body="您好，\n.\n", attachments=[file])
    assert mail.send_due() == mail.Counts(sent=1)
    [envelope], [received] = sink.taken, sink.messages()
    assert envelope.mail_from == "robot@bincard.example"
    assert envelope.rcpt_tos == ["ann@customer.example", "bob@customer.example"]
    assert received["From"] == "Bincard <robot@bincard.example>"
    assert (received["To"], received["Cc"]) == ("ann@customer.example", "bob@customer.example")
    assert received["Subject"] == "对账单"
    assert received["Message-ID"] == message.message_id
    assert received["Date"].datetime == message.created_at.replace(microsecond=0)
    assert received["Auto-Submitted"] == "auto-generated"
    assert received.get_body().get_content().splitlines() == ["您好，", "."]
    [part] = received.iter_attachments()
    assert part.get_filename() == "对账单 2026-05.pdf"
    assert part.get_payload(decode=True) == b"%PDF-1.7 \r\n.\r\n" * 3
    assert attempts(message) == [("sent", "250 OK taken")]
    assert (message.state, message.attempts, message.response) == ("sent", 1, "250 OK taken")
    assert message.sent_at is not None


def test_an_ascii_text_with_lone_dots_arrives_whole(sink: Sink, queue: Callable[..., Any]) -> None:
    queue(body=".\n..\nend\n.")
    mail.send_due()
    assert sink.messages()[0].get_content().splitlines() == [".", "..", "end", "."]


def test_many_messages_go_over_one_connection(sink: Sink, queue: Callable[..., Any]) -> None:
    for _ in range(5):
        queue()
    assert mail.send_due(limit=3) == mail.Counts(sent=3)
    assert len(sink.connections) == 1
    assert mail.send_due() == mail.Counts(sent=2)
    assert mail.send_due() == mail.Counts()


def test_refused_for_now_then_taken(sink: Sink, queue: Callable[..., Any]) -> None:
    sink.answers = ["451 try again later"]
    message = queue()
    assert mail.send_due() == mail.Counts(delayed=1)
    db.session.refresh(message)
    assert (message.state, message.response) == ("queued", "451 try again later")
    wait = message.next_attempt_at - datetime.now(UTC)
    assert LADDER[0] - timedelta(seconds=20) < wait <= LADDER[0]
    assert mail.send_due() == mail.Counts()
    db.session.rollback()
    wait_until_due()
    assert mail.send_due() == mail.Counts(sent=1)
    assert attempts(message) == [("delayed", "451 try again later"), ("sent", "250 OK taken")]


def test_after_the_last_rung_it_has_failed(sink: Sink, queue: Callable[..., Any]) -> None:
    message = queue()
    for rung in LADDER:
        sink.answers = ["450 mailbox busy"]
        wait_until_due()
        assert mail.send_due() == mail.Counts(delayed=1)
        db.session.refresh(message)
        assert message.next_attempt_at - datetime.now(UTC) > rung - timedelta(seconds=20)
    sink.answers = ["450 mailbox busy"]
    wait_until_due()
    assert mail.send_due() == mail.Counts(failed=1)
    db.session.refresh(message)
    assert (message.state, message.attempts) == ("failed", 7)
    mail.retry(db.session, message)
    db.session.commit()
    assert mail.send_due() == mail.Counts(sent=1)


def test_refused_for_good(sink: Sink, queue: Callable[..., Any]) -> None:
    sink.answers = ["554 this looks like spam"]
    message, other = queue(), queue()
    assert mail.send_due() == mail.Counts(sent=1, failed=1)
    assert attempts(message) == [("failed", "554 this looks like spam")]
    assert attempts(other) == [("sent", "250 OK taken")]


def test_one_refused_recipient_keeps_the_letter_from_no_other_and_is_said(
    sink: Sink, queue: Callable[..., Any]
) -> None:
    sink.refused = {"gone@customer.example": "550 no such user", "full@customer.example": "452 mailbox full"}
    message = queue(to=["gone@customer.example", "ann@customer.example"], cc=["full@customer.example"])
    assert mail.send_due() == mail.Counts(sent=1)
    said = "250 OK taken; not taken for gone@customer.example: 550 no such user; "
    assert attempts(message) == [("sent", f"{said}full@customer.example: 452 mailbox full")]
    assert [envelope.rcpt_tos for envelope in sink.taken] == [["ann@customer.example"]]


@pytest.mark.parametrize(
    ("other", "state"), [("550 no such user", "failed"), ("452 mailbox full", "delayed")]
)
def test_a_letter_that_nobody_would_get_is_not_sent(
    sink: Sink, queue: Callable[..., Any], other: str, state: str
) -> None:
    sink.refused = {"gone@customer.example": "550 no such user", "b@customer.example": other}
    message = queue(to=["gone@customer.example", "b@customer.example"])
    mail.send_due()
    said = f"gone@customer.example: 550 no such user; b@customer.example: {other}"
    assert attempts(message) == [(state, said)]
    assert sink.taken == []


def test_answers_go_to_somebody_who_reads_them(
    app: Flask, sink: Sink, queue: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def answered_by(address: str) -> str | None:
        db.session.execute(text("UPDATE company SET email = :address"), {"address": address})
        queue()
        mail.send_due()
        return sink.messages()[-1]["Reply-To"]

    assert answered_by("") is None
    monkeypatch.setattr(app.extensions["settings"], "mail_reply_to", "office@bincard.example")
    assert answered_by("no address") == "office@bincard.example"
    assert answered_by("Accounts <ar@test.example>, sales@test.example") == (
        "ar@test.example, sales@test.example"
    )


def test_a_server_that_is_down(sink: Sink, queue: Callable[..., Any], app: Flask) -> None:
    app.extensions["settings"].smtp_port = port = free_port()
    message = queue()
    assert mail.send_due() == mail.Counts(delayed=1)
    assert attempts(message) == [("delayed", f"127.0.0.1:{port}: [Errno 111] Connection refused")]


def test_a_server_without_the_encryption_that_is_asked_for_gets_nothing(
    sink: Sink, queue: Callable[..., Any], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["settings"], "smtp_security", "starttls")
    message = queue()
    assert mail.send_due() == mail.Counts(delayed=1)
    assert attempts(message) == [
        ("delayed", f"127.0.0.1:{sink.port}: STARTTLS extension not supported by server.")
    ]
    monkeypatch.setattr(app.extensions["settings"], "smtp_security", "tls")
    wait_until_due()
    assert mail.send_due() == mail.Counts(delayed=1)
    assert "SSL" in attempts(message)[1][1]
    assert sink.taken == []


def test_a_connection_that_breaks_before_the_answer(
    sink: Sink, queue: Callable[..., Any], app: Flask
) -> None:
    sink.release = threading.Event()
    app.extensions["settings"].smtp_timeout = 1
    parked, again = queue(when_unsure="park"), queue()
    assert mail.send_due() == mail.Counts(delayed=1, unsure=1)
    assert attempts(parked)[0][0] == attempts(again)[0][0] == "unsure"
    assert attempts(parked)[0][1].startswith("the connection broke before the server answered: ")
    assert (parked.state, again.state) == ("unsure", "queued")


def test_a_lost_attachment_fails_before_the_server_is_asked(
    sink: Sink, queue: Callable[..., Any], attach: Callable[..., Any]
) -> None:
    from core.records.attachments import path_of

    file = attach("statement.pdf", b"%PDF swapped")
    message = queue(attachments=[file])
    path_of(file.sha256).write_bytes(b"another customer's")
    assert mail.send_due() == mail.Counts(failed=1)
    [(outcome, response)] = attempts(message)
    assert outcome == "failed"
    assert response == (
        f"an attachment can't be read: the stored file {file.sha256} is damaged: restore it from a backup"
    )
    assert not sink.received.is_set()


def test_redirect_mode_lets_nothing_out(
    sink: Sink, queue: Callable[..., Any], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["settings"], "mail_redirect", "test@bincard.example")
    queue(cc=["bob@customer.example"])
    assert mail.send_due() == mail.Counts(sent=1)
    [envelope], [received] = sink.taken, sink.messages()
    assert envelope.rcpt_tos == [received["To"]] == ["test@bincard.example"]
    assert received["Cc"] is None
    assert received["Subject"] == "[ann@customer.example, bob@customer.example] Statement ST/2026/00001"


def test_the_mailbox_keeps_one_file_a_message(
    app: Flask, queue: Callable[..., Any], mailbox_folder: Path
) -> None:
    message = queue(when_unsure="retry")
    assert mail.send_due() == mail.Counts(sent=1)
    message.state = "queued"
    db.session.commit()
    assert mail.send_due() == mail.Counts(sent=1)
    [path] = mailbox_folder.glob("*.eml")
    assert message_from_bytes(path.read_bytes(), policy=default)["Message-ID"] == message.message_id
    assert message.attempt_log[0].response == f"mailbox/{path.name}"


SENDER = """
import sys
from core.app import create_app
from core.loader.discovery import discover
from core.loader.graph import resolve
from core.mail import send_due
from core.settings import get_settings
with create_app(resolve([], discover())).app_context():
    print("ready", flush=True)
    sys.stdin.readline()
    print(send_due(1000).sent, flush=True)
"""


def start_sender(app: Flask, sink: Sink) -> subprocess.Popen[str]:
    settings = app.extensions["settings"]
    environment = {
        "DATABASE_URL": settings.database_url,
        "BINCARD_DATA": str(settings.data),
        "BINCARD_MAIL_TRANSPORT": "smtp",
        "BINCARD_SMTP_HOST": "127.0.0.1",
        "BINCARD_SMTP_PORT": str(sink.port),
        "PYTHONPATH": ":".join([str(ROOT), *sys.path]),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", SENDER],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.crash
@pytest.mark.parametrize(("when_unsure", "state"), [("park", "unsure"), ("retry", "queued")])
def test_a_sender_killed_before_the_answer(
    app: Flask, sink: Sink, queue: Callable[..., Any], when_unsure: str, state: str
) -> None:
    sink.release = threading.Event()
    message = queue(when_unsure=when_unsure)
    with start_sender(app, sink) as process:
        go(process)
        assert sink.received.wait(PATIENCE)
        db.session.refresh(message)
        assert message.state == "sending"
        assert mail.recover() == mail.Counts(), "its sender still lives"
        process.send_signal(signal.SIGKILL)
    db.session.rollback()
    assert recovered() == (mail.Counts(unsure=1) if state == "unsure" else mail.Counts(delayed=1))
    assert attempts(message) == [("unsure", "the sender stopped before it could note the server's answer")]
    assert (message.state, message.attempts) == (state, 1)


def recovered() -> mail.Counts:
    """The server notices a killed client a moment later: ask until it has."""
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while True:
        counts = mail.recover()
        if counts.total or datetime.now(UTC) > deadline:
            return counts


@pytest.mark.crash
def test_two_senders_never_send_one_message_twice(app: Flask, sink: Sink, queue: Callable[..., Any]) -> None:
    wanted = {queue().message_id for _ in range(100)}
    with start_sender(app, sink) as one, start_sender(app, sink) as other:
        go(one)
        go(other)
        assert one.stdout is not None
        assert other.stdout is not None
        sent = int(one.stdout.readline()), int(other.stdout.readline())
    assert sum(sent) == 100
    assert min(sent) > 0
    assert Counter(r["Message-ID"] for r in sink.messages()) == Counter(wanted)
    assert db.session.execute(text("SELECT DISTINCT state FROM mail_message")).scalars().all() == ["sent"]
