"""Log lines: one format for all, with the request's number and without secrets."""

import json
import logging

import pytest
import structlog

from core.telemetry import logs


@pytest.fixture
def lines(monkeypatch):
    """What a handler with our format writes, as objects."""
    found = []

    class Keep(logging.Handler):
        def emit(self, record):
            found.append(json.loads(self.format(record)))

    handler = Keep()
    handler.setFormatter(logs.formatter(as_text=False))
    logger = logging.getLogger("bincard.test")
    monkeypatch.setattr(logger, "handlers", [handler])
    monkeypatch.setattr(logger, "propagate", False)
    logger.setLevel("INFO")
    return found


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("password=hunter2 for ann", "password=*** for ann"),
        ("{'new_password': 'hunter2', 'name': 'ann'}", "{'new_password': ***, 'name': 'ann'}"),
        ('{"csrf_token": "IjE4Zm", "n": 1}', '{"csrf_token": ***, "n": 1}'),
        ("Authorization: Bearer bk_live_9f3a and more", "Authorization: ***"),
        ("sent Bearer abc.def-ghi to x", "sent Bearer *** to x"),
        ("postgresql://ann:hunter2@db/erp is away", "postgresql://ann:***@db/erp is away"),
        ("amqp://user:p4ss@127.0.0.1:5672//", "amqp://user:***@127.0.0.1:5672//"),
        ("the token bucket is full", "the token bucket is full"),
        (f"no row for bk_0123abcd_{'x' * 43}!", "no row for bk_0123abcd_***!"),
        (f"['Shop', 'whsec_{'-y' * 21}z']", "['Shop', 'whsec_***']"),
        ("http://127.0.0.1:8000/m/product.list", "http://127.0.0.1:8000/m/product.list"),
    ],
)
def test_secrets_in_a_library_s_message_are_blanked(lines, said, written):
    logging.getLogger("bincard.test").warning("%s", said)
    assert lines[0]["event"] == written


def test_secrets_in_values_and_tracebacks_are_blanked(lines):
    log = structlog.wrap_logger(
        logging.getLogger("bincard.test"),
        processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    try:
        raise ValueError("no such password=hunter2")
    except ValueError:
        log.exception("failed", api_key="bk_1", headers={"Cookie": "session=1", "Accept": "*/*"})
    assert lines[0]["api_key"] == "***"
    assert lines[0]["headers"] == {"Cookie": "***", "Accept": "*/*"}
    assert "ValueError: no such password=***" in lines[0]["exception"]
    assert "hunter2" not in json.dumps(lines)


def test_a_line_break_in_a_message_makes_no_second_line(lines):
    logging.getLogger("bincard.test").info('first\n{"event": "forged"}')
    assert [line["event"] for line in lines] == ['first\n{"event": "forged"}']


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/invitation/WzEsImEiXQ.aaaa.bbbb", "/invitation/…"),
        ("/second-factor/.eJxNjssKgzAQRf9l1.aaaa.bbbb", "/second-factor/…"),
        ("/second-factor/code", "/second-factor/code"),
        ("/m/partner.list", "/m/partner.list"),
    ],
)
def test_a_path_that_lets_somebody_in_is_not_written_down(path, written):
    from core.telemetry import requests

    with structlog.testing.capture_logs() as said:
        requests._note({"REQUEST_METHOD": "GET", "PATH_INFO": path}, 200, 0.1)
    assert said[0]["path"] == written
