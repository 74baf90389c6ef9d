"""The private broker answers on its socket and keeps nothing."""

from pathlib import Path

import pytest
import redis

from devtools import broker
from devtools.processes import SetupError, alive


def client(server: broker.Broker) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(server.socket))


def test_it_answers_on_its_socket_alone(folder: Path) -> None:
    server = broker.start_broker(folder / "broker")
    try:
        with client(server) as connection:
            assert connection.ping()
            assert connection.config_get("port") == {"port": "0"}
        assert server.url == f"redis+socket://{folder}/broker/s/valkey.sock"
    finally:
        server.stop()
    assert not alive(server.pid)


@pytest.mark.crash
def test_a_crash_loses_the_messages_and_nothing_else(folder: Path) -> None:
    server = broker.start_broker(folder / "broker")
    with client(server) as connection:
        connection.set("bell", "rings")
    server.kill()
    again = broker.start_broker(folder / "broker")
    try:
        with client(again) as connection:
            assert connection.get("bell") is None
    finally:
        again.stop()


def test_two_brokers_never_share_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = broker.start_broker(folder / "broker")
    monkeypatch.setattr(broker, "SECONDS_TO_START", 0.1)
    try:
        with pytest.raises(SetupError, match="Another process is using the broker"):
            broker.start_broker(folder / "broker")
    finally:
        server.stop()


def test_a_long_path_gets_a_short_socket(folder: Path) -> None:
    server = broker.start_broker(folder / ("long-" * 20))
    try:
        assert len(str(server.socket)) < 104
        with client(server) as connection:
            assert connection.ping()
    finally:
        server.stop()
    assert not server.socket.parent.exists()
