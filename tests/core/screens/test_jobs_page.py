"""The page of a job shows how far it is, and holds its reins."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from core import m
from core.db import db
from tests.markup import tight


@pytest.fixture
def job(shelf: Flask) -> Any:
    """A job of the clerk: 3 done, 1 failed, 2 left."""
    clerk = db.session.query(m.User).filter_by(fs_uniquifier="clerk").one()
    made = m.Job(
        kind="t",
        title="Statements of March",
        state="running",
        user_id=clerk.id,
        company_id=clerk.company_id,
        planned=True,
    )
    db.session.add(made)
    db.session.flush()
    for i, state in enumerate(["done", "done", "done", "failed", "pending", "pending"]):
        reason = "No <address>." if state == "failed" else ""
        db.session.add(
            m.JobItem(
                job_id=made.id, position=i, key=f"k{i}", label=f"Customer {i}", state=state, reason=reason
            )
        )
    db.session.commit()
    return made


def test_the_page_counts_by_outcome_and_asks_again(visit: Callable[..., Any], job: Any) -> None:
    html = tight(visit("clerk").get(f"/jobs/{job.id}").text)
    assert "<dt>All</dt><dd>6</dd>" in html
    assert "<dt>Failed</dt><dd>1</dd>" in html
    assert 'hx-trigger="every 2s"' in html
    assert "No &lt;address&gt;." in html


def test_items_are_filtered_by_outcome(visit: Callable[..., Any], job: Any) -> None:
    html = visit("clerk").get(f"/jobs/{job.id}?state=failed").text
    assert "Customer 3" in html
    assert "Customer 0" not in html


def test_pause_resume_and_cancel(visit: Callable[..., Any], job: Any, fresh: Callable[..., Any]) -> None:
    clerk = visit("clerk")
    for act, state in [("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")]:
        assert clerk.post(f"/jobs/{job.id}/{act}").status_code == 303
        assert fresh("Job", job.id).state == state
    assert 'hx-trigger="every 2s"' not in clerk.get(f"/jobs/{job.id}").text
    clerk.post(f"/jobs/{job.id}/pause")
    said = "The job is cancelled. Look at it again, and choose from what is possible now."
    assert said in clerk.get(f"/jobs/{job.id}").text


def test_only_the_failed_items_are_repeated(
    visit: Callable[..., Any], job: Any, fresh: Callable[..., Any]
) -> None:
    job.state = "failed"
    db.session.commit()
    visit("clerk").post(f"/jobs/{job.id}/retry")
    states = [item.state for item in fresh("Job", job.id).items]
    assert states == ["done", "done", "done", "pending", "pending", "pending"]


def test_a_job_is_its_owners(visit: Callable[..., Any], job: Any) -> None:
    assert visit("reader").get(f"/jobs/{job.id}").status_code == 404
    assert visit("reader").post(f"/jobs/{job.id}/cancel").status_code == 404
    assert "Statements of March" not in visit("reader").get("/").text
    assert visit("stranger").get(f"/jobs/{job.id}").status_code == 403
    assert visit("clerk").get("/jobs/99").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_of_items_is_named_by_us_alone(visit: Callable[..., Any], job: Any, kind: str) -> None:
    clerk = visit("clerk")
    for state in ('x"; filename="a.exe', "状态", "a\r\nSet-Cookie: x=1"):
        with clerk.get(f"/jobs/{job.id}/items.{kind}", query_string={"state": state}) as got:
            assert got.headers["Content-Disposition"] == f'attachment; filename="job_{job.id}_items.{kind}"'
    with clerk.get(f"/jobs/{job.id}/items.{kind}?state=failed") as got:
        assert got.headers["Content-Disposition"] == f'attachment; filename="job_{job.id}_failed.{kind}"'
