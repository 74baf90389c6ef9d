import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import text

from core import m, mail
from core.db import db
from core.records import attachments
from tests.patience import PATIENCE


@dataclass
class Sink:
    """A mail server on loopback that answers as it is told and keeps what it took."""

    #: Answers to whole messages, used up one by one; then `250 OK`.
    answers: list[str] = field(default_factory=list)
    #: Answers to recipients by address.
    refused: dict[str, str] = field(default_factory=dict)
    taken: list[Envelope] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)
    #: When set, a whole message was received; the answer waits for `release`.
    received: threading.Event = field(default_factory=threading.Event)
    release: threading.Event | None = None
    port: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.connections.add(id(session))
        self.received.set()
        if self.release is not None:
            await server.loop.run_in_executor(None, self.release.wait, PATIENCE)
        answer = self.answers.pop(0) if self.answers else "250 OK taken"
        if answer.startswith("250"):
            self.taken.append(envelope)
        return answer

    def messages(self) -> list[EmailMessage]:
        return [cast(EmailMessage, message_from_bytes(e.content, policy=default)) for e in self.taken]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sink(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """The app sends by SMTP, to a server that a test can steer."""
    kept = Sink(port=free_port())
    controller = Controller(kept, hostname="127.0.0.1", port=kept.port)
    controller.start()
    settings = app.extensions["settings"]
    for name, value in {
        "mail_transport": "smtp",
        "smtp_host": "127.0.0.1",
        "smtp_port": kept.port,
        "smtp_timeout": 10,
        "mail_from": "Bincard <robot@bincard.example>",
    }.items():
        monkeypatch.setattr(settings, name, value)
    yield kept
    if kept.release is not None:
        kept.release.set()
    controller.stop()


def company_id() -> int:
    return int(db.session.execute(text("SELECT id FROM company")).scalar_one())


@pytest.fixture
def queue(app: Flask) -> Callable[..., Any]:
    """Queue a message and commit."""

    def queued(**changes: Any) -> Any:
        values: dict[str, Any] = {
            "to": ["ann@customer.example"],
            "subject": "Statement ST/2026/00001",
            "body": "Please find it attached.\n",
            "model": "billing.statement",
            "record_id": 17,
            "company_id": company_id(),
        }
        message = mail.queue(db.session, **(values | changes))
        db.session.commit()
        return message

    return queued


@pytest.fixture
def attach(app: Flask) -> Callable[..., Any]:
    """Keep a file."""

    def attached(filename: str, contents: bytes, mimetype: str = "application/pdf") -> Any:
        row = m.Attachment(
            filename=filename,
            mimetype=mimetype,
            sha256=attachments.store(contents),
            size=len(contents),
            company_id=company_id(),
        )
        db.session.add(row)
        db.session.commit()
        return row

    return attached


@pytest.fixture
def mailbox_folder(app: Flask) -> Path:
    return app.extensions["settings"].mailbox
