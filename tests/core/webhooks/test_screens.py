"""Webhooks under Settings and over the API: made, tested, held back, sent again, forgotten."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from core import m
from core.api.tokens import create_token
from core.db import db
from core.errors import UserError
from core.jobs.schedule import start_due
from core.settings import Settings
from core.webhooks import sender
from core.webhooks.screens import deliver_again, send_test
from tests.conftest import work
from tests.core.api.conftest import Program
from tests.core.webhooks.conftest import Receiver, deliveries, partner_of, set_settings


def test_off_means_that_nothing_leaves(
    app: Flask, company: Any, receiver: Receiver, endpoint: Callable[..., Any]
) -> None:
    hook = endpoint("*.created")
    partner_of(company)
    [held] = deliveries()
    assert held.state == "held"
    assert sender.send_due().total == 0
    for act, row in ((deliver_again, held), (send_test, hook)):
        with pytest.raises(UserError, match="off on this server"):
            act(db.session, row)
    set_settings(app, webhooks="on", development=True)
    assert sender.send_due().total == 0  # held stays held until somebody wants it
    deliver_again(db.session, held)
    db.session.commit()
    assert sender.send_due().delivered == 1
    assert len(receiver.got) == 1


def test_old_deliveries_are_forgotten_by_the_clock(
    app: Flask, on: Settings, company: Any, endpoint: Callable[..., Any]
) -> None:
    endpoint("partner.created")
    for code in ("OLD", "NEW"):
        partner_of(company, code)
    sender.send_due()
    old, _new = deliveries()
    age = text("UPDATE webhook_delivery SET created_at = now() - interval '31 days' WHERE id = :id")
    db.session.execute(age, {"id": old.id})
    db.session.commit()
    start_due(db.session, db.session.scalar(select(func.now())))
    db.session.commit()
    work(app)
    assert len(deliveries()) == 1
    done = db.session.scalars(select(m.Job.state).where(m.Job.kind.like("%forget%"))).all()
    assert done == ["done", "done"]


def test_an_endpoint_is_made_over_the_api(app: Flask, on: Settings, company: Any, receiver: Receiver) -> None:
    user = m.User(email="u@example.com", name="U", fs_uniquifier="u", company_id=company.id)
    user.companies, user.roles = [company], [m.Role(name="u", permissions=["core.configure"])]
    db.session.add(user)
    db.session.flush()
    setup = Program(app, create_token(db.session, user, "Set-up", ["*"]).secret)
    db.session.commit()
    body = {"name": "Shop", "url": receiver.url, "events": "partner.created"}
    made = setup.post("webhook.endpoint", body)
    assert made.status_code == 201, made.text
    assert "secret" not in made.json
    for wrong in ({"url": "http://10.0.0.1/"}, {"events": "no such thing!"}):
        assert setup.post("webhook.endpoint", {**body, **wrong}).status_code == 422
    url = f"webhook.endpoint/{made.json['id']}"
    assert setup.act(url, "test", made.headers["ETag"]).status_code == 200
    assert sender.send_due().delivered == 1
    assert receiver.bodies()[0]["event"] == "webhook.test"
    assert setup.delete(url).status_code == 204
