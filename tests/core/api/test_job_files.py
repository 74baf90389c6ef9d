"""The workbook of an export over the API: for whoever sees its job, and for nobody else."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from core import m
from core.api.tokens import create_token
from core.db import db
from core.jobs import queue
from core.records import attachments
from core.records.companies import ensure_company
from core.screens.lists import export_job
from tests.conftest import work
from tests.core.api.conftest import Program

Make = Callable[..., Program]


@pytest.fixture
def caller(app: Flask) -> Callable[..., Program]:
    """`caller(user)` calls with a token of this user."""

    def made(person: Any) -> Program:
        token = create_token(db.session, person, "Test program", ("*",))
        db.session.commit()
        return Program(app, token.secret)

    return made


@pytest.fixture
def owner(user: Callable[..., Any]) -> Any:
    """Who may read partners, and asks for a workbook of them."""
    return user("core.read", "partners.read", "partners.read_all")


@pytest.fixture
def exported(app: Flask, company: Any, owner: Any) -> Any:
    """A finished job of the owner with its workbook."""
    db.session.add(m.Partner(company_id=company.id, code="ACME", name="Acme Ltd"))
    params = {"screen": "partner.list", "state": [["columns", "code,name"]], "name": "Partners.xlsx"}
    job = queue.start(db.session, export_job.KIND, "Partners", params=params)
    job.user_id = owner.id
    db.session.commit()
    work(app)
    assert job.state == "done", [item.reason for item in job.items]
    return job


def status(erp: Program, url: str, etag: str = "") -> int:
    """Fetch and close it again: what is sent from the disk is an open file."""
    with erp.get(url, headers={"If-None-Match": etag} if etag else {}) as answer:
        return int(answer.status_code)


def test_the_owner_finds_and_fetches_the_workbook(
    exported: Any, owner: Any, caller: Callable[..., Program]
) -> None:
    erp = caller(owner)
    [file] = erp.get(f"job/{exported.id}/files").json["items"]
    assert (file["filename"], file["mimetype"]) == ("Partners.xlsx", export_job.XLSX)
    with erp.get(f"job/{exported.id}/files/{file['id']}") as got:
        assert got.headers["ETag"] == f'"{file["sha256"]}"'
        assert got.headers["Content-Disposition"] == 'attachment; filename="Partners.xlsx"'
        rows = CalamineWorkbook.from_filelike(io.BytesIO(got.data)).get_sheet_by_index(0).to_python()
    assert rows == [["Code", "Name"], ["ACME", "Acme Ltd"]]
    assert status(erp, f"job/{exported.id}/files/{file['id']}", got.headers["ETag"]) == 304


def test_others_see_neither_job_nor_file(
    exported: Any, user: Callable[..., Any], caller: Callable[..., Program]
) -> None:
    file = db.session.scalars(select(m.Attachment)).one()
    urls = (f"job/{exported.id}/files", f"job/{exported.id}/files/{file.id}")
    colleague = caller(user("core.read", "partners.read", "partners.read_all"))
    assert [status(colleague, url) for url in urls] == [404, 404]
    overseer = caller(user("core.read", "core.jobs"))
    assert [status(overseer, url) for url in urls] == [200, 200]
    elsewhere = user("core.read", "core.jobs")
    other = ensure_company(db.session, code="O", name="Other Ltd", currency="EUR")
    elsewhere.company_id, elsewhere.companies = other.id, [other]
    assert [status(caller(elsewhere), url) for url in urls] == [404, 404]
    assert [status(Program(colleague.app), url) for url in urls] == [401, 401]


def test_a_job_gives_its_own_exports_alone(
    exported: Any, company: Any, owner: Any, caller: Callable[..., Program]
) -> None:
    """No file of another record, or of a job that keeps one for itself."""
    other = queue.start(db.session, "api.forget_replies", "Other")
    other.user_id = owner.id
    kept = m.Attachment(
        company_id=company.id,
        filename="own.txt",
        mimetype="text/plain",
        sha256=attachments.store(b"own"),
        size=3,
        model="job",
        record_id=other.id,
    )
    db.session.add(kept)
    db.session.commit()
    erp = caller(owner)
    assert erp.get(f"job/{other.id}/files").json == {"items": []}
    assert erp.get(f"job/{other.id}/files/{kept.id}").status_code == 404
    assert erp.get(f"job/{exported.id}/files/{kept.id}").status_code == 404


def test_nothing_is_added_to_a_job_or_removed(
    exported: Any, owner: Any, caller: Callable[..., Program]
) -> None:
    erp, file = caller(owner), db.session.scalars(select(m.Attachment)).one()
    assert erp.post(f"job/{exported.id}/files", {}).status_code == 405
    assert erp.delete(f"job/{exported.id}/files/{file.id}").status_code == 405
    assert status(erp, f"job/{exported.id}/files/{file.id}") == 200


def test_the_description_names_what_can_be_done(program: Make) -> None:
    paths = program("*").get("/api/openapi.json").json["paths"]
    assert [m for m in paths["/api/v1/job/{id}/files"] if m != "parameters"] == ["get"]
    assert [m for m in paths["/api/v1/job/{id}/files/{file_id}"] if m != "parameters"] == ["get"]
