"""What comes back into the mailbox that mail is sent from, told apart.

Problem: a letter to a mailbox that is gone is taken by the next server and returned hours later, to an
address that nobody reads; beside it lie out-of-office replies, which look alike, and letters of people.
Rule: a delivery status notification (RFC 3464) says in fields which recipient failed and why, and holds the
original's Message-ID; what is `Auto-Submitted` (RFC 3834) and answers a message of ours is an out-of-office
reply; all else is a person's letter, which is left alone. Example: `Action: failed`, `Status: 5.1.1` →
bounced, a bad address; 5.2.2, a full mailbox → bounced, and the address is not at fault; `Action: delayed` →
for information.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser, Parser
from email.policy import compat32
from email.utils import getaddresses

_MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_REFUSED = re.compile(r"\b5\d\d\b")
#: Classes of permanent failures that are no fault of the address: mailboxes, systems, policy.
_NOT_THE_ADDRESS = ("5.2.", "5.3.", "5.6.", "5.7.", "4.")
_DAEMONS = ("mailer-daemon", "postmaster")
_LONGEST = 900


@dataclass(frozen=True)
class Returned:
    """What was said of one recipient."""

    address: str
    #: `bounced`, `delayed` or `away`.
    kind: str
    status: str = ""
    reason: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether the address itself is at fault."""
        return self.kind == "bounced" and not self.status.startswith(_NOT_THE_ADDRESS)


@dataclass(frozen=True)
class Report:
    """An answer of a machine: which it is, the messages that it may be about, and what of whom."""

    key: str
    message_ids: tuple[str, ...]
    returned: tuple[Returned, ...]


def is_automatic(header: bytes) -> bool:
    """Whether a machine wrote it, by its header alone: letters of people are not fetched."""
    message = BytesParser(policy=compat32).parsebytes(header, headersonly=True)
    return message.get_content_type() == "multipart/report" or _is_reply(message) or _is_daemon(message)


def read_report(contents: bytes) -> Report | None:
    """What a machine answered; None for what says nothing of a delivery."""
    message = BytesParser(policy=compat32).parsebytes(contents)
    returned = tuple(_statuses(message)) or tuple(_in_words(message)) or tuple(_away(message))
    if not returned:
        return None
    named = str(message.get("Message-ID", "")).strip()
    key = hashlib.sha256(named.encode("utf-8", "replace") or contents).hexdigest()
    return Report(key, tuple(dict.fromkeys(_originals(message))), returned)


def _statuses(message: Message) -> Iterator[Returned]:
    """The recipients of a delivery status notification."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            found = _status(block) if isinstance(block, Message) else None
            if found is not None:
                yield found


def _status(block: Message) -> Returned | None:
    named = block.get("Original-Recipient") or block.get("Final-Recipient") or ""
    address = str(named).partition(";")[2].strip().strip("<>")
    action = str(block.get("Action", "")).strip().lower()
    if not address or action not in ("failed", "delayed"):
        return None
    status = _STATUS.search(str(block.get("Status", "")))
    words = " ".join(str(block.get("Diagnostic-Code", "")).partition(";")[2].split())
    kind = "bounced" if action == "failed" else "delayed"
    return Returned(address, kind, status[0] if status else "", words[:_LONGEST])


def _in_words(message: Message) -> Iterator[Returned]:
    """Servers without such notifications: a refusal of a daemon, in words; whose, the original says."""
    words = _text(message)
    if _is_daemon(message) and (_REFUSED.search(words) or _STATUS.search(words)):
        status = _STATUS.search(words)
        for _name, address in getaddresses([str(one) for one in _headers_of_original(message, "To")]):
            yield Returned(address, "bounced", status[0] if status else "", _line_with_reason(words))


def _line_with_reason(words: str) -> str:
    lines = (" ".join(line.split()) for line in words.splitlines())
    return next((line for line in lines if _REFUSED.search(line) or _STATUS.search(line)), "")[:_LONGEST]


def _away(message: Message) -> Iterator[Returned]:
    if _is_reply(message):
        for _name, address in getaddresses([str(message.get("From", ""))]):
            yield Returned(address, "away", "", " ".join(str(message.get("Subject", "")).split())[:_LONGEST])


def _is_reply(message: Message) -> bool:
    submitted = str(message.get("Auto-Submitted", "no")).strip().lower()
    marked = any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"))
    precedence = str(message.get("Precedence", "")).strip().lower()
    return submitted.startswith("auto-") or marked or precedence == "auto_reply"


def _is_daemon(message: Message) -> bool:
    senders = getaddresses([str(message.get("From", ""))])
    return any(address.partition("@")[0].lower() in _DAEMONS for _name, address in senders)


def _originals(message: Message) -> Iterator[str]:
    """The Message-IDs that it may be about: first of the original that it holds, then of what it answers."""
    for value in _headers_of_original(message, "Message-ID"):
        yield from _MESSAGE_ID.findall(value)
    for name in ("In-Reply-To", "References"):
        yield from _MESSAGE_ID.findall(str(message.get(name, "")))
    if _is_daemon(message):
        yield from _MESSAGE_ID.findall(_text(message))


def _headers_of_original(message: Message, name: str) -> Iterator[str]:
    for part in message.walk():
        kind, payload = part.get_content_type(), part.get_payload()
        if kind == "message/rfc822" and isinstance(payload, list) and isinstance(payload[0], Message):
            yield str(payload[0].get(name, ""))
        elif kind == "text/rfc822-headers" and isinstance(payload, str):
            yield str(Parser(policy=compat32).parsestr(payload, headersonly=True).get(name, ""))
    if not message.is_multipart() and _is_daemon(message):
        # The original hangs below the words of the daemon.
        found = re.search(rf"^{name}:[ \t]*(.+)$", _text(message), re.IGNORECASE | re.MULTILINE)
        yield found[1] if found else ""


def _text(message: Message) -> str:
    """The words of it, as far as they can be read."""
    parts = (part for part in message.walk() if part.get_content_type() == "text/plain")
    found = (part.get_payload(decode=True) for part in parts)
    return "\n".join(one.decode("utf-8", "replace") for one in found if isinstance(one, bytes))
