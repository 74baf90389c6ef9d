"""What was confirmed is what is touched, each record by itself, with a reason for what was not."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core import m
from core.db import db
from tests.conftest import work

LIST = "/m/shelf.part.list"


def started(visitor: Any, act: str, query: str = "", **sent: str) -> Any:
    """The job that was started: first the dialog, then its button."""
    dialog = visitor.post(f"{LIST}/bulk/{act}?{query}", sent)
    assert dialog.status_code == 200, dialog.text
    count = re.search(r'data-touches="(\d+)"', dialog.text)
    assert count
    answer = visitor.post(f"{LIST}/bulk/{act}/start?{query}", {**sent, "expected": count[1]})
    assert answer.status_code == 303, answer.text
    db.session.rollback()
    return db.session.get(m.Job, int(answer.location.rpartition("/")[2]))


def outcomes(job: Any) -> dict[str, list[tuple[str, str]]]:
    """State → (label, reason) of its items."""
    db.session.expire_all()
    found: dict[str, list[tuple[str, str]]] = {}
    for item in db.session.scalars(
        select(m.JobItem).where(m.JobItem.job_id == job.id).order_by(m.JobItem.position)
    ):
        found.setdefault(item.state, []).append((item.label, item.reason))
    return found


def test_the_dialog_says_exactly_how_many(visit: Callable[..., Any], parts: list[Any]) -> None:
    clerk = visit("clerk")
    assert (
        "This touches 4 records of “Parts”."
        in clerk.post(f"{LIST}/bulk/praise?f.state=active", {"all": "1"}).text
    )
    assert (
        "This touches 1 record of “Parts”."
        in clerk.post(f"{LIST}/bulk/praise", {"ids": f"{parts[0].id}"}).text
    )
    assert db.session.scalar(select(m.Job.id)) is None


def test_each_record_is_done_by_itself_and_has_its_reason(
    visit: Callable[..., Any], parts: list[Any], shelf: Flask
) -> None:
    parts[3].note = "bad"
    db.session.commit()
    clerk = visit("clerk")
    job = started(clerk, "praise", "f.state=active", all="1")
    work(shelf)
    found = outcomes(job)
    assert [label for label, _ in found["done"]] == [parts[n].mpn for n in (0, 6, 9)]
    assert found["failed"] == [(parts[3].mpn, f"{parts[3].mpn} is bad: there is nothing to praise.")]
    assert [p.note for p in (parts[0], parts[1], parts[3])] == ["praised", "", "bad"]
    html = clerk.get(f"/jobs/{job.id}").text
    assert f'href="/m/shelf.part.form/{parts[3].id}"' in html
    assert f'href="{LIST}?f.state=active"' in html
    with clerk.get(f"/jobs/{job.id}/items.csv?state=failed") as file:
        rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [row[:3] for row in rows[1:]] == [[parts[3].mpn, "Failed", found["failed"][0][1]]]


def test_the_failed_are_done_once_more(visit: Callable[..., Any], parts: list[Any], shelf: Flask) -> None:
    parts[3].note = "bad"
    db.session.commit()
    clerk = visit("clerk")
    job = started(clerk, "praise", ids=f"{parts[3].id},{parts[4].id}")
    work(shelf)
    parts[3].note = ""
    db.session.commit()
    clerk.post(f"/jobs/{job.id}/retry")
    work(shelf)
    assert list(outcomes(job)) == ["done"]


def test_a_button_that_a_record_does_not_show_is_not_pressed(
    visit: Callable[..., Any], parts: list[Any], shelf: Flask
) -> None:
    job = started(visit("clerk"), "retire", ids=f"{parts[0].id},{parts[1].id}")
    work(shelf)
    assert outcomes(job) == {
        "done": [(parts[0].mpn, "")],
        "skipped": [(parts[1].mpn, "“Retire” is not possible as the record is now.")],
    }


def test_a_condition_says_beforehand_what_is_left_out(
    visit: Callable[..., Any], parts: list[Any], shelf: Flask
) -> None:
    clerk = visit("clerk")
    html = clerk.post(f"{LIST}/bulk/discontinue", {"all": "1"}).text
    assert "This touches 4 records of “Parts”. 8 of the selected are left out" in html
    job = started(clerk, "discontinue", all="1")
    work(shelf)
    assert [label for label, _ in outcomes(job)["done"]] == [parts[n].mpn for n in (1, 4, 7, 10)]
    none = clerk.post(f"{LIST}/bulk/discontinue", {"ids": f"{parts[0].id}"})
    assert "This is possible for none of the selected records as they are now." in none.text


def test_what_comes_after_the_start_is_not_touched(
    visit: Callable[..., Any], parts: list[Any], shelf: Flask
) -> None:
    job = started(visit("clerk"), "praise", "f.state=active", all="1")
    db.session.add(m.ShelfPart(mpn="LATE", state="active"))
    db.session.commit()
    work(shelf)
    assert len(outcomes(job)["done"]) == 4


def test_another_number_than_was_confirmed_is_confirmed_again(
    visit: Callable[..., Any], parts: list[Any]
) -> None:
    answer = visit("clerk").post(f"{LIST}/bulk/praise/start?f.state=active", {"all": "1", "expected": "3"})
    assert answer.status_code == 422
    assert "other records match now" in answer.text
    assert 'data-touches="4"' in answer.text
    assert db.session.scalar(select(m.Job.id)) is None


def test_a_field_is_set_as_its_form_would(visit: Callable[..., Any], parts: list[Any], shelf: Flask) -> None:
    clerk = visit("clerk")
    job = started(clerk, "set-maker_id", ids=f"{parts[0].id},{parts[1].id}", maker_id="3")
    work(shelf)
    assert list(outcomes(job)) == ["done"]
    assert [p.maker_id for p in parts[:3]] == [3, 3, 3]
    wrong = {"ids": f"{parts[0].id}", "expected": "1", "maker_id": "", "maker_id.text": "nobody"}
    refused = clerk.post(f"{LIST}/bulk/set-maker_id/start", wrong)
    assert (refused.status_code, "names no record" in refused.text) == (422, True)


def test_a_record_that_is_used_stays(visit: Callable[..., Any], parts: list[Any], shelf: Flask) -> None:
    from addons.shelf import rows

    rows.order(lines=1)
    unused = parts[1].mpn
    job = started(visit("clerk"), "delete", ids=f"{parts[0].id},{parts[1].id}")
    work(shelf)
    found = outcomes(job)
    assert [label for label, _ in found["done"]] == [unused]
    assert "still used by others" in found["failed"][0][1]


def test_rights_are_those_of_the_moment(visit: Callable[..., Any], parts: list[Any], shelf: Flask) -> None:
    job = started(visit("clerk"), "praise", ids=f"{parts[0].id}")
    role = db.session.scalars(select(m.Role).where(m.Role.name == "clerk")).one()
    role.permissions = ["core.read", "shelf.read"]
    db.session.commit()
    work(shelf)
    assert outcomes(job) == {
        "failed": [(parts[0].mpn, "You may no longer do this, or its addon was uninstalled.")]
    }
    db.session.scalars(select(m.User).where(m.User.fs_uniquifier == "clerk")).one().active = False
    job.state = "queued"
    db.session.execute(m.JobItem.__table__.update().values(state="pending", attempts=0, reason=""))
    db.session.commit()
    work(shelf)
    assert outcomes(job)["failed"][0][1] == "Whoever started this may no longer log in."


def test_records_of_another_company_are_not_touched(
    visit: Callable[..., Any], parts: list[Any], shelf: Flask
) -> None:
    from addons.shelf import rows

    mine, foreign = rows.order("SO-1"), rows.order("SO-2")
    foreign.company_id = db.session.scalars(select(m.Company.id).where(m.Company.code == "O")).one()
    db.session.commit()
    clerk = visit("clerk")
    page = "/m/shelf.order.list/bulk/confirm"
    assert 'data-touches="1"' in clerk.post(page, {"ids": f"{mine.id},{foreign.id}"}).text
    assert 'data-touches="1"' in clerk.post(page, {"all": "1"}).text
    clerk.post(f"{page}/start", {"all": "1", "expected": "1"})
    db.session.rollback()
    mine.company_id = foreign.company_id
    db.session.commit()
    work(shelf)
    [item] = db.session.scalars(select(m.JobItem)).all()
    assert (item.state, item.reason) == (
        "skipped",
        "The record was deleted meanwhile, or you may no longer see it.",
    )


@pytest.mark.parametrize(
    ("role", "act"), [("reader", "praise"), ("clerk", "set-cost"), ("clerk", "set-mpn"), ("clerk", "sum_up")]
)
def test_an_act_that_is_not_offered_is_refused(
    visit: Callable[..., Any], parts: list[Any], role: str, act: str
) -> None:
    for path in (f"{LIST}/bulk/{act}", f"{LIST}/bulk/{act}/start"):
        assert visit(role).post(path, {"all": "1", "expected": "12"}).status_code == 403


def test_nothing_selected_is_said(visit: Callable[..., Any], parts: list[Any]) -> None:
    assert "Select the records first." in visit("clerk").post(f"{LIST}/bulk/praise").text
    assert "Nothing is selected any more." in visit("clerk").post(f"{LIST}/bulk/praise", {"ids": "999"}).text


def test_the_job_is_its_owners(visit: Callable[..., Any], parts: list[Any], shelf: Flask) -> None:
    job = started(visit("clerk"), "praise", ids=f"{parts[0].id}")
    assert visit("reader").get(f"/jobs/{job.id}").status_code == 404
    assert visit("reader").get(f"/jobs/{job.id}/items.csv").status_code == 404
    assert visit("admin").get(f"/jobs/{job.id}").status_code == 200


def test_starting_costs_the_same_for_any_number(
    visit: Callable[..., Any], parts: list[Any], statements: list[str]
) -> None:
    clerk = visit("clerk")
    counts = []
    for size in (1, 12):
        ids = ",".join(str(p.id) for p in parts[:size])
        sent = {"ids": ids, "expected": str(size), "csrf_token": clerk.token()}
        statements.clear()
        assert clerk.post(f"{LIST}/bulk/praise/start", sent).status_code == 303
        counts.append(len(statements))
    assert counts[0] == counts[1]


def undo(visitor: Any, job: Any) -> Any:
    """The job that takes the other one back."""
    answer = visitor.post(f"/jobs/{job.id}/undo")
    assert answer.status_code == 303, answer.text
    db.session.rollback()
    return db.session.get(m.Job, int(answer.location.rpartition("/")[2]))


def test_archiving_is_taken_back_for_exactly_what_it_archived(
    visit: Callable[..., Any], parts: list[Any], shelf: Flask
) -> None:
    clerk = visit("clerk")
    archived = [n for n, part in enumerate(parts) if not part.active]
    job = started(clerk, "archive", all="1")
    assert "Undo:" not in clerk.get(f"/jobs/{job.id}").text  # it is not done yet
    work(shelf)
    assert not any(part.active for part in parts)
    assert f"Undo: {len(parts) - len(archived)} records" in clerk.get(f"/jobs/{job.id}").text
    back = undo(clerk, job)
    work(shelf)
    assert [n for n, part in enumerate(parts) if not part.active] == archived
    assert list(outcomes(back)) == ["done"]
    page = clerk.get(f"/jobs/{job.id}").text
    assert "Was taken back" in page and "Undo:" not in page
    assert undo(clerk, job).id == job.id  # there is nothing left: the page is that of the first job


def test_what_somebody_changed_since_is_not_taken_back(
    visit: Callable[..., Any], parts: list[Any], shelf: Flask
) -> None:
    clerk, admin = visit("clerk"), visit("admin")
    job = started(clerk, "set-maker_id", ids=f"{parts[0].id},{parts[1].id}", maker_id="3")
    work(shelf)
    before = [parts[1].maker_id]
    url = f"/m/shelf.part.form/{parts[1].id}"
    assert admin.post(url, {**admin.form(url), "description": "Changed since"}).status_code == 303
    back = undo(clerk, job)
    work(shelf)
    assert outcomes(back) == {
        "done": [(parts[0].mpn, "")],
        "skipped": [(parts[1].mpn, "Admin has changed it since: it stays as it is.")],
    }
    assert (parts[0].maker_id, [parts[1].maker_id]) == (None, before)


def test_an_act_that_nothing_takes_back_offers_no_undo(
    visit: Callable[..., Any], parts: list[Any], shelf: Flask
) -> None:
    clerk = visit("clerk")
    job = started(clerk, "praise", ids=f"{parts[0].id}")
    work(shelf)
    assert "Undo:" not in clerk.get(f"/jobs/{job.id}").text
    assert undo(clerk, job).id == job.id


def test_fifty_thousand_ids_are_one_question(
    visit: Callable[..., Any], parts: list[Any], count_queries: Callable[..., int]
) -> None:
    clerk = visit("clerk")
    many = ",".join(map(str, range(parts[0].id, parts[0].id + 70_000)))
    few, asked = str(parts[0].id), []
    for ids in (few, few, many):
        asked.append(count_queries(lambda ids=ids: clerk.post(f"{LIST}/bulk/praise", {"ids": ids})))
    assert asked[1] == asked[2]
    # More of them than PostgreSQL takes parameters.
    assert "This touches 12 records" in clerk.post(f"{LIST}/bulk/praise", {"ids": many}).text
