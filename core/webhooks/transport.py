"""One HTTP request to a checked address, within a deadline; no redirects, no proxies."""

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass

from core.settings import Settings
from core.webhooks.addresses import Target, WebhookAddressError, parse, resolve

#: Seconds for a connection or an answer, and for all of it together.
PATIENCE, DEADLINE = 10.0, 20.0
LONGEST_ANSWER = 2000


class DeliveryError(Exception):
    """There was no answer; the text says why."""


@dataclass(frozen=True)
class Answer:
    """What the receiver said."""

    status: int
    text: str


def signature(secret: str, moment: int, body: bytes) -> str:
    """`t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>">`, by which a receiver knows us and the time."""
    made = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={made}"


def post(url: str, body: bytes, headers: dict[str, str], settings: Settings) -> Answer:
    """Send the body and return the answer, whatever its status; raises DeliveryError."""
    try:
        target = parse(url, settings)
        address = str(resolve(target, settings)[0])
        return _exchange(_Connection(target, address), target, body, headers)
    except (WebhookAddressError, OSError, http.client.HTTPException) as error:
        raise DeliveryError(f"{type(error).__name__}: {error}"[:LONGEST_ANSWER]) from error


class _Connection(http.client.HTTPConnection):
    """Connects to the address that was checked, and asks the certificate for the name."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=PATIENCE)
        self._target, self._address = target, address

    def connect(self) -> None:
        """Open the connection."""
        plain = socket.create_connection((self._address, self._target.port), timeout=PATIENCE)
        if self._target.scheme == "http":
            self.sock = plain
            return
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self._target.host)
        except BaseException:
            plain.close()
            raise


def _exchange(connection: _Connection, target: Target, body: bytes, headers: dict[str, str]) -> Answer:
    # A receiver that sends one byte a second keeps within every single time-out.
    end = threading.Timer(DEADLINE, _shut, [connection])
    end.daemon = True
    begun = time.monotonic()
    try:
        connection.connect()
        end.start()
        connection.request("POST", target.path, body, {"Host": target.authority, **headers})
        response = connection.getresponse()
        text = response.read(LONGEST_ANSWER).decode("utf-8", "replace").replace("\0", "")
        if time.monotonic() - begun > DEADLINE:
            raise TimeoutError(f"no whole answer within {DEADLINE:.0f} seconds")
        return Answer(response.status, text)
    finally:
        end.cancel()
        connection.close()


def _shut(connection: _Connection) -> None:
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it is closed already
