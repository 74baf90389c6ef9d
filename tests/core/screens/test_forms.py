"""A form gives back what it was given, says what is wrong where it is wrong, and overwrites nobody."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from core import m
from core.db import db
from tests.markup import tight

NEW = "/m/shelf.part.form/new"
PART = "/m/shelf.part.form/1"
ORDER = "/m/shelf.order.form/1"


def error_of(html: str, field: str) -> str:
    """The error that is tied to an input."""
    tag = re.search(rf'<(?:input|select|textarea)[^>]*id="{re.escape(field)}"[^>]*>', html)
    assert tag, f"no input {field}"
    assert 'aria-invalid="true"' in tag[0]
    described = re.search(r'aria-describedby="([^"]*)"', tag[0])
    assert described, f"{field} is tied to no text"
    assert f"{field}-error" in described[1].split()
    found = re.search(rf'id="{re.escape(field)}-error">([^<]*)<', html)
    assert found
    return found[1].replace("&#39;", "'")


@pytest.mark.parametrize(
    ("locale", "price", "stock", "shown"),
    [
        ("en", "1,234.50", "12", "1,234.50"),
        ("zh_CN", "￥1,234.5", "１２", "1,234.50"),
        ("en", " 1234.500000 ", "12.0", "1,234.50"),
    ],
)
def test_a_record_comes_back_as_it_was_written(
    visit: Callable[..., Any], fresh: Callable[..., Any], locale: str, price: str, stock: str, shown: str
) -> None:
    visitor = visit("clerk", locale)
    values = {
        "mpn": " X-1 ",
        "description": "a <b> & c",
        "price": price,
        "stock": stock,
        "pack": "5,000",
        "state": "sample",
        "since": "2026-03-02",
        "active": "y",
        "currency_code": "EUR",
        "note": "two\r\nlines",
    }
    db.session.add(m.ShelfMaker(name="YAGEO"))
    db.session.commit()
    answer = visitor.post(NEW, {**values, "maker_id": "1"})
    assert (answer.status_code, answer.location) == (303, PART)
    part = fresh("ShelfPart", 1)
    assert (part.mpn, part.price, part.stock, part.pack) == ("X-1", Decimal("1234.5"), Decimal(12), 5000)
    assert (part.since, part.active, part.maker_id, part.currency_code) == (date(2026, 3, 2), True, 1, "EUR")
    back = visitor.form(PART)
    assert (back["price"], back["maker_id.text"], back["description"]) == (shown, "YAGEO", "a <b> & c")
    assert visitor.post(PART, back).status_code == 303
    assert fresh("ShelfPart", 1).price == Decimal("1234.5")


@pytest.mark.parametrize(
    ("locale", "field", "text", "error"),
    [
        ("en", "mpn", "", "Fill in this field."),
        ("en", "price", "1.234,50", "“1.234,50” is not a number: write it like 1,234.50."),
        ("en", "price", "12,34", "“12,34” is not a number: write it like 1,234.50."),
        ("en", "price", "0.0000001", "Give at most 6 decimals."),
        ("en", "cost", "0.125", "Give at most 2 decimals."),
        ("en", "pack", "1.5", "Give a whole number."),
        ("en", "since", "31.12.2026", "Give a day, such as 2026-03-31."),
        ("en", "mpn", "X" * 41, "Give at most 40 characters."),
        ("en", "state", "gone", "Choose one of the list."),
        ("en", "maker_id", "77", "Choose a record from the list."),
        ("en", "maker_id", "x", "Choose a record from the list."),
        ("zh_CN", "price", "abc", "“abc”不是数字：请写成 1,234.50 的形式。"),
        ("zh_CN", "mpn", "", "请填写此项。"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(
    visit: Callable[..., Any],
    parts: list[Any],
    fresh: Callable[..., Any],
    locale: str,
    field: str,
    text: str,
    error: str,
) -> None:
    visitor = visit("admin", locale)
    answer = visitor.post(PART, {**visitor.form(PART), field: text})
    assert answer.status_code == 422
    assert error_of(answer.text, field) == error
    assert fresh("ShelfPart", 1).mpn == "RC0603FR-07000KL"


def test_typed_text_that_names_no_record_is_refused_and_kept(
    visit: Callable[..., Any], parts: list[Any]
) -> None:
    visitor = visit("clerk")
    answer = visitor.post(PART, {**visitor.form(PART), "maker_id": "", "maker_id.text": "Yagoe"})
    assert error_of(answer.text, "maker_id") == "“Yagoe” names no record: choose one from the list."
    assert 'value="Yagoe"' in answer.text


def test_what_was_typed_stays_in_a_refused_form(visit: Callable[..., Any], parts: list[Any]) -> None:
    visitor = visit("clerk")
    html = visitor.post(PART, {**visitor.form(PART), "price": "abc", "description": "changed"}).text
    assert 'value="abc"' in html
    assert 'value="changed"' in html


def test_the_database_has_the_last_word(visit: Callable[..., Any], parts: list[Any]) -> None:
    visitor = visit("clerk")
    taken = visitor.post(PART, {**visitor.form(PART), "mpn": "RC0603FR-07001KL"})
    assert taken.status_code == 422
    assert error_of(taken.text, "mpn") == "There is already a record with the same Mpn. Choose another value."
    negative = visitor.post(PART, {**visitor.form(PART), "stock": "-1"})
    assert negative.status_code == 422
    assert "The values don&#39;t fit together: Stock not negative." in negative.text


def test_an_empty_text_is_empty_and_an_empty_number_is_none(
    visit: Callable[..., Any], parts: list[Any], fresh: Callable[..., Any]
) -> None:
    visitor = visit("clerk")
    assert visitor.post(PART, {**visitor.form(PART), "price": "", "description": ""}).status_code == 303
    part = fresh("ShelfPart", 1)
    assert (part.price, part.description) == (None, "")


def test_htmx_is_led_on_by_a_header(visit: Callable[..., Any], parts: list[Any]) -> None:
    visitor = visit("clerk")
    answer = visitor.post(PART, visitor.form(PART), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, PART)


# Lines.


def lines_of(order: Any) -> list[tuple[int, int, Decimal, Decimal]]:
    """The order's lines as they are stored."""
    rows = db.session.query(m.ShelfOrderLine).filter_by(order_id=order.id).order_by(m.ShelfOrderLine.position)
    return [(line.position, line.part_id, line.quantity, line.price) for line in rows]


@pytest.fixture
def order(parts: list[Any]) -> Any:
    """An order with two lines."""
    from addons.shelf import rows

    return rows.order()


def test_lines_are_changed_added_deleted_and_moved(
    visit: Callable[..., Any], order: Any, fresh: Callable[..., Any]
) -> None:
    visitor = visit("clerk")
    form = visitor.form(ORDER)
    assert form["lines-2-part_id.text"] == "RC0603FR-07001KL"
    sent = {k: v for k, v in form.items() if not k.startswith("lines-")}
    sent |= {"lines-new1-part_id": "5", "lines-new1-quantity": "1,000", "lines-new1-price": "0.25"}
    sent |= {"lines-2-part_id": "2", "lines-2-quantity": "21", "lines-2-price": "0.50"}
    assert visitor.post(ORDER, sent).status_code == 303
    stored = fresh("ShelfOrder", 1)
    assert lines_of(stored) == [(1, 5, Decimal(1000), Decimal("0.25")), (2, 2, Decimal(21), Decimal("0.5"))]
    assert stored.total == Decimal("260.50")


def test_a_wrong_line_is_refused_at_its_cell(
    visit: Callable[..., Any], order: Any, fresh: Callable[..., Any]
) -> None:
    visitor = visit("clerk")
    answer = visitor.post(ORDER, {**visitor.form(ORDER), "lines-1-quantity": "ten", "number": "CHANGED"})
    assert answer.status_code == 422
    assert error_of(answer.text, "lines-1-quantity") == "“ten” is not a number: write it like 1,234.50."
    assert fresh("ShelfOrder", 1).number == "SO-1"


def test_the_blank_line_is_no_line(visit: Callable[..., Any], order: Any) -> None:
    visitor = visit("clerk")
    sent = {**visitor.form(ORDER), "lines-__n__-part_id": "", "lines-__n__-quantity": ""}
    assert visitor.post(ORDER, sent).status_code == 303
    assert len(lines_of(order)) == 2


def test_a_new_form_holds_what_the_database_would_fill_in(visit: Callable[..., Any]) -> None:
    form = visit("clerk").form(NEW)
    assert (form["active"], form["state"], form["stock"], form["currency_code.text"]) == (
        "y",
        "active",
        "0",
        "USD",
    )


def test_a_new_form_has_no_section_that_would_be_empty(visit: Callable[..., Any]) -> None:
    page = visit("clerk").get("/m/shelf.order.form/new").text
    assert "Total" not in page
    assert "Draft" not in page


def test_a_new_line_that_is_empty_is_no_line(visit: Callable[..., Any], order: Any) -> None:
    visitor = visit("clerk")
    empty = {"lines-new1-part_id": "", "lines-new1-part_id.text": " ", "lines-new1-quantity": ""}
    assert visitor.post(ORDER, visitor.form(ORDER) | empty).status_code == 303
    assert len(lines_of(order)) == 2


def test_a_stored_line_that_was_emptied_is_refused(visit: Callable[..., Any], order: Any) -> None:
    visitor = visit("clerk")
    answer = visitor.post(ORDER, visitor.form(ORDER) | {"lines-1-quantity": ""})
    assert error_of(answer.text, "lines-1-quantity") == "Fill in this field."


def test_what_a_user_wrote_is_never_html(visit: Callable[..., Any], shelf: Flask) -> None:
    evil = "<b>&\"'</b>"
    db.session.add(m.ShelfMaker(name=evil, country=evil))
    db.session.flush()
    db.session.add(m.ShelfPart(mpn=evil, description=evil, maker_id=1, label=evil, note=evil))
    db.session.commit()
    for user in ("reader", "clerk"):
        visitor = visit(user)
        for url in (
            "/m/shelf.part.list?group=maker_id&f.maker_id=1",
            PART,
            "/m/shelf.maker.list",
            "/m/shelf.maker.form/1",
        ):
            assert "<b>" not in visitor.get(url).text, url


def test_a_forged_line_of_another_order_becomes_a_new_one(visit: Callable[..., Any], order: Any) -> None:
    from addons.shelf import rows

    other = rows.order("SO-2")
    visitor = visit("clerk")
    sent = {**visitor.form(ORDER), "lines-3-part_id": "1", "lines-3-quantity": "9", "lines-3-price": "9"}
    assert visitor.post(ORDER, sent).status_code == 303
    assert len(lines_of(other)) == 2
    assert lines_of(order)[2][1:] == (1, Decimal(9), Decimal(9))


def test_a_forms_queries_do_not_grow_with_its_lines(
    visit: Callable[..., Any], order: Any, statements: list[str]
) -> None:
    visitor = visit("clerk")
    visitor.get(ORDER)
    statements.clear()
    visitor.get(ORDER)
    few = len(statements)
    part = db.session.query(m.ShelfPart).first().id
    more = [
        m.ShelfOrderLine(order_id=order.id, position=i, part_id=part, quantity=1, price=1)
        for i in range(3, 200)
    ]
    db.session.add_all(more)
    db.session.commit()
    statements.clear()
    assert visitor.get(ORDER).text.count("data-line=") == 200
    assert len(statements) == few


# Two people at once.


def test_the_second_save_meets_a_conflict_and_overwrites_nothing(
    visit: Callable[..., Any], parts: list[Any], fresh: Callable[..., Any]
) -> None:
    hers, his = visit("clerk"), visit("admin")
    form_of_hers, form_of_his = hers.form(PART), his.form(PART)
    assert hers.post(PART, {**form_of_hers, "price": "6.00", "note": "hers"}).status_code == 303
    answer = his.post(PART, {**form_of_his, "description": "his", "price": "7.00"})
    assert answer.status_code == 422
    stored = fresh("ShelfPart", 1)
    assert (stored.price, stored.note, stored.description) == (
        Decimal(6),
        "hers",
        "RES 10K OHM 1% 1/10W 0603",
    )
    assert re.findall(
        r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>', tight(answer.text)
    ) == [
        ("Price", "0.00085", "6", "7.00"),
        ("Note", "–", "hers", "–"),
    ]


def test_after_a_conflict_a_second_save_is_on_purpose(
    visit: Callable[..., Any], parts: list[Any], fresh: Callable[..., Any]
) -> None:
    hers, his = visit("clerk"), visit("admin")
    form_of_hers, form_of_his = hers.form(PART), his.form(PART)
    hers.post(PART, {**form_of_hers, "note": "hers"})
    again = his.post(PART, {**form_of_his, "description": "his"})
    assert his.post(PART, his.values_in(again.text)).status_code == 303
    stored = fresh("ShelfPart", 1)
    assert (stored.note, stored.description) == ("hers", "his")


def test_a_conflict_in_the_lines_names_the_line(
    visit: Callable[..., Any], order: Any, fresh: Callable[..., Any]
) -> None:
    hers, his = visit("clerk"), visit("admin")
    form_of_hers, form_of_his = hers.form(ORDER), his.form(ORDER)
    without_second = {k: v for k, v in form_of_hers.items() if not k.startswith("lines-2-")}
    assert hers.post(ORDER, {**without_second, "lines-1-quantity": "99"}).status_code == 303
    answer = his.post(ORDER, {**form_of_his, "number": "HIS"})
    assert answer.status_code == 422
    assert re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td>', tight(answer.text)) == [
        ("Lines 1 · Quantity", "10", "99"),
        ("Lines", "a line", "deleted"),
    ]
    assert fresh("ShelfOrder", 1).number == "SO-1"


def test_a_form_without_its_base_is_refused(visit: Callable[..., Any], parts: list[Any]) -> None:
    visitor = visit("clerk")
    answer = visitor.post(PART, {**visitor.form(PART), "_base": "forged"})
    assert answer.status_code == 422
    assert "This page is out of date. Open the record again and repeat your change." in answer.text


# Buttons and deletion.


def test_a_button_calls_its_service(visit: Callable[..., Any], order: Any, fresh: Callable[..., Any]) -> None:
    visitor = visit("clerk")
    assert visitor.post(f"{ORDER}/do/confirm").status_code == 303
    assert fresh("ShelfOrder", 1).state == "confirmed"
    page = visitor.get(ORDER).text
    assert "Order confirmed." in page
    assert "data-save" not in page
    assert "<select" not in page


def test_a_confirmed_order_takes_no_change(
    visit: Callable[..., Any], order: Any, fresh: Callable[..., Any]
) -> None:
    visitor = visit("clerk")
    form = visitor.form(ORDER)
    visitor.post(f"{ORDER}/do/confirm")
    answer = visitor.post(ORDER, {**form, "number": "X"})
    assert answer.status_code == 422
    assert "This record can no longer be changed." in answer.text
    assert fresh("ShelfOrder", 1).number == "SO-1"


def test_a_refusal_of_a_service_is_shown(visit: Callable[..., Any], order: Any) -> None:
    visitor = visit("clerk")
    without = {k: v for k, v in visitor.form(ORDER).items() if not k.startswith("lines-")}
    visitor.post(ORDER, without)
    visitor.post(f"{ORDER}/do/confirm")
    assert "The order has no lines. Add one, save, and confirm again." in visitor.get(ORDER).text


@pytest.mark.parametrize("name", ["delete_everything", "sum_up", "main", "mpn", "__init__"])
def test_only_declared_buttons_can_be_pressed(visit: Callable[..., Any], order: Any, name: str) -> None:
    assert visit("admin").post(f"{ORDER}/do/{name}").status_code == 404


def test_a_button_that_does_not_show_cannot_be_pressed(visit: Callable[..., Any], parts: list[Any]) -> None:
    visitor = visit("clerk")
    visitor.post(f"{PART}/do/retire")
    visitor.post(f"{PART}/do/retire")
    page = visitor.get(PART).text
    assert re.search("“Retire” is not possible now: [^<]+ is obsolete.", page), page


def test_a_record_in_use_stays(visit: Callable[..., Any], order: Any, fresh: Callable[..., Any]) -> None:
    visitor = visit("clerk")
    visitor.post("/m/shelf.maker.form/1/delete")
    assert "This record is still used by others (" in visitor.get("/m/shelf.maker.form/1").text
    assert fresh("ShelfMaker", 1) is not None


def test_a_record_is_deleted(visit: Callable[..., Any], parts: list[Any], fresh: Callable[..., Any]) -> None:
    assert visit("clerk").post("/m/shelf.part.form/3/delete").location == "/m/shelf.part.list"
    assert fresh("ShelfPart", 3) is None


def test_choices_begin_with_what_begins_so(visit: Callable[..., Any], shelf: Flask) -> None:
    db.session.add_all([m.ShelfMaker(name=n) for n in ("New Murata", "Murata", "TDK")])
    db.session.commit()
    found = visit("reader").get("/m/shelf.part.form/choices/maker_id?q=mur").json
    assert [c["label"] for c in found] == ["Murata", "New Murata"]
    assert visit("reader").get("/m/shelf.part.form/choices/price?q=1").status_code == 404
