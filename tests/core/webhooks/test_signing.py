"""What a receiver is told: signed, once, and only what has happened in its company."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.accounting.services.drafts import Line
from core import m
from core.db import db
from core.security.audit import record
from core.settings import Settings
from core.webhooks import events, sender
from tests.core.webhooks.conftest import Receiver, deliveries, partner_of
from tests.documents import create_invoice, post_invoices


@pytest.mark.parametrize(
    ("act", "event"),
    [
        ("release", "released"),
        ("post", "posted"),
        ("cancel", "cancelled"),
        ("do", "done"),
        ("take_back", "taken_back"),
        ("receive_goods", "received_goods"),
        ("approve", "approved"),
    ],
)
def test_acts_are_told_once_they_are_done(act: str, event: str) -> None:
    assert events.told(act) == event


def test_an_event_is_told_and_signed(
    app: Flask, on: Settings, company: Any, receiver: Receiver, endpoint: Callable[..., Any]
) -> None:
    hook = endpoint("partner.created")
    partner = partner_of(company)
    assert sender.send_due().delivered == 1
    [(headers, body)] = receiver.got
    told = json.loads(body)
    [row] = deliveries()
    assert (told["event"], told["model"], told["record_id"]) == ("partner.created", "partner", partner.id)
    assert told["path"] == f"/api/v1/partner/{partner.id}"
    assert told["id"] == headers["Bincard-Delivery"] == row.key
    assert "name" not in told  # what is in the record is asked for through the API
    moment, made = (part.partition("=")[2] for part in headers["Bincard-Signature"].split(","))
    expected = hmac.new(hook.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert made == expected
    assert (row.state, row.status_code, row.response) == ("delivered", 200, "said the receiver")
    assert db.session.scalars(select(m.WebhookAttempt.status_code)).all() == [200]


def test_events_are_what_happens_to_records_and_their_states(
    app: Flask, on: Settings, company: Any, endpoint: Callable[..., Any]
) -> None:
    endpoint("partner.*", "job.*", "accounting.invoice.posted")
    partner = partner_of(company)
    partner.city = "Rome"
    db.session.commit()
    assert partner.city == "Rome"
    partner.city = "Rome"  # nothing changes
    db.session.commit()
    contact = m.PartnerContact(partner_id=partner.id, name="Ann")  # matched by `partner.*` as well
    db.session.add(contact)
    db.session.commit()
    db.session.delete(contact)
    db.session.commit()
    record(db.session, "post", "accounting.invoice", [7, 8])
    record(db.session, "post", "accounting.invoice", [8])  # told once a transaction
    db.session.commit()
    record(db.session, "post", "accounting.payment", [9])  # nobody asked
    db.session.commit()
    assert [(d.event, d.record_id) for d in deliveries()] == [
        ("partner.created", partner.id),
        ("partner.updated", partner.id),
        ("partner.contact.created", contact.id),
        ("partner.contact.deleted", contact.id),
        ("accounting.invoice.posted", 7),
        ("accounting.invoice.posted", 8),
    ]


def test_a_document_that_is_posted_on_its_form_is_told_once(
    app: Flask, on: Settings, company: Any, endpoint: Callable[..., Any]
) -> None:
    partner = partner_of(company)
    line = Line("Part", Decimal(1), Decimal(2))
    invoice = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=partner.id,
        date=date(2026, 3, 2),
        currency="USD",
        lines=[line],
    )
    db.session.commit()
    endpoint("*.posted")
    post_invoices(db.session, [invoice])
    db.session.commit()
    assert [(d.event, d.record_id) for d in deliveries()] == [("accounting.invoice.posted", invoice.id)]


def test_what_is_rolled_back_is_not_told(
    app: Flask, on: Settings, company: Any, endpoint: Callable[..., Any]
) -> None:
    endpoint("*")
    db.session.add(m.Partner(company_id=company.id, code="A", name="A"))
    db.session.flush()
    db.session.rollback()
    assert deliveries() == []


def test_other_companies_are_not_told(
    app: Flask, on: Settings, company: Any, endpoint: Callable[..., Any]
) -> None:
    endpoint("*")
    other = m.Company(code="O", name="Other", currency_code="USD")
    db.session.add(other)
    db.session.commit()
    before = len(deliveries())
    partner_of(other)
    assert len(deliveries()) == before
