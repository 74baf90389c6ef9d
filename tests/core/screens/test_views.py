"""A saved view opens the rows that it was saved with, and tells what it left out of them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core import m
from core.db import db
from tests.core.screens.test_lists import heads_of, rows_of

LIST = "/m/shelf.part.list"


def saved(visitor: Any, name: str, query: str) -> str:
    """The id of a view that was saved."""
    answer = visitor.post(f"{LIST}/views?{query}", {"name": name})
    assert answer.status_code == 303, answer.text
    return str(answer.location.rpartition("=")[2])


def change(visitor: Any, view: str, act: str, query: str = "", **sent: str) -> Any:
    """Do something with a view."""
    path = f"for-all/{act}" if act in ("share", "withdraw", "everyone", "nobody") else act
    return visitor.post(f"{LIST}/views/{view}/{path}?{query}", sent)


def views_on(html: str) -> list[str]:
    """The names in the menu of views."""
    return re.findall(r'\?view=[1-9]\d*"[^>]*><span>([^<]*)', html)


def test_a_view_keeps_search_filters_order_groups_columns_and_size(
    visit: Callable[..., Any], parts: list[Any]
) -> None:
    query = "q=0603&f.state=active&f.stock.from=1&sort=-stock&group=state,since&columns=mpn,stock&size=20"
    clerk = visit("clerk")
    plain, view = clerk.get(f"{LIST}?{query}").text, saved(clerk, "Sold now", query)
    opened = clerk.get(f"{LIST}?view={view}").text
    assert rows_of(opened) == rows_of(plain) != []
    assert heads_of(opened) == ["Mpn", "Stock"]
    for part in ('value="0603"', "size=20", "group=state%2Csince", f"of={view}"):
        assert part in opened


def test_a_view_is_private_until_it_is_shared(visit: Callable[..., Any], parts: list[Any]) -> None:
    admin, reader = visit("admin"), visit("reader")
    view = saved(admin, "Samples", "f.state=sample")
    page = reader.get(f"{LIST}?view={view}").text
    assert views_on(page) == []
    assert "This view is private or was deleted." in page
    assert len(rows_of(page)) == 12
    change(admin, view, "share")
    page = reader.get(f"{LIST}?view={view}").text
    assert (views_on(page), len(rows_of(page))) == (["Samples"], 4)
    change(admin, view, "withdraw")
    assert views_on(reader.get(LIST).text) == []


def test_sharing_needs_its_own_right(visit: Callable[..., Any], parts: list[Any]) -> None:
    clerk, admin = visit("clerk"), visit("admin")
    mine, shared = saved(clerk, "Mine", "q=1"), saved(admin, "Shared", "q=2")
    change(admin, shared, "share")
    assert change(clerk, mine, "share").status_code == 403
    assert change(clerk, mine, "everyone").status_code == 403
    for act in ("save", "rename", "delete", "withdraw"):
        assert change(clerk, shared, act, name="x").status_code == 403
        hidden = 403 if act == "withdraw" else 404
        assert change(visit("reader"), mine, act, name="x").status_code == hidden
    assert change(clerk, mine, "nonsense").status_code == 404
    assert visit("stranger").post(f"{LIST}/views", {"name": "x"}).status_code == 403


def test_a_view_is_changed_renamed_and_deleted(visit: Callable[..., Any], parts: list[Any]) -> None:
    clerk = visit("clerk")
    view = saved(clerk, "A", "f.state=active")
    changed = clerk.get(f"{LIST}?f.state=sample&of={view}").text
    assert '<span class="count">changed</span>' in changed
    change(clerk, view, "save", "f.state=sample&f.state=active")
    assert len(rows_of(clerk.get(f"{LIST}?view={view}").text)) == 8
    change(clerk, view, "rename", name="  B  and more ")
    assert views_on(clerk.get(LIST).text) == ["B and more"]
    other = saved(clerk, "C", "")
    assert "You have a view of this name already." in change(clerk, other, "rename", name="B and more").text
    assert "at most 80 characters" in change(clerk, other, "rename", name="x" * 81).text
    change(clerk, view, "delete")
    assert views_on(clerk.get(LIST).text) == ["C"]


def test_a_list_opens_with_the_default(visit: Callable[..., Any], parts: list[Any]) -> None:
    admin, clerk = visit("admin"), visit("clerk")
    all_, mine = saved(admin, "For all", "f.state=active"), saved(clerk, "For me", "f.state=sample")
    assert clerk.get(LIST).status_code == 200
    change(admin, all_, "everyone")
    assert clerk.get(LIST).location.endswith(f"?view={all_}")
    change(clerk, mine, "default")
    assert clerk.get(LIST).location.endswith(f"?view={mine}")
    assert visit("reader").get(LIST).location.endswith(f"?view={all_}")
    plain = clerk.get(f"{LIST}?view=0").text
    assert len(rows_of(plain)) == 12
    assert "of=0" in plain
    change(clerk, mine, "undefault")
    change(admin, all_, "nobody")
    assert clerk.get(LIST).status_code == 200


def test_a_view_by_a_hidden_field_neither_leaks_nor_fails(
    visit: Callable[..., Any], parts: list[Any]
) -> None:
    admin, clerk = visit("admin"), visit("clerk")
    view = saved(admin, "Dear", "f.cost.from=78.99&sort=-cost&columns=mpn,cost&f.state=active")
    change(admin, view, "share")
    page = clerk.get(f"{LIST}?view={view}")
    assert page.status_code == 200
    assert "A part of this view is left out, since it goes by a field that you may not see." in page.text
    assert heads_of(page.text) == ["Mpn"]
    assert len(rows_of(page.text)) == 4  # active, dear or not
    assert "78.99" not in page.text
    assert not re.search("(?i)cost", page.text)


def test_a_view_outlives_a_column_and_a_value(
    visit: Callable[..., Any], parts: list[Any], shelf: Flask
) -> None:
    clerk = visit("clerk")
    view = saved(clerk, "Old", "columns=mpn,stock&f.state=active")
    row = db.session.scalars(select(m.ListView)).one()
    row.state = (
        "columns=mpn,gone_column&sort=gone_column&f.gone_filter=1&f.since.from=yesterday&f.state=active"
    )
    db.session.commit()
    page = clerk.get(f"{LIST}?view={view}")
    assert page.status_code == 200
    for name in ("gone_column", "gone_filter"):
        assert f"Left out of this view: “{name}”, which this list no longer has." in page.text
    assert "the filter “since”, whose value cannot be read any more" in page.text
    assert len(rows_of(page.text)) == 4


def test_views_are_of_one_company(visit: Callable[..., Any], parts: list[Any]) -> None:
    admin = visit("admin")
    view = saved(admin, "Here", "q=1")
    change(admin, view, "share")
    other = db.session.scalars(select(m.Company.id).where(m.Company.code == "O")).one()
    admin.post("/me/company", {"company": str(other)})
    assert views_on(admin.get(LIST).text) == []


@pytest.mark.parametrize("query", ["view=abc", "view=99999999999999999999", "of=abc", "view=-1"])
def test_any_address_of_a_view_is_answered(visit: Callable[..., Any], parts: list[Any], query: str) -> None:
    assert visit("clerk").get(f"{LIST}?{query}").status_code == 200
