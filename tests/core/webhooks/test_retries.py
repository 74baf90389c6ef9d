"""A failure is tried again under one name, by one sender at a time, and not for ever."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text

from core import m
from core.db import db
from core.settings import Settings
from core.webhooks import sender
from core.webhooks.screens import deliver_again
from tests.core.webhooks.conftest import Receiver, deliveries, make_due, partner_of
from tests.patience import PATIENCE


def test_a_failure_climbs_the_ladder_under_one_name(
    app: Flask, on: Settings, company: Any, receiver: Receiver, endpoint: Callable[..., Any]
) -> None:
    hook = endpoint("partner.created")
    receiver.answers = [500, 302]
    partner_of(company)
    assert sender.send_due().delayed == 1
    [row] = deliveries()
    assert (row.state, row.status_code, row.attempts) == ("pending", 500, 1)
    assert hook.failing_since is not None
    wait = db.session.scalar(select(m.WebhookDelivery.next_attempt_at - func.now()))
    assert 50 < wait.total_seconds() <= 60
    assert sender.send_due().total == 0  # not yet
    make_due()
    assert sender.send_due().delayed == 1  # a redirect is no delivery, and is not followed
    make_due()
    assert sender.send_due().delivered == 1
    assert {headers["Bincard-Delivery"] for headers, _ in receiver.got} == {row.key}
    assert len({body for _, body in receiver.got}) == 1
    db.session.expire_all()
    assert hook.failing_since is None


def test_the_last_failure_is_final_until_a_person_asks_again(
    app: Flask, on: Settings, company: Any, receiver: Receiver, endpoint: Callable[..., Any]
) -> None:
    endpoint("partner.created")
    receiver.answers = [503] * (len(sender.LADDER) + 1)
    partner_of(company)
    for _ in range(len(sender.LADDER)):
        assert sender.send_due().delayed == 1
        make_due()
    assert sender.send_due().failed == 1
    [row] = deliveries()
    assert row.state == "failed"
    make_due()
    assert sender.send_due().total == 0
    deliver_again(db.session, row)
    db.session.commit()
    assert sender.send_due().delivered == 1


def test_an_endpoint_that_fails_lets_the_others_go_first(
    app: Flask, on: Settings, company: Any, receiver: Receiver, endpoint: Callable[..., Any]
) -> None:
    endpoint("partner.created", url="http://127.0.0.1:9/nobody-listens")
    for number in range(5):
        partner_of(company, f"P{number}")
    assert sender.send_due().delayed == 1
    assert deliveries()[0].response.startswith("ConnectionRefusedError")
    assert sender.send_due().total == 0


def test_after_days_of_failure_it_is_switched_off_and_its_maker_told(
    app: Flask, on: Settings, company: Any, receiver: Receiver, endpoint: Callable[..., Any]
) -> None:
    hook = endpoint("partner.created")
    user = m.User(email="it@example.com", name="It", fs_uniquifier="it", locale="zh_CN")
    db.session.add(user)
    db.session.flush()
    hook.user_id = user.id
    db.session.execute(text("UPDATE webhook_endpoint SET failing_since = now() - interval '4 days'"))
    receiver.answers = [500, 500]
    partner_of(company)
    assert sender.send_due().delayed == 1
    db.session.expire_all()
    assert (hook.active, hook.disabled_reason) == (False, "said the receiver")
    mail = db.session.scalars(select(m.MailMessage)).one()
    assert mail.to == ["it@example.com"]
    assert "Shop" in mail.subject
    assert hook.url in mail.body
    make_due()
    assert sender.send_due().total == 0
    partner_of(company, "B")
    assert len(deliveries()) == 1


def test_two_senders_at_once_send_it_once(
    app: Flask, on: Settings, company: Any, receiver: Receiver, endpoint: Callable[..., Any]
) -> None:
    endpoint("partner.created")
    partner_of(company)
    receiver.waits_for = threading.Event()
    counts = []

    def send() -> None:
        with app.app_context():
            counts.append(sender.send_due().total)

    first = threading.Thread(target=send)
    first.start()
    assert receiver.came.wait(PATIENCE)
    assert sender.send_due().total == 0  # the other one is at it
    receiver.waits_for.set()
    first.join()
    assert (counts, len(receiver.got)) == ([1], 1)


def test_a_sender_that_was_killed_is_followed_by_another(
    app: Flask, on: Settings, company: Any, receiver: Receiver, endpoint: Callable[..., Any]
) -> None:
    endpoint("partner.created")
    partner_of(company)
    dead = sender._claim()  # and then the power fails: nobody settles it
    assert dead is not None
    attempt = sender._attempt(dead, on)
    assert sender.send_due().total == 0  # its lease still holds
    make_due()  # two minutes later
    assert sender.send_due().delivered == 1
    late = sender.Counts()
    sender._settle(dead, attempt, late)  # it wasn't dead after all: too late
    assert late.total == 0
    [row] = deliveries()
    assert (row.state, row.attempts) == ("delivered", 2)
    assert [h["Bincard-Delivery"] for h, _ in receiver.got] == [row.key, row.key]
    assert len(db.session.scalars(select(m.WebhookAttempt)).all()) == 1
