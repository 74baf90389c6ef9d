"""Files beside records and documents over the API: the bytes, the checks and the rights of the panel."""

import hashlib
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
from core.documents import read_identity
from tests.core.api.conftest import Program
from tests.documents import create_invoice, post_invoices
from tests.logins import log_in

Make = Callable[..., Program]
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\ncertificate"
TEXT = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n'
NOT_UTF8 = b"--x\r\nContent-Disposition: form-data; name=file; filename=\xff\r\n\r\na\r\n--x--\r\n"
READER = ("core.read", "partners.read", "partners.read_all")


def upload(erp: Program, url: str, *files: tuple[str, bytes], part: str = "file", **headers: str) -> Any:
    """Send these files, as a program would, in parts of this name."""
    lines = []
    for filename, contents in files:
        head = f'--x\r\nContent-Disposition: form-data; name="{part}"; filename="{filename}"\r\n\r\n'
        lines.append(head.encode() + contents)
    return upload_body(erp, url, b"\r\n".join([*lines, b"--x--\r\n"]), **headers)


def upload_body(erp: Program, url: str, body: bytes, **headers: str) -> Any:
    """Send this multipart body."""
    kind = "multipart/form-data; boundary=x"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return erp.call("POST", f"{url}/files", data=body, content_type=kind, headers=named)


@pytest.fixture
def url(company: Any) -> str:
    """A partner's address."""
    partner = m.Partner(company_id=company.id, code="ACME", name="Acme Ltd")
    db.session.add(partner)
    db.session.commit()
    return f"partner/{partner.id}"


def test_a_file_is_put_beside_a_record_listed_fetched_and_removed(program: Make, url: str) -> None:
    erp = program("*")
    made = upload(erp, url, ("Zertifikat ü.pdf", PDF))
    assert made.status_code == 201, made.text
    file = made.json
    assert (file["filename"], file["mimetype"], file["size"]) == (
        "Zertifikat ü.pdf",
        "application/pdf",
        len(PDF),
    )
    assert file["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (file["added_by"], file["document"]) == ("User 0 · Test program", "")
    assert file["created_at"].endswith("Z")
    assert made.headers["Location"] == f"/api/v1/{url}/files/{file['id']}"
    assert erp.get(f"{url}/files").json == {"items": [file]}

    got = erp.get(made.headers["Location"])
    assert (got.status_code, got.data, got.mimetype) == (200, PDF, "application/pdf")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''Zertifikat%20%C3%BC.pdf" in got.headers["Content-Disposition"]
    assert got.headers["ETag"] == f'"{file["sha256"]}"'
    assert got.headers["Cache-Control"] == "no-cache, private"
    again = erp.get(made.headers["Location"], headers={"If-None-Match": got.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")

    assert erp.delete(made.headers["Location"]).status_code == 204
    assert erp.get(made.headers["Location"]).status_code == 404
    assert erp.delete(made.headers["Location"]).status_code == 404
    assert erp.get(f"{url}/files").json == {"items": []}
    acts = db.session.scalars(select(m.AuditEvent.action).where(m.AuditEvent.model == "partner")).all()
    assert acts[-2:] == ["attach", "detach"]


def test_what_the_screen_refuses_is_refused(app: Flask, program: Make, url: str) -> None:
    erp = program("*")
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"attachment_megabytes": 1})
    refused = {
        "is a program": upload(erp, url, ("a.pdf", b"MZ\x90")),
        "is empty": upload(erp, url, ("a.txt", b"")),
        "is larger than 1 MB": upload(erp, url, ("a.txt", b"x" * (1024 * 1024 + 1))),
        "one file, and": upload(erp, url, ("a.txt", b"a"), ("b.txt", b"b")),
        "file, and nothing": upload(erp, url, ("a.txt", b"a"), part="other"),
        "and nothing else": upload_body(erp, url, TEXT),
    }
    for reason, answer in refused.items():
        assert (answer.status_code, answer.json["type"]) == (422, "urn:bincard:problem:invalid"), reason
        [error] = answer.json["errors"]
        assert error["field"] == "file"
        assert reason in error["message"]
    assert upload(erp, url, ("a.txt", b"x" * 2 * 1024 * 1024)).status_code == 413
    assert erp.call("POST", f"{url}/files", json={}).status_code == 415
    for body in (b"", b"\0", NOT_UTF8):
        assert upload_body(erp, url, body).status_code == 422
    assert erp.call("POST", f"{url}/files", data=b"a", content_type="multipart/form-data").status_code == 422
    assert db.session.scalars(select(m.Attachment)).all() == []


def test_a_file_that_is_sent_twice_under_one_key_is_there_once(program: Make, url: str) -> None:
    erp, large = program("*"), b"x" * (5 * 1024 * 1024)  # larger than a body of JSON may be
    key = {"Idempotency_Key": "certificate"}
    first, again = (upload(erp, url, ("a.txt", large), **key) for _ in range(2))
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert upload(erp, url, ("a.txt", b"other"), **key).status_code == 422
    assert len(erp.get(f"{url}/files").json["items"]) == 1


def test_who_may_read_fetches_and_who_may_write_adds(program: Make, url: str) -> None:
    erp, reader = program("*"), program(*READER)
    file = upload(erp, url, ("a.txt", b"a")).json
    assert [f["id"] for f in reader.get(f"{url}/files").json["items"]] == [file["id"]]
    assert reader.get(f"{url}/files/{file['id']}").data == b"a"
    assert upload(reader, url, ("b.txt", b"b")).status_code == 403
    assert reader.delete(f"{url}/files/{file['id']}").status_code == 403
    stranger = program("core.read")
    rep = program("core.read", "partners.read", "partners.write")  # whose customer this is not
    for caller, status in ((stranger, 403), (rep, 404)):
        for call in (
            caller.get(f"{url}/files"),
            caller.get(f"{url}/files/{file['id']}"),
            upload(caller, url, ("b.txt", b"b")),
            caller.delete(f"{url}/files/{file['id']}"),
        ):
            assert call.status_code == status
    assert len(erp.get(f"{url}/files").json["items"]) == 1


def test_a_file_is_reached_by_its_own_record_alone(program: Make, url: str, company: Any) -> None:
    erp = program("*")
    file = upload(erp, url, ("a.txt", b"a")).json["id"]
    other = m.Partner(company_id=company.id, code="B", name="B")
    db.session.add(other)
    db.session.commit()
    for elsewhere in (f"partner/{other.id}", f"company/{company.id}", "currency/1"):
        assert erp.get(f"{elsewhere}/files/{file}").status_code == 404
        assert erp.delete(f"{elsewhere}/files/{file}").status_code == 404
    for wrong in ("0", "x", str(10**30)):
        assert erp.get(f"{url}/files/{wrong}").status_code == 404
    assert erp.get("accounting.entry_line/1/files").status_code == 404  # no form, so no panel


@pytest.fixture
def invoice(company: Any) -> Any:
    """A posted invoice."""
    partner = m.Partner(company_id=company.id, code="ACME", name="Acme Ltd")
    db.session.add(partner)
    db.session.flush()
    made = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=partner.id,
        date=date(2026, 3, 2),
        currency="USD",
        lines=[Line("Part", Decimal(1), Decimal(2))],
    )
    db.session.commit()
    return made


def test_the_document_is_the_very_file_of_the_screen(
    app: Flask, program: Make, user: Callable[..., Any], invoice: Any
) -> None:
    erp, url = program("*"), f"accounting.invoice/{invoice.id}"
    early = erp.get(f"{url}/document")
    assert (early.status_code, early.json["type"]) == (409, "urn:bincard:problem:conflict")
    post_invoices(db.session, [invoice])
    db.session.commit()
    got = erp.get(f"{url}/document")
    assert (got.status_code, got.mimetype) == (200, "application/pdf"), got.text
    assert read_identity(got.data).number == invoice.number
    assert got.headers["Content-Disposition"].startswith("attachment;")
    client, person = app.test_client(), user("*")
    log_in(app, client, person.fs_uniquifier)
    with app.app_context():
        assert client.get(f"/m/accounting.invoice.form/{invoice.id}/print").data == got.data
    assert erp.get(f"{url}/document", headers={"If-None-Match": got.headers["ETag"]}).status_code == 304
    [kept] = erp.get(f"{url}/files").json["items"]
    assert (kept["document"], kept["added_by"]) == ("accounting.invoice/1", "")
    assert erp.get(f"{url}/files/{kept['id']}").data == got.data
    assert erp.delete(f"{url}/files/{kept['id']}").status_code == 403  # what the program made stays
    assert program("core.read").get(f"{url}/document").status_code == 403
    assert erp.get(f"partner/{invoice.partner_id}/document").status_code == 404


def test_the_description_tells_of_files_where_there_are_some(program: Make) -> None:
    spec = program("*").get("/api/openapi.json").json
    files = spec["paths"]["/api/v1/partner/{id}/files"]
    assert set(files) == {"get", "post", "parameters"}
    assert list(files["post"]["requestBody"]["content"]) == ["multipart/form-data"]
    assert set(spec["paths"]["/api/v1/partner/{id}/files/{file_id}"]) == {"get", "delete", "parameters"}
    assert "/api/v1/accounting.invoice/{id}/document" in spec["paths"]
    assert "/api/v1/partner/{id}/document" not in spec["paths"]
    assert "/api/v1/accounting.entry_line/{id}/files" not in spec["paths"]
    few = program(*READER).get("/api/openapi.json").json["paths"]
    assert set(few["/api/v1/partner/{id}/files"]) == {"get", "parameters"}
