"""From an outbox row to the bytes that go over the wire; the same row gives the same message."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

#: One line never needs folding by the generator, which would cost as much as all the rest.
_POLICY = SMTP.clone(max_line_length=998)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class File:
    """A file to send along."""

    filename: str
    mimetype: str
    contents: bytes


@dataclass(frozen=True)
class Outgoing:
    """A message as the outbox holds it."""

    id: int
    message_id: str
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    body: str
    created_at: datetime
    redirect: str = ""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who really gets it: the address of the redirect mode, if one is set."""
        return (self.redirect,) if self.redirect else (*self.to, *self.cc)

    @property
    def envelope_sender(self) -> str:
        """The address to which a server returns what it can't deliver."""
        return parseaddr(self.sender)[1]


def build(outgoing: Outgoing, files: Iterable[File] = ()) -> bytes:
    """The message with its files, ready for a server."""
    message = EmailMessage(policy=_POLICY)
    message["Message-ID"] = outgoing.message_id
    message["Date"] = format_datetime(outgoing.created_at)
    message["From"] = outgoing.sender
    _address(message, outgoing)
    # Keeps holiday notices and other robots from answering.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(outgoing.body, cte="base64" if not outgoing.body.isascii() else None)
    for file in files:
        _attach(message, file)
    return message.as_bytes()


def _address(message: EmailMessage, outgoing: Outgoing) -> None:
    if outgoing.redirect:
        real = ", ".join((*outgoing.to, *outgoing.cc))
        message["To"] = outgoing.redirect
        message["Subject"] = f"[{real}] {outgoing.subject}"
        return
    message["To"] = ", ".join(outgoing.to)
    if outgoing.cc:
        message["Cc"] = ", ".join(outgoing.cc)
    message["Subject"] = outgoing.subject


def _attach(message: EmailMessage, file: File) -> None:
    kind, _slash, subtype = file.mimetype.partition("/")
    if not subtype or kind in ("multipart", "message"):
        kind, subtype = "application", "octet-stream"
    name = _CONTROL.sub(" ", file.filename)
    message.add_attachment(file.contents, maintype=kind, subtype=subtype, filename=name)
