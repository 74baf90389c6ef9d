"""Reading the folder into which `MailboxTransport` writes."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

_NAME = re.compile(r"^[0-9a-f]{32}$")
#: How many messages the page looks through; the mailbox is for trying things out.
NEWEST = 500
#: What a browser shows without running anything in it.
SAFE_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "text/plain"})


@dataclass(frozen=True)
class Part:
    """A file in a message."""

    filename: str
    mimetype: str
    contents: bytes


@dataclass(frozen=True)
class Letter:
    """A message in the mailbox."""

    name: str
    headers: tuple[tuple[str, str], ...]
    text: str
    parts: tuple[Part, ...]
    written_at: datetime

    def header(self, name: str) -> str:
        """The value of a header, empty when it isn't there."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def mentions(self, words: str) -> bool:
        """Whether each of these words is in its headers, its text or the names of its files."""
        names = [part.filename for part in self.parts]
        everything = "\n".join([*(value for _key, value in self.headers), self.text, *names]).lower()
        return all(word in everything for word in words.lower().split())


def letters(folder: Path, words: str = "") -> list[Letter]:
    """The newest messages that mention these words, newest first."""
    paths = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    found = (_read(path) for path in paths[:NEWEST])
    return [letter for letter in found if letter.mentions(words)]


def letter(folder: Path, name: str) -> Letter | None:
    """One message by the name of its file, or None."""
    path = folder / f"{name}.eml"
    return _read(path) if _NAME.match(name) and path.is_file() else None


def _read(path: Path) -> Letter:
    message = message_from_bytes(path.read_bytes(), policy=default)
    body = message.get_body(("plain", "html"))
    written_at = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    return Letter(
        name=path.stem,
        headers=tuple((key, str(value)) for key, value in message.items()),
        text=str(body.get_content()) if body else "",
        parts=tuple(_part(part, index) for index, part in enumerate(message.iter_attachments())),
        written_at=written_at,
    )


def _part(part: EmailMessage, index: int) -> Part:
    contents = part.get_payload(decode=True)
    data = contents if isinstance(contents, bytes) else b""
    return Part(part.get_filename() or f"part-{index + 1}", part.get_content_type(), data)
