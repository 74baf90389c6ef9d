"""Nobody gets at anything by guessing an address, sorting, filtering or exporting."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core import m
from core.db import db

COST = "77.13"


@pytest.mark.parametrize(
    "url",
    [
        "/m/shelf.part.list",
        "/m/shelf.part.form/1",
        "/m/shelf.part.form/new",
        "/m/shelf.part.list/export.csv",
        "/m/shelf.part.list/export.xlsx",
        "/m/shelf.part.form/choices/maker_id",
    ],
)
def test_a_role_without_the_right_is_refused(visit: Callable[..., Any], parts: list[Any], url: str) -> None:
    answer = visit("stranger").get(url)
    assert answer.status_code == 403
    assert "You may not open this" in answer.text
    assert "Ask an administrator for the right, or go back to what you may open." in answer.text


@pytest.mark.parametrize("url", ["/", "/m/shelf.part.list", "/palette?q=x", "/jobs/1", "/password"])
def test_without_log_in_every_page_leads_to_it(visit: Callable[..., Any], url: str) -> None:
    answer = visit().get(url)
    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=")


def test_a_reader_reads_and_writes_nothing(
    visit: Callable[..., Any], parts: list[Any], fresh: Callable[..., Any]
) -> None:
    reader = visit("reader")
    page = reader.get("/m/shelf.part.form/1")
    assert page.status_code == 200
    assert "data-save" not in page.text
    assert 'name="mpn"' not in page.text
    for url in (
        "/m/shelf.part.form/1",
        "/m/shelf.part.form/new",
        "/m/shelf.part.form/1/delete",
        "/m/shelf.part.form/1/do/retire",
    ):
        assert reader.post(url, {"mpn": "X"}).status_code == 403
    assert fresh("ShelfPart", 1).mpn == "RC0603FR-07000KL"
    assert ">New <" not in reader.get("/m/shelf.part.list").text


def test_delete_needs_its_own_right(visit: Callable[..., Any], shelf: Flask) -> None:
    assert visit("admin").post("/m/shelf.order.form/1/delete").status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "/m/shelf.part.list",
        "/m/shelf.part.list?columns=mpn,cost",
        "/m/shelf.part.list?group=state",
        "/m/shelf.part.form/1",
        "/m/shelf.part.list/export.csv",
        "/m/shelf.part.list/export.csv?columns=cost",
    ],
)
def test_cost_is_in_no_response_to_a_role_without_the_right(
    visit: Callable[..., Any], parts: list[Any], url: str
) -> None:
    with visit("clerk").get(url) as answer:
        assert answer.status_code == 200
        assert COST not in answer.text
        assert "Cost" not in answer.text
        assert "f.cost" not in answer.text
    with visit("admin").get(url) as answer:
        assert "Cost" in answer.text


@pytest.mark.parametrize("query", ["sort=cost", "sort=-cost", "f.cost.from=78"])
def test_cost_is_not_found_out_by_sorting_or_filtering(
    visit: Callable[..., Any], parts: list[Any], query: str
) -> None:
    answer = visit("clerk").get(f"/m/shelf.part.list?{query}")
    assert answer.status_code == 422
    assert "You may not see “cost”." in answer.text


def test_a_hidden_field_cannot_be_written(
    visit: Callable[..., Any], parts: list[Any], fresh: Callable[..., Any]
) -> None:
    clerk = visit("clerk")
    assert (
        clerk.post("/m/shelf.part.form/1", {**clerk.form("/m/shelf.part.form/1"), "cost": "1.00"}).status_code
        == 303
    )
    assert str(fresh("ShelfPart", 1).cost) == COST


def test_records_of_another_company_are_not_there(visit: Callable[..., Any], parts: list[Any]) -> None:
    from addons.shelf import rows

    order = rows.order("SO-FOREIGN")
    order.company_id = db.session.query(m.Company).filter_by(code="O").one().id
    db.session.commit()
    clerk = visit("clerk")
    assert clerk.get("/m/shelf.order.form/1").status_code == 404
    assert "SO-FOREIGN" not in clerk.get("/m/shelf.order.list").text
    assert clerk.get("/palette?q=SO-FOREIGN").json == []
    with clerk.get("/m/shelf.order.list/export.csv") as answer:
        assert "SO-FOREIGN" not in answer.text
    assert clerk.post("/m/shelf.order.form/1", {}).status_code == 404


def test_who_works_in_no_company_sees_the_records_of_none(
    visit: Callable[..., Any], parts: list[Any]
) -> None:
    from addons.shelf import rows

    rows.order("SO-1")
    db.session.query(m.User).filter_by(fs_uniquifier="clerk").one().company_id = None
    db.session.commit()
    assert "SO-1" not in visit("clerk").get("/m/shelf.order.list").text


def test_a_forged_request_is_refused(
    visit: Callable[..., Any], parts: list[Any], fresh: Callable[..., Any]
) -> None:
    clerk = visit("clerk")
    for url in (
        "/m/shelf.part.form/1",
        "/m/shelf.part.form/1/do/retire",
        "/m/shelf.part.form/1/delete",
        "/me/locale",
    ):
        answer = clerk.post(url, {"csrf_token": ""})
        assert answer.status_code == 400
        assert "Your session has ended" in answer.text
    assert fresh("ShelfPart", 1).state == "active"


def test_menus_hide_what_may_not_be_opened(visit: Callable[..., Any]) -> None:
    assert 'href="/m/shelf.part.list"' in visit("reader").get("/").text
    stranger = visit("stranger").get("/").text
    assert "/m/shelf" not in stranger
    assert "Your roles open no page. Ask an administrator for a role." in stranger


def test_the_menu_is_folded_as_it_was_left_but_shows_where_one_is(visit: Callable[..., Any]) -> None:
    admin = visit("admin")

    def groups(path: str) -> dict[str, bool]:
        return {
            label: opened == " open"
            for opened, label in re.findall(
                r'<details class="menu-fold"[^>]*?( open)?>\s*<summary>([^<]*)', admin.get(path).text
            )
        }

    top, within = "Settings", "Users and rights"
    assert (groups("/")[top], groups("/")[within]) == (True, False)
    assert groups("/m/role.list")[within]
    ids = db.session.scalars(select(m.Menu.id).where(m.Menu.name.in_([top, within])))
    admin.client.set_cookie("menu", ".".join(map(str, ids)))
    assert (groups("/")[top], groups("/")[within]) == (False, True)
    assert groups("/m/role.list")[top]


def test_the_palette_finds_menus_and_exact_numbers_first(visit: Callable[..., Any], parts: list[Any]) -> None:
    found = visit("reader").get("/palette?q=rc0603fr-07003kl").json
    assert found[0]["url"] == "/m/shelf.part.form/4"
    assert [f["label"] for f in visit("reader").get("/palette?q=mak").json] == ["Makers"]
    assert visit("stranger").get("/palette?q=RC0603").json == []


def test_pages_that_are_not_there_say_what_to_do(visit: Callable[..., Any], shelf: Flask) -> None:
    for url in (
        "/nope",
        "/m/no.such.list",
        "/m/shelf.part.form/99",
        "/m/shelf.part.form",
        "/m/shelf.part.list/export.pdf",
    ):
        answer = visit("clerk").get(url)
        assert answer.status_code == 404
        assert "The record was deleted, belongs to another company, or the address is wrong." in answer.text


def test_an_error_leads_back_to_where_one_came_from(visit: Callable[..., Any]) -> None:
    def ways(referrer: str) -> list[str]:
        page = visit("clerk").get("/nope", headers={"Referer": referrer}).text.partition("empty-actions")[2]
        return re.findall(r'<a class="btn[^>]* href="([^"]*)"', page)

    assert ways("http://localhost/m/shelf.part.list?q=a") == ["/m/shelf.part.list?q=a", "/"]
    for foreign in ("", "https://evil.example/m/shelf.part.list", "http://localhost//evil.example"):
        assert ways(foreign) == ["/"], foreign


def test_htmx_gets_an_error_as_a_message(visit: Callable[..., Any]) -> None:
    answer = visit("stranger").get("/m/shelf.part.list", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (403, "#toasts")
    assert "<html" not in answer.text


def test_what_is_called_by_its_number_ends_the_search(visit: Callable[..., Any], parts: list[Any]) -> None:
    """Else a number that many texts hold costs a search of pieces in every list."""
    db.session.query(m.ShelfPart).filter_by(id=9).update({"description": "see RC0603FR-07003KL"})
    db.session.commit()
    found = visit("reader").get("/palette?q=rc0603fr-07003kl").json
    assert [f["url"] for f in found] == ["/m/shelf.part.form/4"]
    assert {"/m/shelf.part.form/4", "/m/shelf.part.form/9"} <= {
        f["url"] for f in visit("reader").get("/palette?q=0603fr-07003kl").json
    }
