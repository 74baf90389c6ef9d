"""Reading the folder into which `MailboxTransport` writes."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import uuid4

_NAME = re.compile(r"^[0-9a-f]{32}$")
#: How many messages the page looks through; the mailbox is for trying things out.
NEWEST = 500
#: How the file is called that has what the list shows of a message.
INDEX = ".json"
#: What a browser shows without running anything in it.
SAFE_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "text/plain"})


@dataclass(frozen=True)
class Part:
    """A file in a message."""

    filename: str
    mimetype: str
    contents: bytes


@dataclass(frozen=True)
class Entry:
    """A message as the list has it."""

    name: str
    subject: str
    to: str
    sender: str
    #: The names of its files.
    files: tuple[str, ...]
    #: All that a search looks in, in lower case.
    words: str
    written_at: datetime

    def mentions(self, words: str) -> bool:
        """Whether each of these words is in its headers, its text or the names of its files."""
        return all(word in self.words for word in words.lower().split())


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


def letters(folder: Path, words: str = "") -> list[Entry]:
    """The newest messages that mention these words, newest first.

    What the list shows of a message stands beside it in a file of its own, made when it is first listed: to
    read a message with its statements takes fifty times as long.
    """
    stamps = {path: path.stat().st_mtime for path in folder.glob("*.eml")}
    newest = sorted(stamps, key=lambda path: (stamps[path], path.name), reverse=True)[:NEWEST]
    found = (_entry(path, stamps[path]) for path in newest)
    return [entry for entry in found if entry.mentions(words)]


def _entry(path: Path, stamp: float) -> Entry:
    beside = path.with_suffix(INDEX)
    try:
        kept = json.loads(beside.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        kept = {}
    if kept.get("stamp") != stamp:
        kept = {"stamp": stamp, "entry": _listed(path)}
        _write(beside, json.dumps(kept, ensure_ascii=False))
    shown = {**kept["entry"], "files": tuple(kept["entry"]["files"])}
    return Entry(**shown, written_at=datetime.fromtimestamp(stamp).astimezone())


def _listed(path: Path) -> dict[str, object]:
    read = _read(path)
    names = [part.filename for part in read.parts]
    everything = "\n".join([*(value for _key, value in read.headers), read.text, *names]).lower()
    return {
        "name": read.name,
        "subject": read.header("Subject"),
        "to": read.header("To"),
        "sender": read.header("From"),
        "files": names,
        "words": everything,
    }


def _write(path: Path, text: str) -> None:
    """Best effort: without it the list is slow, and nothing else."""
    temporary = path.with_suffix(f".{uuid4().hex}")
    try:
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)


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
