"""A cell that is changed in a list is written as the form would write it."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from core import m
from core.db import db

LIST = "/m/shelf.part.list"


def opened(visitor: Any, record_id: int, name: str) -> dict[str, str]:
    """The fields of the cell's form."""
    answer = visitor.get(f"{LIST}/{record_id}/cell/{name}")
    assert answer.status_code == 200, answer.text
    return fields(answer.json["html"])


def fields(html: str) -> dict[str, str]:
    """What a browser would send of a cell's form."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found[name[1]] = unescape(value[1]) if value else ""
    return found


def sent(visitor: Any, record_id: int, name: str, data: dict[str, str]) -> Any:
    """The answer to what was typed."""
    return visitor.post(f"{LIST}/{record_id}/cell/{name}?columns=mpn,{name}", data)


def test_a_cell_is_written_and_taken_back(
    visit: Callable[..., Any], parts: list[Any], fresh: Callable[..., Any]
) -> None:
    clerk = visit("clerk")
    form = opened(clerk, 2, "price")
    assert form["price"] == "0.00185"
    answer = sent(clerk, 2, "price", {**form, "price": "1,234.5"})
    assert answer.status_code == 200
    assert "1,234.50" in answer.json["row"]
    assert answer.json["row"].count("<td") == 3
    assert str(fresh("ShelfPart", 2).price) == "1234.500000"
    assert sent(clerk, 2, "price", answer.json["undo"]).status_code == 200
    assert str(fresh("ShelfPart", 2).price) == "0.001850"
    events = select(m.AuditEvent.action, m.AuditEvent.user_name).where(m.AuditEvent.record_id == 2)
    assert db.session.execute(events).all()[-2:] == [("update", "Clerk"), ("update", "Clerk")]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("price", "abc", "“abc” is not a number: write it like 1,234.50."),
        ("stock", "-1", "The values don&#39;t fit together: Stock not negative."),
    ],
)
def test_what_is_wrong_is_said_at_the_cell(
    visit: Callable[..., Any],
    parts: list[Any],
    fresh: Callable[..., Any],
    name: str,
    value: str,
    message: str,
) -> None:
    clerk = visit("clerk")
    before = getattr(fresh("ShelfPart", 2), name)
    answer = sent(clerk, 2, name, {**opened(clerk, 2, name), name: value})
    assert answer.status_code == 422
    assert message in answer.json["html"]
    assert f'value="{value}"' in answer.json["html"]
    assert getattr(fresh("ShelfPart", 2), name) == before


def test_a_conflict_overwrites_nothing_and_is_settled_by_a_second_save(
    visit: Callable[..., Any], parts: list[Any], fresh: Callable[..., Any]
) -> None:
    clerk = visit("clerk")
    form = opened(clerk, 2, "description")
    fresh("ShelfPart", 2).description = "hers"
    db.session.commit()
    answer = sent(clerk, 2, "description", {**form, "description": "his"})
    assert answer.status_code == 422
    assert "Somebody else has written “hers” here meanwhile." in answer.json["html"]
    assert fresh("ShelfPart", 2).description == "hers"
    again = fields(answer.json["html"])
    assert again["description"] == "his"
    assert sent(clerk, 2, "description", again).status_code == 200
    assert fresh("ShelfPart", 2).description == "his"


def test_taking_back_overwrites_nothing_either(
    visit: Callable[..., Any], parts: list[Any], fresh: Callable[..., Any]
) -> None:
    clerk = visit("clerk")
    answer = sent(clerk, 2, "description", {**opened(clerk, 2, "description"), "description": "mine"})
    fresh("ShelfPart", 2).description = "hers"
    db.session.commit()
    assert sent(clerk, 2, "description", answer.json["undo"]).status_code == 422
    assert fresh("ShelfPart", 2).description == "hers"


def test_a_related_record_is_chosen_in_a_cell(
    visit: Callable[..., Any], parts: list[Any], fresh: Callable[..., Any]
) -> None:
    clerk = visit("clerk")
    form = opened(clerk, 2, "maker_id")
    assert form["maker_id.text"] == "Murata"
    answer = sent(clerk, 2, "maker_id", {**form, "maker_id": "1", "maker_id.text": "YAGEO"})
    assert "YAGEO" in answer.json["row"]
    assert fresh("ShelfPart", 2).maker_id == 1
    sent(clerk, 2, "maker_id", answer.json["undo"])
    assert fresh("ShelfPart", 2).maker_id == 2


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [("reader", "price", 403), ("clerk", "cost", 403), ("clerk", "mpn", 403), ("clerk", "nope", 403)],
)
def test_only_what_the_list_and_the_rights_let_is_changed(
    visit: Callable[..., Any], parts: list[Any], role: str, name: str, status: int
) -> None:
    visitor = visit(role)
    assert visitor.get(f"{LIST}/2/cell/{name}").status_code == status
    assert visitor.post(f"{LIST}/2/cell/{name}", {name: "1"}).status_code == status


def test_a_record_that_is_not_there_cannot_be_changed(visit: Callable[..., Any], parts: list[Any]) -> None:
    answer = visit("clerk").get(f"{LIST}/999/cell/price")
    assert (answer.status_code, answer.json["error"]) == (422, "This record can no longer be changed.")


def test_cells_that_may_not_be_changed_are_not_marked(visit: Callable[..., Any], parts: list[Any]) -> None:
    assert 'data-edit="price"' in visit("clerk").get(LIST).text
    assert "data-edit" not in visit("reader").get(LIST).text
    assert 'data-edit="cost"' not in visit("clerk").get(LIST).text
