"""What programs log in with and what webhooks are signed with stand in one place each, and in no log."""

import logging
from collections.abc import Callable, Iterator

import pytest
import structlog
from flask import Flask
from sqlalchemy import select, text

from core import m
from core.db import db
from core.telemetry import logs
from core.telemetry.requests import observed
from core.webhooks import sender
from tests.core.api.conftest import Program

Make = Callable[..., Program]
TABLES = text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """All that the process logs, as it is written."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    # As `logs.configure` does, but that no logger keeps this for the tests that follow.
    structlog.configure(
        processors=[*logs._common(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = Keep()
    handler.setFormatter(logs.formatter(as_text=False))
    root.handlers = [handler]
    root.setLevel(logging.DEBUG)
    yield written
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**before)


def tables_with(secret: str) -> list[str]:
    """The tables in which this text stands anywhere."""
    db.session.rollback()
    names = db.session.scalars(TABLES).all()
    holds = 'SELECT count(*) FROM "{}" t WHERE strpos(t::text, :secret) > 0'
    return [n for n in names if db.session.scalar(text(holds.format(n)), {"secret": secret})]


def test_a_token_is_in_no_table_and_no_line(
    app: Flask, program: Make, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "wsgi_app", observed(app.wsgi_app))  # as the host serves it
    erp = program("*")
    secret = erp.headers["Authorization"][7:]
    body = {"name": "Shop", "code": "S"}
    with erp.post("partner", body, headers={"Idempotency-Key": "k"}) as answer:
        assert answer.status_code == 201
    with erp.post("partner", {**body, "phone": secret}) as answer:
        assert answer.status_code == 422  # the code is taken
    with erp.get(f"partner?name={secret}") as answer:
        assert answer.status_code == 200
    with Program(app, f"{secret}x").get("partner") as answer:
        assert answer.status_code == 401
    token = db.session.scalars(select(m.ApiToken)).one()
    said = [line for line in lines if f'"program": {token.id}' in line]
    assert said, "the log doesn't say which program called"
    assert not any(secret[12:] in line for line in lines)
    assert tables_with(secret[12:]) == []


def test_the_secret_of_a_webhook_is_with_its_endpoint_alone(
    app: Flask, program: Make, lines: list[str]
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(
        update={"webhooks": "on", "development": True}
    )
    erp = program("*")
    made = erp.post(
        "webhook.endpoint", {"name": "Shop", "url": "http://127.0.0.1:9/", "events": "*"},
        headers={"Idempotency-Key": "k"},
    )  # fmt: skip
    secret = db.session.scalars(select(m.WebhookEndpoint.secret)).one()
    url = f"webhook.endpoint/{made.json['id']}"
    assert erp.act(url, "test").status_code == 200
    assert erp.patch(url, {"name": "Web shop"}).status_code == 200
    assert sender.send_due().delayed == 1
    copied = erp.post("partner", {"code": secret, "name": "x" * 3000 + "\0"})
    assert secret not in made.text + erp.get(url).text + erp.get("webhook.delivery").text + copied.text
    assert tables_with(secret) == ["webhook_endpoint"]
    assert not any(secret in line for line in lines)
