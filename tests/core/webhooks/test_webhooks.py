"""Webhooks against a real HTTP server on loopback: signed, repeated, held, switched off, and kept inside."""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from addons.accounting.services.invoices import Line, create_invoice, post_invoices
from core import m
from core.api.tokens import create_token
from core.db import db
from core.errors import UserError
from core.jobs.schedule import start_due
from core.security.audit import record
from core.settings import Settings, get_settings
from core.webhooks import addresses, sender, transport
from core.webhooks.screens import deliver_again, send_test
from tests.conftest import work
from tests.core.api.conftest import Program

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
                one.waits_for.wait(10)
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
    return _set(app, webhooks="on", development=True)


def at_home() -> Settings:
    """The settings of a developer's machine."""
    return get_settings().model_copy(update={"webhooks": "on", "development": True})


def _set(app: Flask, **values: Any) -> Settings:
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
    row = m.Partner(company_id=company.id, code=code, name=code)
    db.session.add(row)
    db.session.commit()
    return row


def deliveries() -> list[Any]:
    db.session.expire_all()
    return list(db.session.scalars(select(m.WebhookDelivery).order_by(m.WebhookDelivery.id)))


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
    _set(app, webhooks="on", development=True)
    assert sender.send_due().total == 0  # held stays held until somebody wants it
    deliver_again(db.session, held)
    db.session.commit()
    assert sender.send_due().delivered == 1
    assert len(receiver.got) == 1


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
    _make_due()
    assert sender.send_due().delayed == 1  # a redirect is no delivery, and is not followed
    _make_due()
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
        _make_due()
    assert sender.send_due().failed == 1
    [row] = deliveries()
    assert row.state == "failed"
    _make_due()
    assert sender.send_due().total == 0
    deliver_again(db.session, row)
    db.session.commit()
    assert sender.send_due().delivered == 1


def _make_due() -> None:
    db.session.execute(DUE)
    db.session.commit()


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
    _make_due()
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
    assert receiver.came.wait(10)
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
    _make_due()  # two minutes later
    assert sender.send_due().delivered == 1
    late = sender.Counts()
    sender._settle(dead, attempt, late)  # it wasn't dead after all: too late
    assert late.total == 0
    [row] = deliveries()
    assert (row.state, row.attempts) == ("delivered", 2)
    assert [h["Bincard-Delivery"] for h, _ in receiver.got] == [row.key, row.key]
    assert len(db.session.scalars(select(m.WebhookAttempt)).all()) == 1


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
     "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "2002:a00:1::", "ff02::1"],
)  # fmt: skip
def test_addresses_inside_are_refused_unless_named(address: str) -> None:
    settings = get_settings().model_copy(update={"development": False})
    assert not addresses.is_allowed(ip_address(address), settings)


def test_addresses_outside_and_named_ones_are_allowed() -> None:
    settings = get_settings().model_copy(
        update={"development": False, "webhooks_private": "10.1.0.0/16, fc00::/7"}
    )
    for address in ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "10.1.2.3", "fc00::1"):
        assert addresses.is_allowed(ip_address(address), settings)
    assert not addresses.is_allowed(ip_address("10.2.0.1"), settings)


def test_a_name_that_leads_inside_is_not_called(
    app: Flask, on: Settings, company: Any, receiver: Receiver, endpoint: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The name is asked for once, and what it leads to is checked and called."""
    asked = []

    def lookup(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        inside = len(asked) == 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7" if inside else "127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(transport.DeliveryError, match=r"shop\.example leads to 10\.0\.0\.7"):
        transport.post("https://shop.example/", b"{}", {}, on)
    assert asked == ["shop.example"]
    monkeypatch.undo()
    assert receiver.got == []


REFUSED = [
    "http://shop.example/",
    "ftp://shop.example/",
    "https://",
    "https://a:b@shop.example/",
    "javascript:1",
    "https://shop.example:99999/",
    "https://shop.example/#x",
    "https://shop.example/a b",
    "//shop.example",
    "https://[::1",
    "http://10.0.0.1/",
    "https://shop.example/\r\nHost: x",
]


def test_an_address_that_nothing_is_sent_to_is_refused(on: Settings) -> None:
    for url in REFUSED:
        with pytest.raises(addresses.WebhookAddressError):
            addresses.parse(url, on)


def test_plain_http_is_for_tests_on_one_s_own_machine(on: Settings) -> None:
    assert addresses.parse("http://localhost:8000/x", on).authority == "localhost:8000"
    with pytest.raises(addresses.WebhookAddressError):
        addresses.parse("http://localhost:8000/x", on.model_copy(update={"development": False}))


def test_a_receiver_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    on = at_home()
    monkeypatch.setattr(transport, "DEADLINE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        end = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                while not end.wait(0.05):
                    try:
                        connection.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(transport.DeliveryError):
            transport.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, on)
        end.set()
        thread.join()


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
