"""Probes, metrics and request lines of a host, over WSGI as a server calls it."""

import re

import pytest
import structlog
from pydantic import SecretStr
from werkzeug.test import Client

from core.db import db
from core.host import Host
from core.jobs.ring import celery_app
from core.settings import get_settings
from core.telemetry import requests
from tests.conftest import database_url
from tests.live.ports import free_port

pytestmark = pytest.mark.addons()
NO_SERVER = "postgresql+psycopg://nobody@/nothing?host=/nonexistent"


def client(url, **settings):
    return Client(Host(get_settings().model_copy(update={"database_url": url, **settings})))


@pytest.fixture
def web(app, database):
    return client(database_url(database))


def test_health_needs_nothing():
    answer = client(NO_SERVER).get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_ready_when_the_database_and_the_addons_are_there(web):
    answer = web.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"database": "ok", "addons": "ok", "broker": "ok", "code": "ok"}


def test_not_ready_without_a_database():
    answer = client(NO_SERVER).get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"] == "away"


def test_not_ready_when_an_installed_addon_s_files_are_missing(app, database):
    db.session.execute(db.text("INSERT INTO addon (name, version) VALUES ('gone', '1.0')"))
    db.session.commit()
    answer = client(database_url(database)).get("/readyz")
    assert answer.status_code == 503
    assert "the addon gone is installed, but its files are missing" in answer.json["addons"]


def test_a_broker_that_is_away_is_said_and_turns_nobody_away(app, database, monkeypatch):
    monkeypatch.setenv("BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")
    get_settings.cache_clear()
    celery_app.cache_clear()
    answer = client(database_url(database)).get("/readyz")
    celery_app.cache_clear()
    assert (answer.status_code, answer.json["broker"]) == (200, "away")


def test_metrics_count_requests_and_rows(web):
    before = metric(web, 'bincard_request_seconds_count{method="GET",route="/login",status="200"}')
    for _ in range(3):
        assert web.get("/login", buffered=True).status_code == 200
    after = metric(web, 'bincard_request_seconds_count{method="GET",route="/login",status="200"}')
    assert after - before == 3
    unsealed = db.session.execute(db.text("SELECT count(*) FROM audit_event WHERE seal_id IS NULL")).scalar()
    assert metric(web, "bincard_audit_unsealed") == unsealed > 0
    assert metric(web, "bincard_database_bytes") > 1_000_000


def test_addresses_that_nobody_serves_make_no_series_of_their_own(web):
    for path in ("/a-1", "/a-2"):
        assert web.get(path, buffered=True).status_code == 404
    assert "a-1" not in web.get("/metrics").text


def metric(web, name):
    found = re.search(rf"^{re.escape(name)} (\S+)$", web.get("/metrics").text, re.M)
    return float(found[1]) if found else 0.0


def test_metrics_are_for_this_machine_or_for_the_token(app, database):
    url = database_url(database)
    far = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert client(url).get("/metrics", **far).status_code == 404
    told = client(url, metrics_token=SecretStr("s3cret"))
    assert told.get("/metrics").status_code == 404
    assert told.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert told.get("/metrics", headers={"Authorization": "Bearer s3cret"}, **far).status_code == 200


def test_only_a_trusted_proxy_says_who_asks():
    def address(**settings):
        with structlog.testing.capture_logs() as lines:
            client(NO_SERVER, **settings).get(
                "/healthz",
                buffered=True,
                headers={"X-Forwarded-For": "192.0.2.9"},
                environ_base={"REMOTE_ADDR": "127.0.0.1"},
            )
        return lines[-1]["address"]

    assert address() == "127.0.0.1"
    assert address(proxies=1) == "192.0.2.9"


def test_a_request_has_a_number_which_its_answer_and_its_line_carry(web):
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        answer = web.get(
            "/login?email=ann@customer.example", buffered=True, headers={"X-Request-ID": "from-the-proxy.7"}
        )
    line = lines[-1]
    assert answer.headers["X-Request-ID"] == line["request_id"] == "from-the-proxy.7"
    assert (line["event"], line["method"], line["path"], line["status"]) == ("request", "GET", "/login", 200)
    assert "ann@customer.example" not in str(line)


@pytest.mark.parametrize("given", ["", "two words", "x" * 65, "a\tb"])
def test_a_strange_number_is_not_taken_over(given):
    answer = client(NO_SERVER).get("/healthz", headers={"X-Request-ID": given})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_a_fault_of_the_server_is_logged():
    def broken(_environ, _start):
        raise RuntimeError("boom")

    with structlog.testing.capture_logs() as lines, pytest.raises(RuntimeError, match="boom"):
        Client(requests.observed(broken)).get("/x")
    assert lines[-1]["status"] == 500
