"""Queueing, and what people decide about a message."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from core import m, mail
from core.db import db
from core.i18n import in_locale

#: The host alone.
pytestmark = pytest.mark.addons()


def count() -> int:
    return int(db.session.scalar(text("SELECT count(*) FROM mail_message")))


def test_a_queued_message_lives_and_dies_with_its_transaction(queue: Callable[..., Any]) -> None:
    company = queue().company_id
    mail.queue(
        db.session,
        to=["bob@customer.example"],
        subject="Never",
        body="",
        model="",
        record_id=1,
        company_id=company,
    )
    db.session.rollback()
    assert count() == 1


def test_one_key_makes_one_message(queue: Callable[..., Any]) -> None:
    first = queue(idempotency_key="billing.statement:17:1")
    second = queue(idempotency_key="billing.statement:17:1", subject="Again")
    assert (second.id, second.subject, count()) == (first.id, "Statement ST/2026/00001", 1)


def test_a_set_is_queued_as_its_messages_would_be_one_by_one(
    queue: Callable[..., Any], attach: Callable[..., Any]
) -> None:
    """In the order given; one whose key is known is not written again; the audit says to whom each went."""
    known = queue(idempotency_key="set:2")
    file, company = attach("a.pdf", b"contents"), known.company_id

    def draft(n: int) -> mail.Draft:
        to = [f"c{n}@customer.example"]
        return mail.Draft(to, f"Number\n{n}", "Text", "partner", n, company, [file], f"set:{n}")

    made = mail.queue_all(db.session, [draft(n) for n in (3, 2, 1, 3)])
    db.session.commit()
    said = [(one.subject, one.record_id) for one in made]
    assert said == [("Number 3", 3), (known.subject, 17), ("Number 1", 1), ("Number 3", 3)]
    assert [len(one.attachments) for one in made] == [1, 0, 1, 1] and count() == 3
    told = "SELECT record_id, after FROM audit_event WHERE action = 'queue' ORDER BY id"
    assert [tuple(row) for row in db.session.execute(text(told))] == [
        (known.id, {"to": ["ann@customer.example"], "cc": []}),
        (made[0].id, {"to": ["c3@customer.example"], "cc": []}),
        (made[2].id, {"to": ["c1@customer.example"], "cc": []}),
    ]
    assert mail.queue_all(db.session, []) == []


def test_messages_without_a_key_are_told_apart(queue: Callable[..., Any]) -> None:
    assert queue().message_id != queue().message_id
    assert count() == 2


def test_a_line_break_in_a_subject_makes_no_header(queue: Callable[..., Any]) -> None:
    assert queue(subject="Hello\r\nBcc: spy@other.example").subject == "Hello Bcc: spy@other.example"


@pytest.mark.parametrize(
    ("typed", "addresses"),
    [
        ("ann@a.example", ["ann@a.example"]),
        ("ann@a.example, bob@b.example;cy@c.example\ndi@d.example", 4),
        (" Ann <ann@a.example> ； ann@a.example ", ["ann@a.example"]),
        ("采购@例子.中国", None),
        ("info@例子.中国", ["info@xn--fsqu00a.xn--fiqs8s"]),
        # IDNA 2008: not grosse-teile.de, which is another firm's.
        ("info@große-teile.de", ["info@xn--groe-teile-73a.de"]),
        ("info@MÜLLER.de", ["info@xn--mller-kva.de"]),
        ("", []),
    ],
)
def test_addresses_in_one_field(app: Flask, typed: str, addresses: list[str] | int | None) -> None:
    if addresses is None:
        with pytest.raises(mail.MailAddressError):
            mail.parse_addresses(typed)
    elif isinstance(addresses, int):
        assert len(mail.parse_addresses(typed)) == addresses
    else:
        assert mail.parse_addresses(typed) == addresses


@pytest.mark.parametrize(
    "bad",
    ["ann", "ann@", "@a.example", "ann@a", "an n@a.example", "ann@a..example", "ann@a.example>", "a@b@c.d"],
)
def test_a_bad_address_is_named_with_what_to_do(app: Flask, bad: str) -> None:
    with pytest.raises(mail.MailAddressError) as caught:
        mail.parse_addresses(bad)
    assert caught.value.address == bad
    assert str(caught.value) == (
        f"“{bad}” is not a mail address: write it like name@example.com, and separate several by commas."
    )


def test_it_says_so_in_chinese(app: Flask) -> None:
    with in_locale("zh_CN"), pytest.raises(mail.MailAddressError) as caught:
        mail.parse_addresses("ann@")
    assert str(caught.value) == "“ann@”不是有效的邮箱地址：请写成 name@example.com，多个地址用逗号分隔。"


def test_nobody_to_send_to(queue: Callable[..., Any]) -> None:
    with pytest.raises(mail.MailAddressError) as caught:
        queue(to=[])
    assert str(caught.value) == "There is no mail address to send to: add one to the partner."


def test_a_copy_to_a_recipient_is_left_out(queue: Callable[..., Any]) -> None:
    assert queue(cc=["ann@customer.example", "bob@customer.example"]).cc == ["bob@customer.example"]


def set_state(message: Any, state: str) -> None:
    message.state = state
    db.session.commit()


ALLOWED = {
    ("queued", "retry"): "queued",
    ("failed", "retry"): "queued",
    ("queued", "cancel"): "cancelled",
    ("failed", "cancel"): "cancelled",
    ("unsure", "arrived"): "sent",
    ("unsure", "lost"): "queued",
}
REFUSALS = {
    "retry": "Only failed or waiting mail can be sent again.",
    "cancel": "Only failed or waiting mail can be cancelled.",
    "arrived": "Only mail that is parked as unsure waits for this decision.",
    "lost": "Only mail that is parked as unsure waits for this decision.",
}


def act(name: str, message: Any) -> None:
    if name in ("arrived", "lost"):
        mail.decide_unsure(db.session, message, arrived=name == "arrived")
    else:
        getattr(mail, name)(db.session, message)
    db.session.commit()


@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.parametrize("state", ["queued", "sending", "sent", "failed", "unsure", "cancelled"])
def test_every_act_in_every_state(queue: Callable[..., Any], state: str, name: str) -> None:
    message = queue()
    set_state(message, state)
    if (state, name) in ALLOWED:
        act(name, message)
        assert message.state == ALLOWED[state, name]
        assert [a.response for a in message.attempt_log] == ["tester"]
    else:
        with pytest.raises(mail.MailStateError) as caught:
            act(name, message)
        assert str(caught.value) == REFUSALS[name]


def template(code: str, subject: str, body: str, locale: str = "en") -> None:
    db.session.add(m.MailTemplate(code=code, locale=locale, subject=subject, body=body))
    db.session.commit()


def test_a_template_speaks_the_readers_language(app: Flask) -> None:
    template("statement", "Statement {{ number }}", "Dear {{ name }}")
    template("statement", "对账单 {{ number }}", "尊敬的{{ name }}", "zh_CN")
    context = {"number": "ST/1", "name": "华强"}
    assert mail.render_template(db.session, "statement", "zh_CN", context) == ("对账单 ST/1", "尊敬的华强")
    assert mail.render_template(db.session, "statement", "fr", context)[0] == "Statement ST/1"


def test_a_customer_named_with_a_line_break_makes_no_header(app: Flask) -> None:
    template("statement", "For {{ name }}", "")
    subject, _body = mail.render_template(
        db.session, "statement", "en", {"name": "A\nBcc: spy@other.example"}
    )
    assert subject == "For A Bcc: spy@other.example"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{{ nmae }}", "'nmae' is undefined"),
        ("{{ name.__class__.__mro__ }}", "access to attribute '__class__' of 'str' object is unsafe."),
        ("{{ numbers.append(1) }}", "line 1: only values, conditions and loops are possible here"),
        ("{% if %}", "Expected an expression, got 'end of statement block'"),
    ],
)
def test_a_faulty_template_is_named_with_the_fault(app: Flask, body: str, reason: str) -> None:
    template("statement", "Hello", body)
    with pytest.raises(mail.MailTemplateError) as caught:
        mail.render_template(db.session, "statement", "en", {"name": "Ann", "numbers": []})
    assert str(caught.value) == f"The body of the mail template “statement” (en) fails: {reason}"


def test_a_missing_template_is_named(app: Flask) -> None:
    with pytest.raises(mail.MailTemplateError) as caught:
        mail.render_template(db.session, "dunning", "zh_CN", {})
    assert str(caught.value) == "There is no mail template “dunning” in zh_CN: add it under Mail templates."


def test_an_edited_template_is_checked_before_it_is_saved(app: Flask) -> None:
    with pytest.raises(mail.MailTemplateError) as caught:
        mail.check_template("Hello {{ name", "")
    assert str(caught.value) == (
        "The subject can't be read: unexpected end of template, expected 'end of print statement'."
    )
