"""A private message broker: valkey on a unix socket only.

It keeps nothing on disk: database rows are the truth, a message only rings the bell.
"""

import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from devtools import binaries, places
from devtools.processes import Child, SetupError, kill_family, start_child, take_lock, wait_until

SOCKET = "valkey.sock"
SECONDS_TO_START = 120


@dataclass(frozen=True)
class Broker:
    path: Path
    socket: Path
    server: Child

    @property
    def pid(self) -> int:
        return self.server.pid

    @property
    def url(self) -> str:
        return f"redis+socket://{quote(str(self.socket))}"

    def stop(self) -> None:
        self.server.stop()

    def kill(self) -> None:
        """The crash: SIGKILL, and every message is lost."""
        kill_family(self.pid)
        self.server.stop()


def start_broker(path: Path, *, remove: Sequence[Path] = ()) -> Broker:
    path = path.absolute()
    path.mkdir(parents=True, exist_ok=True)
    lock = take_lock(path / "lock", SECONDS_TO_START)
    if lock is None:
        raise SetupError(f"Another process is using the broker in {path}. Stop that one first.")
    try:
        return _start(path, lock, remove)
    finally:
        os.close(lock)


def _start(path: Path, lock: int, remove: Sequence[Path]) -> Broker:
    address = places.socket_dir(path / "s", SOCKET, None) / SOCKET
    address.unlink(missing_ok=True)
    log = path / "broker.log"
    log.unlink(missing_ok=True)
    server = start_child(
        "The broker",
        [binaries.find_broker(), *_options(path, address)],
        cwd=path,
        log=log,
        stop_signal=signal.SIGTERM,
        lock=lock,
        remove=[*remove, *places.passing(address.parent, path)],
    )
    wait_until(lambda: _answers(address) or not server.running(), SECONDS_TO_START)
    if not _answers(address):
        server.stop()
        raise SetupError(f"The broker did not start:\n{server.log_tail()}")
    return Broker(path, address, server)


def _options(path: Path, address: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": str(path),
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(address))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
