"""What stands beside a record: its activity, notes, files."""

import io
import struct
import zlib
from typing import Any

import pytest
from sqlalchemy import select

from core import m
from core.db import db
from core.mail import queue
from core.records.contents import safe_name, type_of
from core.security import audit
from tests.conftest import queries_of
from tests.markup import tight

PART = "/m/shelf.part.form/1"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


@pytest.fixture
def clerk(visit, parts):
    return visit("clerk")


def change(visitor, url: str, **values: Any) -> None:
    answer = visitor.post(url, {**visitor.form(url), **values})
    assert answer.status_code == 303, answer.text


def add(visitor, *files: tuple[str, bytes], url: str = PART) -> Any:
    return visitor.post(f"{url}/files", {"file": [(io.BytesIO(data), name) for name, data in files]})


def test_a_change_is_told_with_labels_in_the_readers_language(clerk, visit):
    change(clerk, PART, state="obsolete", maker_id="2", price="1234.5")
    shown = tight(clerk.get(f"{PART}/panel").text)
    assert "<strong>Clerk</strong>" in shown
    assert "<dt>Maker</dt><dd>" in shown and "<ins>Murata</ins>" in shown
    assert "<ins>1,234.50" in shown and "USD" in shown
    chinese = tight(visit("clerk", "zh_CN").get(f"{PART}/panel").text)
    assert "<dt>状态</dt>" in chinese
    assert "Changed" not in chinese


def test_a_field_that_the_reader_may_not_see_is_left_out(clerk, visit):
    change(visit("admin"), PART, cost="4321.09")
    assert "4,321.09" in visit("admin").get(f"{PART}/panel").text
    shown = clerk.get(f"{PART}/panel").text
    assert "4,321.09" not in shown and "Cost" not in shown and "Changed" not in shown


def test_lines_tell_what_became_of_them(clerk):
    from addons.shelf import rows

    url = f"/m/shelf.order.form/{rows.order().id}"
    first, second = db.session.scalars(select(m.ShelfOrderLine.id).order_by(m.ShelfOrderLine.position))
    values = clerk.form(url)
    values = {n: v for n, v in values.items() if not n.startswith(f"lines-{second}-")}
    values[f"lines-{first}-quantity"] = "12"
    values |= {"lines-new1-part_id": "3", "lines-new1-quantity": "7", "lines-new1-price": "0.25"}
    assert clerk.post(url, values).status_code == 303
    shown = clerk.get(f"{url}/panel").text
    assert "Line 1</p>" in shown and "<del>10</del>" in shown and "<ins>12</ins>" in shown
    assert "Line 2 added" in shown and "Line 2 deleted" in shown
    assert "RC0603FR-07002KL" in shown
    before = len(list(db.session.scalars(select(m.AuditEvent.id).where(m.AuditEvent.action == "lines"))))
    change(clerk, url, number="SO-9")
    after = db.session.scalars(select(m.AuditEvent.id).where(m.AuditEvent.action == "lines")).all()
    assert len(after) == before


def test_acts_are_called_as_their_buttons_are(clerk, shelf):
    audit.record(db.session, "retire", "shelf.part", [1])
    db.session.commit()
    assert '<p class="acts">Retire</p>' in tight(clerk.get(f"{PART}/panel").text)


def test_the_panel_asks_the_same_number_of_questions_however_much_happened(clerk):
    change(clerk, PART, maker_id="2")
    few = queries_of(lambda: clerk.get(f"{PART}/panel"))
    for n in range(3):
        change(clerk, PART, maker_id=str(n % 2 + 1), note=f"note {n}")
    clerk.post(f"{PART}/notes", {"body": "x"})
    assert queries_of(lambda: clerk.get(f"{PART}/panel")) == few


def test_the_timeline_is_paged(clerk):
    for n in range(25):
        clerk.post(f"{PART}/notes", {"body": f"note number {n:02}."})
    first = clerk.get(f"{PART}/panel").text
    assert first.count("note-text") == 20 and "note number 24." in first and "note number 04." not in first
    older = first.split('hx-get="')[-1].split('"')[0].replace("&amp;", "&")
    second = clerk.get(older).text
    assert "note number 04." in second and "note number 05." not in second and 'class="older"' not in second
    assert clerk.get(f"{PART}/activity?before=x").status_code == 404


def test_a_note_is_kept_as_it_was_written(clerk, visit):
    assert clerk.post(f"{PART}/notes", {"body": "<b>call</b>\nback"}).status_code == 200
    shown = visit("reader").get(f"{PART}/panel").text
    assert "&lt;b&gt;call&lt;/b&gt;\nback" in shown and "<strong>Clerk</strong>" in shown
    note = db.session.scalars(select(m.Note)).one()
    note.body = "other"
    with pytest.raises(Exception, match="only ever added"):
        db.session.flush()
    db.session.rollback()


def test_mails_of_the_record_stand_there_with_their_state(clerk, visit):
    company = db.session.scalars(select(m.Company).where(m.Company.code == "D")).one()
    queue(
        db.session,
        to=["a@b.example"],
        subject="Data sheet",
        body="x",
        model="shelf.part",
        record_id=1,
        company_id=company.id,
    )
    db.session.commit()
    shown = clerk.get(f"{PART}/panel").text
    assert "Data sheet" in shown and "Waiting" in shown and "/outbox/" not in shown
    assert "/outbox/" in visit("admin").get(f"{PART}/panel").text


# Files.


def test_a_file_is_what_its_contents_are(clerk):
    assert add(clerk, ("a.html", b"<script>alert(1)</script>"), ("b.txt", PDF)).status_code == 200
    html, pdf = db.session.scalars(select(m.Attachment).order_by(m.Attachment.id))
    assert (html.mimetype, pdf.mimetype) == ("text/plain", "application/pdf")
    for file, shown in ((html, False), (pdf, True)):
        answer = clerk.get(f"{PART}/files/{file.id}?show")
        assert answer.headers["Content-Disposition"].startswith("inline" if shown else "attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert clerk.get(f"{PART}/files/{pdf.id}").headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "contents", "says"),
    [
        ("a.pdf", b"MZ\x90", "is a program"),
        ("a.txt", b"\xef\xbb\xbf#!/bin/sh\n", "is a program"),
        ("invoice.pdf.exe", b"text", "is a program"),
        ("Invoice.PDF.Js", b"text", "is a program"),
        ("run.ps1 ", b"text", "is a program"),
        ("open.lnk", b"L\0\0\0", "is a program"),
        ("e.txt", b"", "is empty"),
    ],
)
def test_programs_and_empty_files_are_refused(clerk, name, contents, says):
    answer = add(clerk, ("fine.txt", b"fine"), (name, contents))
    assert answer.status_code == 422 and says in answer.text
    # All or none.
    assert db.session.scalars(select(m.Attachment)).all() == []


def png(width: int, height: int) -> bytes:
    """A white picture of one bit a point, as small as a file can be."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = zlib.compress((b"\0" + b"\xff" * ((width + 7) // 8)) * height, 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def test_a_picture_that_unpacks_to_too_much_is_refused(clerk):
    bomb = png(8_000, 8_000)
    assert len(bomb) < 20_000
    answer = add(clerk, ("photo.png", bomb))
    assert (answer.status_code, "more than 50 million points" in answer.text) == (422, True)
    assert add(clerk, ("photo.png", b"\x89PNG\r\n\x1a\nbroken")).status_code == 422
    assert add(clerk, ("photo.png", png(800, 600))).status_code == 200


def test_a_note_that_is_too_long_is_refused_and_not_cut(clerk):
    answer = clerk.post(f"{PART}/notes", {"body": "x" * 10_001})
    assert (answer.status_code, "at most 10,000 characters" in answer.text) == (422, True)
    assert db.session.scalars(select(m.Note)).all() == []
    # A browser sends two characters for each end of a line; people and the textarea count one.
    assert clerk.post(f"{PART}/notes", {"body": "x\r\n" * 5_000}).status_code == 200


def test_what_is_larger_than_the_operator_allows_is_refused(clerk, shelf):
    settings = shelf.extensions["settings"]
    shelf.extensions["settings"] = settings.model_copy(update={"attachment_megabytes": 0})
    answer = add(clerk, ("a.txt", b"x"))
    assert answer.status_code == 422 and "larger than 0 MB" in answer.text


def test_a_removed_file_comes_back_by_undo(clerk, visit):
    add(clerk, ("offer.pdf", PDF))
    file = f"{PART}/files/{db.session.scalar(select(m.Attachment.id))}"
    assert "offer.pdf" in clerk.get(f"{PART}/panel").text
    assert visit("reader").post(f"{file}/remove").status_code == 403
    assert "removed" in clerk.post(f"{file}/remove").text
    assert clerk.get(file).status_code == 404
    shown = clerk.get(f"{PART}/panel").text
    assert "panel-files" in shown and "File removed: <span>offer.pdf</span>" in shown
    assert clerk.post(f"{file}/restore").status_code == 200
    assert clerk.get(file).data == PDF


def test_who_may_not_write_adds_no_file(clerk, visit):
    assert add(visit("reader"), ("a.pdf", PDF)).status_code == 403
    assert "data-upload" not in visit("reader").get(f"{PART}/panel").text


def test_what_is_beside_a_record_is_for_those_who_may_read_it(clerk, visit):
    from addons.shelf import rows

    order = rows.order()
    url = f"/m/shelf.order.form/{order.id}"
    add(clerk, ("a.pdf", PDF), url=url)
    file = db.session.scalar(select(m.Attachment.id))
    # A file of another record is not there.
    assert clerk.get(f"{PART}/files/{file}").status_code == 404
    order.company_id = db.session.scalar(select(m.Company.id).where(m.Company.code == "O"))
    db.session.commit()
    for path in ("panel", "activity?before=2026-01-01T00:00:00", f"files/{file}", "print", "send"):
        assert visit("stranger").get(f"{url}/{path}").status_code == 403, path
        assert clerk.get(f"{url}/{path}").status_code == 404, path
    for path in ("notes", "files", f"files/{file}/remove", "send"):
        assert visit("stranger").post(f"{url}/{path}").status_code == 403, path
        assert clerk.post(f"{url}/{path}").status_code == 404, path


@pytest.mark.parametrize(
    ("contents", "mimetype"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"PK\x03\x04..xl/worksheets", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"PK\x03\x04..", "application/zip"),
        (b"<svg onload='x'>", "text/plain"),
        (b"\x00\x01", "application/octet-stream"),
        ("数量;价格\n".encode(), "text/plain"),
    ],
)
def test_types_are_told_by_contents(contents, mimetype):
    assert type_of(contents) == mimetype


def test_a_name_leads_nowhere():
    assert safe_name("../../etc/passwd") == "passwd"
    assert safe_name("C:\\x\\报价\u202efdp.exe\n") == "报价-fdp.exe"
    assert safe_name("...") == "file"
