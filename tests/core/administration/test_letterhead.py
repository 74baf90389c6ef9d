"""The picture of a company's documents: what is taken, and what is refused unread."""

import io
import struct
import zlib

import pytest
from PIL import Image
from sqlalchemy import select

from core import m
from core.db import db
from core.documents.pictures import PictureError, fitted, size_of
from core.records import attachments
from core.records.letterhead import logo_of


def picture(width, height, kind="PNG"):
    made = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(made, kind)
    return made.getvalue()


def bomb(width, height):
    """A PNG of some dozen bytes that says it is so large."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def url(company):
    return f"/companies/{company.id}/letterhead"


def sent(visitor, url, contents, name="logo.png"):
    return visitor.post(url, {"file": (io.BytesIO(contents), name)}, content_type="multipart/form-data")


def test_a_picture_is_fitted_shown_replaced_and_taken_off(visit, url, company):
    admin = visit("admin")
    assert "There is none yet" in admin.get(url).text
    assert sent(admin, url, picture(6000, 1000)).status_code == 303
    first = logo_of(db.session, company.id)
    assert size_of(attachments.read(first.sha256)) == (1200, 200)
    assert admin.get(f"{url}.png").data == attachments.read(first.sha256)
    assert sent(admin, url, picture(100, 50, "JPEG"), "logo.jpg").status_code == 303
    db.session.rollback()
    second = logo_of(db.session, company.id)
    assert (second.id != first.id, second.mimetype) == (True, "image/png")
    assert company.picture.startswith("data:image/png;base64,")
    assert admin.post(url, {"remove": "1"}).status_code == 303
    db.session.rollback()
    assert logo_of(db.session, company.id) is None
    assert company.picture == ""
    kept = db.session.scalars(select(m.Attachment).where(m.Attachment.model == "company")).all()
    assert [file.removed_at is not None for file in kept] == [True, True]


@pytest.mark.parametrize(
    ("contents", "says"),
    [
        (b"GIF89a nothing", "no picture that can be read"),
        (b"%PDF-1.7 nothing", "no picture that can be read"),
        (picture(30, 30)[:60], "no picture that can be read"),
        (bomb(8000, 7000), "more than 50 million points"),
        (bomb(60000, 60000), "more than 50 million points"),
    ],
    ids=["gif", "pdf", "cut off", "large", "huge"],
)
def test_what_is_refused_leaves_the_old_picture(visit, url, company, contents, says):
    admin = visit("admin")
    sent(admin, url, picture(100, 50))
    answer = sent(admin, url, contents)
    assert (answer.status_code, says in answer.text) == (422, True), answer.text
    db.session.rollback()
    assert logo_of(db.session, company.id) is not None


def test_only_who_may_configure_changes_it(visit, url):
    clerk = visit("clerk")
    assert clerk.get(url).status_code == sent(clerk, url, picture(10, 10)).status_code == 403


def test_a_picture_keeps_its_proportions_and_what_is_clear_in_it():
    clear = io.BytesIO()
    Image.new("RGBA", (40, 400), (0, 0, 0, 0)).save(clear, "PNG")
    with Image.open(io.BytesIO(fitted(clear.getvalue(), 100, 100))) as drawn:
        assert (drawn.size, drawn.mode, drawn.getpixel((5, 50))[3]) == ((10, 100), "RGBA", 0)


def test_a_bomb_is_refused_by_its_header(app):
    with pytest.raises(PictureError):
        fitted(bomb(50_000, 50_000), 10, 10)
