"""The mailbox of what comes back, by IMAP: read without a trace, and marked as seen what is done with."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from core.mail.transport import TemporaryError
from core.settings import Settings

#: Bytes of a report that are read: the fields stand at its beginning, the original with its files below.
LARGEST = 1_000_000
#: Messages whose headers are asked for at once.
_AT_ONCE = 200


class Box:
    """An open folder."""

    def __init__(self, server: imaplib.IMAP4) -> None:
        self._server = server

    def unseen(self) -> Iterator[tuple[str, bytes]]:
        """The numbers of all messages that nobody has seen, with their headers."""
        [found] = self._ask("SEARCH", "UNSEEN")
        numbers = (found or b"").decode().split()
        for start in range(0, len(numbers), _AT_ONCE):
            chosen = numbers[start : start + _AT_ONCE]
            for head, header in self._fetched(",".join(chosen), "(UID BODY.PEEK[HEADER])"):
                yield _uid_of(head), header

    def whole(self, uid: str) -> bytes:
        """A message, cut off where it is very long; empty where it has gone meanwhile."""
        found = list(self._fetched(uid, f"(UID BODY.PEEK[]<0.{LARGEST}>)"))
        return found[0][1] if found else b""

    def mark(self, uid: str) -> None:
        """It is done with."""
        self._ask("STORE", uid, "+FLAGS", "(\\Seen)")

    def _fetched(self, uids: str, what: str) -> Iterator[tuple[bytes, bytes]]:
        return (part for part in self._ask("FETCH", uids, what) if isinstance(part, tuple))

    def _ask(self, command: str, *given: str) -> list[Any]:
        answer, found = self._server.uid(command, *given)
        if answer != "OK":
            raise TemporaryError(f"{command}: {found!r}")
        return found


def _uid_of(head: bytes) -> str:
    """`12 (UID 4711 BODY[HEADER] {345}` → 4711."""
    words = head.replace(b"(", b" ").split()
    return words[words.index(b"UID") + 1].decode()


@contextmanager
def opened(settings: Settings) -> Iterator[Box]:
    """The folder of the settings; raises TemporaryError where the server refuses or breaks off."""
    server: imaplib.IMAP4 | None = None
    try:
        server = _connect(settings)
        answer, found = server.select(settings.returns_folder)
        if answer != "OK":
            raise TemporaryError(f"{settings.returns_folder}: {found!r}")
        yield Box(server)
    except (OSError, imaplib.IMAP4.error) as error:
        raise TemporaryError(f"{settings.returns_host}:{settings.returns_port}: {error}") from error
    finally:
        if server is not None:
            _leave(server)


def _connect(settings: Settings) -> imaplib.IMAP4:
    where = (settings.returns_host, settings.returns_port)
    if settings.returns_security == "tls":
        context = ssl.create_default_context()
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(*where, ssl_context=context, timeout=settings.smtp_timeout)
    else:
        server = imaplib.IMAP4(*where, timeout=settings.smtp_timeout)
    try:
        if settings.returns_security == "starttls":
            server.starttls(ssl.create_default_context())
        server.login(settings.returns_user, settings.returns_password.get_secret_value())
    except (OSError, imaplib.IMAP4.error):
        _leave(server)
        raise
    return server


def _leave(server: imaplib.IMAP4) -> None:
    """Say good-bye where somebody still listens, and close the line."""
    with suppress(OSError, imaplib.IMAP4.error):
        server.logout()
    with suppress(OSError):
        server.shutdown()
