"""Somebody else's server on loopback, and endpoints that lead to it."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from core import m
from core.db import db
from core.settings import Settings
from tests.patience import PATIENCE

DUE = text("UPDATE webhook_delivery SET next_attempt_at = now()")


@dataclass
class Receiver:
    """Somebody else's server."""

    url: str = ""
    #: What it answers to the first, second, ... request; then 200.
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    #: Set when a request has come; it answers once this is set, where it is given.
    waits_for: threading.Event | None = None
    came: threading.Event = field(default_factory=threading.Event)

    def bodies(self) -> list[dict[str, Any]]:
        """What was told."""
        return [json.loads(body) for _headers, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server on loopback."""
    one = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that http.server asks for
            body = self.rfile.read(int(self.headers["Content-Length"]))
            one.got.append((dict(self.headers), body))
            one.came.set()
            if one.waits_for is not None:
                one.waits_for.wait(PATIENCE)
            status = one.answers.pop(0) if one.answers else 200
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(b"said the receiver")

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    one.url = f"http://127.0.0.1:{server.server_port}/hooks?from=bincard"
    yield one
    server.shutdown()
    server.server_close()


@pytest.fixture
def on(app: Flask) -> Settings:
    """Webhooks are on, on a developer's machine."""
    return set_settings(app, webhooks="on", development=True)


def set_settings(app: Flask, **values: Any) -> Settings:
    """Change settings of the app."""
    settings = app.extensions["settings"].model_copy(update=values)
    app.extensions["settings"] = settings
    return settings


@pytest.fixture
def endpoint(app: Flask, company: Any, receiver: Receiver) -> Callable[..., Any]:
    """`endpoint("partner.*")` is told of these events."""

    def made(*events: str, url: str = "") -> Any:
        values = {"company_id": company.id, "name": "Shop", "url": url or receiver.url}
        row = m.WebhookEndpoint(**values, events="\n".join(events))
        db.session.add(row)
        db.session.commit()
        return row

    return made


def partner_of(company: Any, code: str = "A") -> Any:
    """A new partner, of whom is told."""
    row = m.Partner(company_id=company.id, code=code, name=code)
    db.session.add(row)
    db.session.commit()
    return row


def deliveries() -> list[Any]:
    """All that is or was to be delivered, oldest first."""
    db.session.expire_all()
    return list(db.session.scalars(select(m.WebhookDelivery).order_by(m.WebhookDelivery.id)))


def make_due() -> None:
    """Let the time pass until the next attempt."""
    db.session.execute(DUE)
    db.session.commit()
