"""The pages of the outbox and of the mailbox."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, template_rendered

from core import mail
from core.db import db
from core.i18n import in_locale
from core.mail import routes
from core.mail.mailbox import letter, letters

#: The host alone.
pytestmark = pytest.mark.addons()


@pytest.fixture
def page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Call a view past the log-in, which is tested with the rights, and see what its page is given."""
    seen: list[dict[str, Any]] = []

    def note(_app: Flask, template: Any, context: dict[str, Any], **_more: Any) -> None:
        seen.append(context)

    def opened(view: str, address: str = "/", **arguments: Any) -> Any:
        seen.clear()
        with app.test_request_context(address), template_rendered.connected_to(note, app):
            answer = getattr(routes, view).__wrapped__(**arguments)
        return (answer, seen[0]) if seen else answer

    yield opened


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
    assert [found.header("Subject") for found in letters(folder)] == ["Reminder", "对账单 2026-05"]
    [found] = letters(folder, "对账单.pdf ann@")
    assert found.parts[0].contents == b"%PDF"
    assert letters(folder, "nobody") == []


def test_no_name_leads_out_of_the_mailbox(app: Flask, tmp_path: Any) -> None:
    (tmp_path / "secret.eml").write_bytes(b"Subject: no\n\n")
    folder = tmp_path / "mailbox"
    folder.mkdir()
    assert letter(folder, "../secret") is None


def test_the_outbox_is_filtered_by_state_and_words(
    queue: Callable[..., Any], page: Callable[..., Any]
) -> None:
    queue()
    failed = queue(subject="Reminder")
    failed.state = "failed"
    db.session.commit()
    html, context = page("messages", "/outbox/?state=failed&q=remind+ann")
    assert [row.id for row in context["messages"]] == [failed.id]
    assert context["counts"] == {"queued": 1, "failed": 1}
    assert "Reminder" in html


def test_a_message_shows_its_log_in_both_languages(
    queue: Callable[..., Any], attach: Callable[..., Any], page: Callable[..., Any]
) -> None:
    message = queue(attachments=[attach("statement.pdf", b"%PDF")], body="<script>alert(1)</script>")
    mail.send_due()
    db.session.rollback()
    for locale, word in (("en", "Attempts"), ("zh_CN", "尝试次数")):
        with in_locale(locale):
            html, _context = page("message", message_id=message.id)
        assert word in html
        assert "mailbox/" in html
        assert "statement.pdf" in html
        assert "<script>alert" not in html


def test_a_person_decides_once(queue: Callable[..., Any], page: Callable[..., Any]) -> None:
    message = queue()
    message.state = "unsure"
    db.session.commit()
    assert page("decide", message_id=message.id, act="lost").status_code == 303
    db.session.refresh(message)
    assert message.state == "queued"
    page("decide", message_id=message.id, act="arrived")
    db.session.refresh(message)
    assert message.state == "queued"


def test_files_are_shown_only_where_that_is_harmless(
    queue: Callable[..., Any], attach: Callable[..., Any], page: Callable[..., Any]
) -> None:
    pdf = attach("statement.pdf", b"%PDF")
    html = attach("page.html", b"<script>", "text/html")
    message = queue(attachments=[pdf, html])
    shown = page("file", message_id=message.id, attachment_id=pdf.id)
    saved = page("file", message_id=message.id, attachment_id=html.id)
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
