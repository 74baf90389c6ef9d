"""Webhooks and their deliveries under Settings."""

import re
from typing import Any

from flask import current_app
from sqlalchemy import func

from core import m
from core.errors import UserError
from core.i18n import _, _l
from core.jobs.ring import SEND_WEBHOOKS, ring_later
from core.screens import Button, Column, Field, Filter, Grid, Screens, Section
from core.security.actor import actor_of
from core.webhooks.addresses import parse, refuse_inside
from core.webhooks.events import patterns_of

screens = Screens()

STATES = {
    "pending": _l("Waiting"),
    "sending": _l("Being sent"),
    "delivered": _l("Delivered"),
    "failed": _l("Failed"),
    "held": _l("Held back"),
}
_PATTERN = re.compile(r"[a-z_.*]{1,120}")


class WebhookError(UserError):
    """The webhook can't be like this, or can't do this now; says why."""


def check_endpoint(session: Any, endpoint: Any) -> None:
    """Refuse an address or a pattern that can't work; switching on begins afresh."""
    settings = current_app.extensions["settings"]
    refuse_inside(parse(endpoint.url, settings), settings)
    wrong = [p for p in patterns_of(endpoint.events) if not _PATTERN.fullmatch(p)]
    if wrong or not patterns_of(endpoint.events):
        raise WebhookError(_("Give one event a line, such as accounting.invoice.posted or partner.*."))
    if endpoint.active:
        endpoint.failing_since, endpoint.disabled_reason = None, ""


def maker(session: Any) -> dict[str, Any]:
    """Who makes it is told when it stops working."""
    return {"user_id": actor_of(session).user_id}


def send_test(session: Any, endpoint: Any) -> str:
    """Deliver an event that means nothing."""
    _refuse_while_off()
    session.add(
        m.WebhookDelivery(
            endpoint_id=endpoint.id,
            company_id=endpoint.company_id,
            event="webhook.test",
            model="webhook.endpoint",
            record_id=endpoint.id,
            transaction=func.txid_current(),
        )
    )
    ring_later(session, SEND_WEBHOOKS)
    return _("A test event is on its way: see its delivery.")


def deliver_again(session: Any, delivery: Any) -> str:
    """Deliver an event once more, with the whole ladder of attempts before it."""
    _refuse_while_off()
    delivery.state, delivery.attempts, delivery.next_attempt_at = "pending", 0, func.now()
    ring_later(session, SEND_WEBHOOKS)
    return _("It is sent again.")


def _refuse_while_off() -> None:
    if current_app.extensions["settings"].webhooks != "on":
        raise WebhookError(_("Webhooks are off on this server: the operator switches them on."))


screens.list(
    "webhook.endpoint.list",
    model="webhook.endpoint",
    title=_l("Webhooks"),
    columns=[
        "name",
        Column("url", _l("Address")),
        "events",
        "active",
        Column("failing_since", _l("Failing since")),
    ],
    filters=["active"],
    search=["name", "url"],
    order="name",
    empty=_l("Addresses of other programs that are told of what happens here are listed here."),
)
screens.form(
    "webhook.endpoint.form",
    model="webhook.endpoint",
    title=_l("Webhook"),
    on_save=check_endpoint,
    defaults=maker,
    nodes=[
        Section(
            "main",
            "name",
            Field("url", _l("Address")),
            Field("events", multiline=True, help=_l("One a line: accounting.invoice.posted, partner.*, *")),
            "active",
        ),
        Section(
            "state",
            Field("secret", _l("Secret of the signature"), readonly=True),
            Field("failing_since", _l("Failing since"), readonly=True),
            Field("disabled_reason", _l("Switched off because of"), readonly=True),
            title=_l("State"),
            visible=lambda endpoint: True,
        ),
        Button(
            "test",
            _l("Send a test"),
            action=send_test,
            permission="core.configure",
            visible=lambda endpoint: endpoint.active,
        ),
    ],
)
screens.list(
    "webhook.delivery.list",
    model="webhook.delivery",
    palette=False,
    title=_l("Webhook deliveries"),
    columns=[
        "event",
        "endpoint_id",
        Column("record_id", show="text"),
        Column("state", choices=STATES),
        "attempts",
        Column("status_code", _l("Answer")),
        "created_at",
        "delivered_at",
        Column("key", _l("Delivery"), shown=False),
    ],
    filters=[Filter("state", choices=STATES), "endpoint_id", "event", "created_at"],
    search=["event", "key"],
    group_by=["state", "endpoint_id"],
    order="-created_at",
    create=False,
    source=(_l("Webhooks"), "webhook.endpoint.list"),
    empty=_l("What was told to other programs, and what they answered, is listed here."),
)
screens.form(
    "webhook.delivery.form",
    model="webhook.delivery",
    title=_l("Webhook delivery"),
    readonly=lambda delivery: True,
    create=False,
    nodes=[
        Section(
            "main",
            "event",
            "endpoint_id",
            Field("model", _l("Kind of record")),
            Field("record_id", show="text"),
            Field("state", choices=STATES),
            "attempts",
            "next_attempt_at",
            "created_at",
            "delivered_at",
            Field("key", _l("Delivery")),
            Field("status_code", _l("Answer")),
            Field("response", _l("Text of the answer"), wide=True),
        ),
        Grid(
            "log",
            model="webhook.attempt",
            title=_l("Attempts"),
            readonly=True,
            order="id",
            columns=[
                Column("at", _l("Time")),
                Column("status_code", _l("Answer")),
                Column("milliseconds", _l("Milliseconds")),
                Column("response", _l("Text of the answer")),
            ],
        ),
        Button(
            "again",
            _l("Send again"),
            action=deliver_again,
            permission="core.configure",
            visible=lambda delivery: delivery.state in ("delivered", "failed", "held"),
        ),
    ],
)
