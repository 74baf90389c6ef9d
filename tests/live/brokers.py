"""The brokers that Bincard runs with, each as a server of its own on this machine."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from devtools import broker
from devtools.processes import Child, kill_family, start_child, wait_until
from tests.live.ports import free_port, listens
from tests.patience import PATIENCE

#: The programs themselves: Debian's wrapper in the path insists on its own user and folders.
RABBIT = "/usr/lib/rabbitmq/bin/rabbitmq-server"


class Broker(Protocol):
    """A running broker."""

    @property
    def path(self) -> Path: ...

    @property
    def url(self) -> str: ...

    @property
    def server(self) -> Child: ...

    def kill(self) -> None: ...

    def stop(self) -> None: ...


#: Starts a broker in a folder; again in the same folder, after it was killed.
StartBroker = Callable[[Path], Broker]


@dataclass(frozen=True)
class Server:
    path: Path
    url: str
    server: Child
    helper: Child | None = None

    def kill(self) -> None:
        kill_family(self.server.pid)
        self.stop()

    def stop(self) -> None:
        self.server.stop()
        if self.helper:
            self.helper.stop()


def valkey() -> StartBroker:
    """The embedded one, on a unix socket."""
    return broker.start_broker


def redis() -> StartBroker:
    """A Redis server, on TCP."""
    port = free_port()

    def start(path: Path) -> Server:
        path.mkdir(exist_ok=True)
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        log = path / "redis.log"
        child = start_child("Redis", ["redis-server", *options], cwd=path, log=log)
        return _up(Server(path, f"redis://127.0.0.1:{port}/0", child), port)

    return start


def rabbitmq() -> StartBroker:
    """A RabbitMQ server, with the port mapper that Erlang needs, all on loopback."""
    port, distribution, mapper = free_port(), free_port(), free_port()
    loopback = {"ERL_EPMD_PORT": str(mapper), "ERL_EPMD_ADDRESS": "127.0.0.1", "PATH": "/usr/bin:/bin"}

    def start(path: Path) -> Server:
        path.mkdir(exist_ok=True)
        (path / "enabled_plugins").write_text("[].")
        env = (
            loopback
            | _rabbit_settings(path)
            | {
                "RABBITMQ_NODE_PORT": str(port),
                "RABBITMQ_DIST_PORT": str(distribution),
            }
        )
        # Started by RabbitMQ it would outlive RabbitMQ.
        epmd = start_child("epmd", ["epmd"], env=loopback, cwd=path, log=path / "epmd.log")
        assert wait_until(lambda: listens(mapper), PATIENCE)
        child = start_child(
            "RabbitMQ", [RABBIT], env=env, cwd=path, log=path / "rabbit.log", stop_signal=signal.SIGTERM
        )
        return _up(Server(path, f"amqp://guest:guest@127.0.0.1:{port}//", child, epmd), port)

    return start


def _rabbit_settings(path: Path) -> dict[str, str]:
    return {
        "HOME": str(path),
        "RABBITMQ_NODENAME": f"{path.parent.name}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_MNESIA_BASE": str(path / "mnesia"),
        "RABBITMQ_LOG_BASE": str(path / "log"),
        "RABBITMQ_PID_FILE": str(path / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(path / "enabled_plugins"),
        "RABBITMQ_CONFIG_FILE": str(path / "rabbitmq"),
        "RABBITMQ_CONF_ENV_FILE": str(path / "rabbitmq-env.conf"),
    }


def _up(server: Server, port: int) -> Server:
    assert wait_until(lambda: listens(port) or not server.server.running(), PATIENCE)
    assert server.server.running(), server.server.log_tail()
    return server
