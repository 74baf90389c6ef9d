"""A server of the host: what it refuses to start with, and what it does when the database breaks off."""

import os
import re
from base64 import b64encode
from hashlib import sha256

import pytest
from sqlalchemy import text
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from core.db import db
from core.host import Host
from core.outage import outage_page
from core.settings import get_settings
from tests import warm
from tests.conftest import database_url

pytestmark = pytest.mark.addons()


def start(**settings):
    """What a web server does first."""
    environment = {**os.environ, "BINCARD_DEVELOPMENT": "0", "BINCARD_SECRET_KEY": "", **settings}
    return warm.run("-c", "from core.host import application", environment=environment)


def test_a_server_without_a_secret_key_does_not_start(database):
    refused = start(DATABASE_URL=database_url(database))
    assert refused.returncode != 0
    assert (
        "core.host.MissingKeyError: BINCARD_SECRET_KEY is empty: sessions would be signed with nothing. "
        "Set it to a long random text, the same for all processes, such as the output of "
        "`openssl rand -base64 32`."
    ) in refused.stderr
    assert start(DATABASE_URL=database_url(database), BINCARD_DEVELOPMENT="1").returncode == 0
    assert start(DATABASE_URL=database_url(database), BINCARD_SECRET_KEY="long and random").returncode == 0


@pytest.fixture
def breaking(app, monkeypatch):
    """The database's connection is broken off in the middle of every request."""

    def break_off():
        db.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)  # as outside tests
    app.before_request_funcs[None].append(break_off)
    yield
    app.before_request_funcs[None].remove(break_off)


def test_a_request_whose_connection_breaks_says_so(app, breaking):
    answer = app.test_client().get("/login", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "<h1>The database does not answer.</h1>" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    style = re.search("<style>(.*?)</style>", answer.text)[1]
    assert policy.startswith("default-src 'none'")
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert 'http-equiv="refresh"' in answer.text


def test_a_form_that_was_sent_is_not_sent_once_more():
    page = outage_page(Request(EnvironBuilder(method="POST").get_environ())).get_data(as_text=True)
    assert "The database does not answer." in page
    assert "refresh" not in page


def test_a_lease_outlives_the_loss_of_its_connection(app, database):
    host = Host(get_settings().model_copy(update={"database_url": database_url(database)}))
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = :name"
    )
    with host.lease():
        db.session.execute(text(others), {"name": database})
    with host.lease() as again:
        assert again.test_client().get("/login").status_code == 200
