"""How a message leaves: to an SMTP server, or into a folder from which nothing leaves.

An attempt ends in one of four ways, and only the server's final answer tells them apart: taken; refused
for now (4xx, or the server can't be reached); refused for good (5xx); or unknown, when the connection
breaks after the whole message was given and before the answer came.
"""

import hashlib
import os
import smtplib
import ssl
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from core.mail.message import Outgoing
from core.settings import Settings


class TransportError(Exception):
    """An attempt did not succeed; the text is the server's answer, or why there was none."""


class TemporaryError(TransportError):
    """It may be taken later."""


class PermanentError(TransportError):
    """It will never be taken as it is."""


class UnsureError(TransportError):
    """It may or may not have been taken."""


class Transport(Protocol):
    """Takes messages, many over one connection."""

    def send(self, outgoing: Outgoing, contents: bytes) -> str:
        """Hand the message over and return the answer; raises TransportError."""
        ...

    def close(self) -> None:
        """End the connection, if there is one."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class _Closing:
    def close(self) -> None:
        """Nothing to end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class MailboxTransport(_Closing):
    """Writes each message to a file that is named by its Message-ID: a repeated one replaces itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, outgoing: Outgoing, contents: bytes) -> str:
        """Write the file and return where."""
        name = hashlib.sha256(outgoing.message_id.encode()).hexdigest()[:32] + ".eml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(contents)
                os.replace(temporary, self.folder / name)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise TemporaryError(f"the mailbox folder can't be written: {error}") from error
        return f"mailbox/{name}"


class SmtpTransport(_Closing):
    """One connection to a server, opened at the first message and kept for the next ones."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._server: smtplib.SMTP | None = None

    def send(self, outgoing: Outgoing, contents: bytes) -> str:
        """Hand the message over; a recipient whom the server refuses keeps it from no other, and is said."""
        server = self._ready()
        try:
            refused = self._envelope(server, outgoing)
        except smtplib.SMTPServerDisconnected:
            # It hung up while we were idle. Nothing was given yet: once more, on a new connection.
            self.close()
            server = self._ready()
            try:
                refused = self._envelope(server, outgoing)
            except (OSError, smtplib.SMTPException) as error:
                raise self._lost(error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise self._lost(error) from error
        answer = self._deliver(server, contents)
        return f"{answer}; not taken for {'; '.join(map(str, refused))}" if refused else answer

    def close(self) -> None:
        """Say goodbye; a server that is gone already doesn't matter."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _ready(self) -> smtplib.SMTP:
        if self._server is None:
            try:
                self._server = self._connect()
            except (OSError, smtplib.SMTPException) as error:
                raise self._lost(error) from error
        return self._server

    def _connect(self) -> smtplib.SMTP:
        wanted = self.settings
        timeout = wanted.smtp_timeout
        if wanted.smtp_security == "tls":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                wanted.smtp_host, wanted.smtp_port, timeout=timeout, context=context
            )
        else:
            server = smtplib.SMTP(wanted.smtp_host, wanted.smtp_port, timeout=timeout)
        try:
            self._secure_and_log_in(server)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server

    def _secure_and_log_in(self, server: smtplib.SMTP) -> None:
        if self.settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        if self.settings.smtp_user:
            server.login(self.settings.smtp_user, self.settings.smtp_password.get_secret_value())

    def _envelope(self, server: smtplib.SMTP, outgoing: Outgoing) -> list[TransportError]:
        """Name sender and recipients; returns the refusals of some, raises where nobody would get it."""
        self._expect(server, server.mail(outgoing.envelope_sender), outgoing.envelope_sender)
        refused: list[TransportError] = []
        for recipient in outgoing.recipients:
            answer = server.rcpt(recipient)
            if answer[0] // 100 == 2:
                continue
            if answer[0] in (-1, 421) or len(outgoing.recipients) == 1:
                self._expect(server, answer, recipient)
            refused.append(_refusal(answer, recipient))
        if len(refused) == len(outgoing.recipients):
            with suppress(OSError, smtplib.SMTPException):
                server.rset()
            later = any(isinstance(error, TemporaryError) for error in refused)
            raise (TemporaryError if later else PermanentError)("; ".join(map(str, refused)))
        self._expect(server, server.docmd("DATA"), "", accepted=3)
        return refused

    def _expect(
        self, server: smtplib.SMTP, answer: tuple[int, bytes], about: str, *, accepted: int = 2
    ) -> None:
        code, _text = answer
        if code // 100 == accepted:
            return
        refusal = _refusal(answer, about)
        if code in (-1, 421):
            self.close()
        else:
            with suppress(OSError, smtplib.SMTPException):
                server.rset()
        raise refusal

    def _deliver(self, server: smtplib.SMTP, contents: bytes) -> str:
        try:
            server.send(_dotted(contents))
            answer = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise UnsureError(f"the connection broke before the server answered: {error}") from error
        if answer[0] // 100 == 2:
            return _text_of(answer)
        if answer[0] == 421:
            self.close()
        raise _refusal(answer, "")

    def _lost(self, error: Exception) -> TemporaryError:
        """No connection, no TLS, no log-in: the fault of the set-up, not of this message."""
        self.close()
        where = f"{self.settings.smtp_host}:{self.settings.smtp_port}"
        if isinstance(error, smtplib.SMTPResponseException):
            return TemporaryError(f"{where}: {_text_of((error.smtp_code, _bytes(error.smtp_error)))}")
        return TemporaryError(f"{where}: {error}")


def transport_for(settings: Settings) -> Transport:
    """What the settings ask for."""
    return (
        SmtpTransport(settings) if settings.mail_transport == "smtp" else MailboxTransport(settings.mailbox)
    )


def _refusal(answer: tuple[int, bytes], about: str) -> TransportError:
    text = f"{about}: {_text_of(answer)}" if about else _text_of(answer)
    return PermanentError(text) if answer[0] // 100 == 5 else TemporaryError(text)


def _text_of(answer: tuple[int, bytes]) -> str:
    return f"{answer[0]} {answer[1].decode('utf-8', 'replace')}"


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _dotted(contents: bytes) -> bytes:
    """The form in which a message ends by a lone dot; our lines all end with CR LF already."""
    dotted = contents.replace(b"\r\n.", b"\r\n..")
    if dotted.startswith(b"."):
        dotted = b"." + dotted
    return dotted + (b".\r\n" if dotted.endswith(b"\r\n") else b"\r\n.\r\n")
