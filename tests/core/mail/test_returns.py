"""Letters that come back are found in a mailbox, kept beside the mail, and told from what lies there too."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core import m
from core.db import db
from core.jobs.schedule import start_now
from core.mail import sender
from core.mail.noting import ReturnError
from core.mail.reports import is_automatic, read_report
from tests.conftest import work
from tests.core.mail.imap_server import Mailbox, serving

DSN = """From: MAILER-DAEMON@mx.customer.example
To: robot@bincard.example
Message-ID: <{key}@mx.customer.example>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient address
 rejected: User unknown

--b
Content-Type: message/rfc822

Message-ID: {original}
To: {address}
Subject: Statement

Please find it attached.
--b--
"""
AWAY = """From: Ann <ann@customer.example>
To: robot@bincard.example
Message-ID: <away1@customer.example>
In-Reply-To: {original}
Subject: Out of office: back on Monday
Auto-Submitted: auto-replied

I am away.
"""
PERSON = """From: Ann <ann@customer.example>
To: robot@bincard.example
Message-ID: <a1@customer.example>
In-Reply-To: {original}
Subject: Re: Statement

550 5.1.1 is what your invoice says; please call me.
"""
QMAIL = """From: MAILER-DAEMON@old.example
To: robot@bincard.example
Message-ID: <q1@old.example>
Subject: failure notice

Hi. This is the qmail-send program at old.example.
<ann@customer.example>:
550 5.1.1 sorry, no mailbox here by that name

--- Below this line is a copy of the message.

Message-ID: {original}
To: ann@customer.example
Subject: Statement
"""


@pytest.fixture
def mailbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with serving(Mailbox()) as box:
        values = {"host": "127.0.0.1", "port": box.port, "user": "robot", "security": "none"}
        for name, value in values.items():
            monkeypatch.setattr(app.extensions["settings"], f"returns_{name}", value)
        monkeypatch.setattr(app.extensions["settings"], "returns_password", Secret(box.password))
        yield box


class Secret(str):
    def get_secret_value(self) -> str:
        return str(self)


@pytest.fixture
def sent(app: Flask, queue: Callable[..., Any]) -> Any:
    """A message to two recipients that the server took."""
    message = queue(to=["ann@customer.example", "bob@customer.example"])
    sender.send_due()
    db.session.refresh(message)
    assert message.state == "sent"
    return message


@pytest.fixture
def read(app: Flask) -> Callable[[], dict[str, Any]]:
    """Let the scheduled action have its turn; returns what it counted, or the reason why not."""

    def turn() -> dict[str, Any]:
        action = db.session.scalars(select(m.ScheduledAction).filter_by(code="mail.read_returns")).one()
        job = start_now(db.session, action)
        db.session.commit()
        work(app)
        item = db.session.scalars(select(m.JobItem).where(m.JobItem.job_id == job.id)).one()
        db.session.expire_all()
        return {**(item.result or {}), "state": item.state, "reason": item.reason}

    return turn


def dsn(message: Any, **changes: str) -> bytes:
    values = {"action": "failed", "status": "5.1.1", "key": "k1", "address": "ann@customer.example"}
    return DSN.format(**{**values, "original": message.message_id, **changes}).encode()


def returns() -> list[Any]:
    return list(db.session.scalars(select(m.MailReturn).order_by(m.MailReturn.id)))


def test_a_letter_that_came_back_is_marked_and_its_address_is_bad(
    sent: Any, mailbox: Mailbox, read: Callable[[], dict[str, Any]]
) -> None:
    number = mailbox.put(dsn(sent))
    assert read()["bounced"] == 1
    [returned] = returns()
    assert (returned.address, returned.kind, returned.status) == ("ann@customer.example", "bounced", "5.1.1")
    assert "User unknown" in returned.reason and (returned.is_bad, returned.state) == (True, "open")
    assert sent.state == "returned" and sent.attempt_log[-1].outcome == "bounced"
    bad = m.MailReturn.bad_among(db.session, ["Ann@customer.example", "bob@customer.example"])
    assert list(bad) == ["ann@customer.example"]

    # It is marked as seen only by a turn that finds it kept, and adds nothing to it.
    assert mailbox.seen == set()
    assert read()["bounced"] == 0
    assert mailbox.seen == {number} and len(returns()) == 1

    m.MailReturn.settle(db.session, [returned])
    assert m.MailReturn.bad_among(db.session, ["ann@customer.example"]) == {}
    with pytest.raises(ReturnError, match="Nothing is open"):
        m.MailReturn.settle(db.session, [returned])


@pytest.mark.parametrize(
    ("changes", "kind", "is_bad", "state"),
    [
        ({"status": "5.2.2"}, "bounced", False, "returned"),
        ({"status": "5.7.1"}, "bounced", False, "returned"),
        ({"status": "4.4.7"}, "bounced", False, "returned"),
        ({"status": "5.0.0"}, "bounced", True, "returned"),
        ({"action": "delayed", "status": "4.4.1"}, "delayed", False, "sent"),
    ],
)
def test_what_is_no_fault_of_the_address_is_told_apart(
    sent: Any,
    mailbox: Mailbox,
    read: Callable[[], dict[str, Any]],
    changes: dict[str, str],
    kind: str,
    is_bad: bool,
    state: str,
) -> None:
    mailbox.put(dsn(sent, **changes))
    assert read()[kind] == 1
    [returned] = returns()
    assert (returned.kind, returned.is_bad, sent.state) == (kind, is_bad, state)


def test_out_of_office_replies_are_noted_and_letters_of_people_left_alone(
    sent: Any, mailbox: Mailbox, read: Callable[[], dict[str, Any]]
) -> None:
    mailbox.put(AWAY.format(original=sent.message_id).encode())
    letter = mailbox.put(PERSON.format(original=sent.message_id).encode())
    counts = read()
    assert (counts["away"], counts["letters"], counts["bounced"]) == (1, 1, 0)
    [returned] = returns()
    assert (returned.kind, returned.state) == ("away", "noted") and "Monday" in returned.reason
    assert sent.state == "sent"
    read()
    assert letter not in mailbox.seen and letter not in mailbox.fetched, "nobody opens a person's letter"


def test_a_server_that_says_it_in_words_is_understood(
    sent: Any, mailbox: Mailbox, read: Callable[[], dict[str, Any]]
) -> None:
    mailbox.put(QMAIL.format(original=sent.message_id).encode())
    assert read()["bounced"] == 1
    [returned] = returns()
    assert (returned.address, returned.status, returned.is_bad) == ("ann@customer.example", "5.1.1", True)


def test_reports_about_others_mail_or_addresses_change_nothing(
    sent: Any, mailbox: Mailbox, read: Callable[[], dict[str, Any]]
) -> None:
    """A report is somebody's claim: of an address that the mail never went to nothing is believed."""
    foreign = mailbox.put(dsn(sent, original="<other@elsewhere.example>"))
    strange = mailbox.put(dsn(sent, address="boss@victim.example", key="k2"))
    assert read()["of others"] == 2
    assert returns() == [] and sent.state == "sent" and mailbox.seen == {foreign, strange}


def test_a_broken_line_or_a_wrong_password_is_a_reason_and_loses_nothing(
    sent: Any, mailbox: Mailbox, read: Callable[[], dict[str, Any]]
) -> None:
    mailbox.put(dsn(sent))
    for setting, value in (("password", "changed"), ("breaks_after", 3)):
        before = getattr(mailbox, setting)
        setattr(mailbox, setting, value)
        turn = read()
        assert turn["state"] == "failed" and f"127.0.0.1:{mailbox.port}" in turn["reason"]
        setattr(mailbox, setting, before)
    assert returns() == [] and mailbox.seen == set()
    assert read()["bounced"] == 1


def test_without_a_mailbox_the_action_says_how_to_set_one_and_is_off(
    app: Flask, read: Callable[[], dict[str, Any]]
) -> None:
    action = db.session.scalars(select(m.ScheduledAction).filter_by(code="mail.read_returns")).one()
    assert action.active is False
    assert "BINCARD_RETURNS_HOST" in read()["reason"]


@given(st.binary(max_size=2000))
def test_no_contents_of_a_mailbox_stop_the_reading(noise: bytes) -> None:
    for contents in (noise, DSN.encode() + noise, noise + QMAIL.encode(), DSN.encode()[: len(noise)]):
        is_automatic(contents)
        read_report(contents)


def test_a_long_report_is_read_in_part(sent: Any) -> None:
    file = io.BytesIO(dsn(sent) + b"x" * 2_000_000)
    report = read_report(file.getvalue()[:1_000_000])
    assert report is not None and report.returned[0].address == "ann@customer.example"
