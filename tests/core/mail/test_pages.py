"""The pages of the outbox and of the mailbox."""

import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core import m, mail
from core.db import db
from core.mail.mailbox import letter, letters
from tests.logins import log_in
from tests.markup import tight

#: The host alone.
pytestmark = pytest.mark.addons()


class Visitor:
    """A browser with a log-in."""

    def __init__(self, app: Flask, user: str) -> None:
        self.app, self.client = app, app.test_client()
        log_in(app, self.client, user)

    def get(self, url: str, **options: Any) -> Any:
        with self.app.app_context():
            return self.client.get(url, **options)

    def press(self, page: str, label: str) -> Any:
        """Press a button of a page, with the token that its form carries."""
        html = self.get(page).text
        [form] = [
            form
            for form in re.findall(r"<form.*?</form>", html, re.DOTALL)
            if f">{label}</button>" in tight(form)
        ]
        action = re.search(r'action="([^"]+)"', form)
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)
        assert action
        assert token
        with self.app.app_context():
            return self.client.post(action[1], data={"csrf_token": token[1]})


def user(role: str) -> str:
    company = db.session.scalars(select(m.Company)).one()
    roles = db.session.scalars(select(m.Role).where(m.Role.name == role)).all()
    assert roles
    created = m.User(email=f"{role}@bincard.example", fs_uniquifier=role, company_id=company.id, active=True)
    created.roles, created.companies = list(roles), [company]
    db.session.add(created)
    db.session.commit()
    return role


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app, user("core.administrator"))


def test_the_views_need_the_right(app: Flask) -> None:
    views = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("mail.")]
    assert len(views) == 7
    assert {app.view_functions[rule.endpoint].permission for rule in views} == {"core.mail"}


def test_letters_are_found_by_their_words_and_files(
    app: Flask, queue: Callable[..., Any], attach: Callable[..., Any]
) -> None:
    folder = app.extensions["settings"].mailbox
    queue(subject="对账单 2026-05", attachments=[attach("对账单.pdf", b"%PDF")])
    queue(subject="Reminder")
    mail.send_due()
    assert [found.subject for found in letters(folder)] == ["Reminder", "对账单 2026-05"]
    [found] = letters(folder, "对账单.pdf ann@")
    whole = letter(folder, found.name)
    assert whole is not None
    assert whole.parts[0].contents == b"%PDF"
    # From now on the list reads no message; one that was written anew is read once more.
    stamp = (folder / f"{found.name}.eml").stat().st_mtime_ns
    (folder / f"{found.name}.eml").write_bytes(b"Subject: other\n\n")
    os.utime(folder / f"{found.name}.eml", ns=(stamp, stamp))
    assert letters(folder, "对账单") == [found]
    os.utime(folder / f"{found.name}.eml", ns=(stamp, stamp + 10**9))
    assert letters(folder, "对账单") == []
    assert letters(folder, "nobody") == []


def test_no_name_leads_out_of_the_mailbox(app: Flask, tmp_path: Any) -> None:
    (tmp_path / "secret.eml").write_bytes(b"Subject: no\n\n")
    folder = tmp_path / "mailbox"
    folder.mkdir()
    assert letter(folder, "../secret") is None


def test_an_employee_without_the_right_sees_no_mail(app: Flask) -> None:
    employee = Visitor(app, user("core.employee"))
    for page in ("/outbox/", "/outbox/1", "/mailbox/", "/mailbox/" + "0" * 32):
        assert employee.get(page).status_code == 403


def test_the_outbox_is_filtered_by_state_and_words(queue: Callable[..., Any], visitor: Visitor) -> None:
    queue()
    failed = queue(subject="Reminder")
    failed.state = "failed"
    db.session.commit()
    assert "Statement ST/2026/00001" in visitor.get("/outbox/").text
    html = visitor.get("/outbox/?state=failed&q=remind+ann").text
    assert f'/outbox/{failed.id}"' in html
    assert "Statement ST/2026/00001" not in html
    assert 'Failed<span class="count">1</span>' in tight(html)


def test_a_message_shows_its_log_in_both_languages(
    queue: Callable[..., Any], attach: Callable[..., Any], visitor: Visitor
) -> None:
    message = queue(attachments=[attach("statement.pdf", b"%PDF")], body="<script>alert(1)</script>")
    mail.send_due()
    for language, word in (("en", "Attempts"), ("zh-CN", "尝试次数")):
        html = visitor.get(f"/outbox/{message.id}", headers={"Accept-Language": language}).text
        assert word in html
        assert "mailbox/" in html
        assert "statement.pdf" in html
        assert "<script>alert" not in html


def test_a_letter_shows_its_text_and_files_and_runs_nothing(
    queue: Callable[..., Any], attach: Callable[..., Any], visitor: Visitor
) -> None:
    queue(attachments=[attach("statement.pdf", b"%PDF")], body="<img src=http://spy.example>")
    mail.send_due()
    found = re.search(r"/mailbox/([0-9a-f]{32})", visitor.get("/mailbox/?q=statement.pdf").text)
    assert found
    html = visitor.get(f"/mailbox/{found[1]}").text
    assert "&lt;img src=http://spy.example&gt;" in html
    assert visitor.get(f"/mailbox/{found[1]}/0").data == b"%PDF"
    assert visitor.get(f"/mailbox/{found[1]}/1").status_code == 404


def test_a_person_decides_once(queue: Callable[..., Any], visitor: Visitor) -> None:
    message = queue()
    message.state = "unsure"
    db.session.commit()
    page = f"/outbox/{message.id}"
    assert "Ask the recipient, then decide" in visitor.get(page).text
    assert visitor.press(page, "It did not arrive: send it again").status_code == 303
    db.session.refresh(message)
    assert message.state == "queued"
    assert visitor.press(page, "Cancel").status_code == 303
    db.session.refresh(message)
    assert message.state == "cancelled"
    assert [attempt.outcome for attempt in message.attempt_log] == ["not arrived", "cancel"]
    assert (
        "<button" not in visitor.get(page).text.partition('class="head-actions"')[2].partition("</header>")[0]
    )


def test_files_are_shown_only_where_that_is_harmless(
    queue: Callable[..., Any], attach: Callable[..., Any], visitor: Visitor
) -> None:
    pdf, page = attach("statement.pdf", b"%PDF"), attach("page.html", b"<script>", "text/html")
    files = f"/outbox/{queue(attachments=[pdf, page]).id}/files"
    shown, saved = visitor.get(f"{files}/{pdf.id}"), visitor.get(f"{files}/{page.id}")
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
