"""A list's state is in its address; its cost does not grow with its rows."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape
from python_calamine import CalamineWorkbook

from core import m
from core.db import db

LIST = "/m/shelf.part.list"


def rows_of(html: str) -> list[str]:
    """The first cell of each row."""
    return re.findall(r'<tr data-href.*?</td><td class="[^"]*"><a[^>]*>([^<]*)</a>', html)


def heads_of(html: str) -> list[str]:
    """The headings of the columns."""
    head = html[html.index("<thead>") : html.index("</thead>")]
    return re.findall(r"<th scope[^>]*>\s*(?:<a[^>]*>)?\s*([^<]*?)\s*<", head)[1:]


def test_search_narrows_by_each_word(visit: Callable[..., Any], parts: list[Any]) -> None:
    assert rows_of(visit("reader").get(f"{LIST}?q=0603+07001").text) == ["RC0603FR-07001KL"]


def test_percent_and_underscore_are_plain_characters_in_a_search(
    visit: Callable[..., Any], parts: list[Any]
) -> None:
    assert len(rows_of(visit("reader").get(f"{LIST}?q=1%25").text)) == 8
    assert rows_of(visit("reader").get(f"{LIST}?q=_").text) == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("f.state=active", 4),
        ("f.state=active&f.state=sample", 8),
        ("f.since.from=2026-01-18&f.since.to=2026-01-21", 2),
        ("f.stock.to=1250", 2),
        ("f.active=no", 3),
        ("f.in_stock=1", 11),
        ("f.maker_id=none", 2),
        ("f.label=x", 0),
    ],
)
def test_filters(visit: Callable[..., Any], parts: list[Any], query: str, count: int) -> None:
    assert len(rows_of(visit("reader").get(f"{LIST}?{query}").text)) == count


def test_sort_by_the_label_of_a_related_record(visit: Callable[..., Any], parts: list[Any]) -> None:
    names = rows_of(visit("reader").get(f"{LIST}?sort=maker_id").text)
    makers = {p.mpn: p.maker_id for p in parts}
    assert [makers[n] for n in names[:4]] == [2, 2, 2, 1]
    assert [makers[n] for n in names[-2:]] == [None, None]


def test_columns_are_chosen_and_ordered_by_the_address(visit: Callable[..., Any], parts: list[Any]) -> None:
    assert heads_of(visit("reader").get(f"{LIST}?columns=stock,mpn,note").text) == ["Stock", "Mpn", "Note"]


def test_pages(visit: Callable[..., Any], parts: list[Any]) -> None:
    html = visit("reader").get(f"{LIST}?size=5&page=3").text
    assert rows_of(html) == ["RC0603FR-07010KL", "RC0603FR-07011KL"]
    assert "11–12 of 12" in html
    assert f'rel="prev" href="{LIST}?size=5&amp;page=2"' in html


def test_groups_carry_their_count_and_sums(visit: Callable[..., Any], parts: list[Any]) -> None:
    html = visit("reader").get(f"{LIST}?group=state").text
    assert re.findall(r'"fold"[^>]*>(\w+) <span class="count">(\d+)', html) == [
        ("Active", "4"),
        ("Obsolete", "4"),
        ("Sample", "4"),
    ]
    assert "22,500" in html


def test_days_are_grouped_by_month(visit: Callable[..., Any], parts: list[Any]) -> None:
    html = visit("reader").get(f"{LIST}?group=since").text
    assert re.findall(r'"fold"[^>]*>([^<]*) <', html) == ["January 2026", "February 2026"]


def test_months_follow_the_order_of_their_days(visit: Callable[..., Any], parts: list[Any]) -> None:
    parts[0].since = None
    db.session.commit()

    def months(query: str) -> list[str]:
        return re.findall(r'"fold"[^>]*>([^<]*) <', visit("reader").get(f"{LIST}?{query}").text)

    assert months("group=since&sort=-since") == ["February 2026", "January 2026", "None"]
    assert months("group=since&sort=since") == ["January 2026", "February 2026", "None"]
    assert months("group=since&sort=-mpn") == ["January 2026", "February 2026", "None"]
    assert months("group=since,state&sort=-since")[:2] == ["February 2026", "Active"]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai"])
def test_a_month_is_the_same_in_every_zone(visit: Callable[..., Any], parts: list[Any], zone: str) -> None:
    db.session.query(m.User).update({"timezone": zone})
    db.session.commit()
    html = visit("reader").get(f"{LIST}?group=since").text
    assert re.findall(r'"fold"[^>]*>([^<]*) <', html) == ["January 2026", "February 2026"]


def test_what_is_filtered_by_is_named(visit: Callable[..., Any], parts: list[Any]) -> None:
    maker = db.session.query(m.ShelfMaker).filter_by(name="Murata").one().id
    for more in ("", "&columns=mpn", "&q=nothing-like-it"):
        html = visit("reader").get(f"{LIST}?f.maker_id={maker}{more}").text
        assert "Maker: <strong>Murata</strong>" in html, more


@pytest.mark.parametrize("text", ["<b>x</b>", "A & B", '"quoted"', "it's", "100%", "%s", "贴片"])
def test_cells_are_escaped(visit: Callable[..., Any], shelf: Flask, text: str) -> None:
    db.session.add(m.ShelfPart(mpn=text, description=text))
    db.session.commit()
    html = visit("reader").get(f"{LIST}?columns=mpn,description").text
    key = db.session.query(m.ShelfPart).one().id
    assert f'<a href="/m/shelf.part.form/{key}" id="r{key}">{escape(text)}</a></td>' in html
    assert f'<td class="t p-about">{escape(text)}</td></tr>' in html


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("f.mpn=x", "This list has no filter “mpn”. Open it without it and choose again."),
        ("columns=secret", "This list has no column “secret”. Open it without it and choose again."),
        ("group=note", "This list has no group “note”. Open it without it and choose again."),
        ("f.since.from=yesterday", "“yesterday” cannot be a value of Since."),
        ("f.stock.to=NaN", "“NaN” cannot be a value of Stock."),
        ("f.maker_id=99999999999999999999", "“99999999999999999999” cannot be a value of Maker."),
    ],
)
def test_what_the_list_does_not_have_is_said(
    visit: Callable[..., Any], parts: list[Any], query: str, message: str
) -> None:
    page = visit("reader").get(f"{LIST}?{query}")
    assert (page.status_code, message in page.text) == (422, True)


def test_the_number_of_queries_is_that_of_ten_rows(
    shelf: Flask, visit: Callable[..., Any], statements: list[str]
) -> None:
    from addons.shelf import rows

    rows.parts(10)
    visitor = visit("reader")
    visitor.get(LIST)
    statements.clear()
    visitor.get(f"{LIST}?size=500")
    few = len(statements)
    maker = db.session.query(m.ShelfMaker).first().id
    db.session.add_all([m.ShelfPart(mpn=f"P{i}", maker_id=maker) for i in range(190)])
    db.session.commit()
    statements.clear()
    html = visitor.get(f"{LIST}?size=500").text
    assert len(rows_of(html)) == 200
    # The user with session and companies; the saved views; the rows (a page that is not full needs no count).
    assert len(statements) == few == 3
    statements.clear()
    visitor.get(f"{LIST}?size=20&f.maker_id={maker}")
    assert len(statements) == 4


def test_htmx_gets_the_list_without_the_page_around_it(visit: Callable[..., Any], parts: list[Any]) -> None:
    html = visit("reader").get(LIST, headers={"HX-Request": "true", "HX-Target": "list"}).text
    assert html.lstrip().startswith('<div id="list"')
    assert "<html" not in html


def test_an_empty_list_says_what_belongs_there_and_has_one_button(visit: Callable[..., Any]) -> None:
    html = visit("clerk").get(LIST).text
    assert "Every part that you buy or sell is listed here." in html
    # The head has the filled one of the page.
    assert html.count('class="btn" href="/m/shelf.part.form/new"') == 1


def test_numbers_and_days_are_those_of_the_language(visit: Callable[..., Any], parts: list[Any]) -> None:
    english, chinese = visit("reader").get(LIST).text, visit("reader", locale="zh_CN").get(LIST).text
    assert "1,250" in english
    assert "Jan 18, 2026" in english
    assert "2026年1月18日" in chinese


def exported(visitor: Any, query: str = "") -> list[list[str]]:
    """The rows of the CSV file."""
    with visitor.get(f"{LIST}/export.csv?{query}") as answer:
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def workbook(visitor: Any, query: str) -> list[list[Any]]:
    """The rows of the workbook."""
    with visitor.get(f"{LIST}/export.xlsx?{query}") as answer:
        return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def test_an_export_has_the_columns_and_rows_of_the_list(visit: Callable[..., Any], parts: list[Any]) -> None:
    rows = exported(visit("reader"), "columns=mpn,price,since&f.state=active&sort=-mpn")
    assert rows[:2] == [
        ["Mpn", "Price", "Currency", "Since"],
        ["RC0603FR-07009KL", "0.009850", "USD", "2026-02-11"],
    ]
    assert len(rows) == 5


def test_what_is_searched_is_exported(visit: Callable[..., Any], parts: list[Any]) -> None:
    reader = visit("reader")
    assert exported(reader, "columns=mpn&q=0603+07001")[1:] == [["RC0603FR-07001KL"]]
    assert workbook(reader, "columns=mpn&q=0603+07001")[1:] == [["RC0603FR-07001KL"]]


@pytest.mark.parametrize("bad", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "＝1+1"])
def test_a_formula_is_exported_as_text(visit: Callable[..., Any], shelf: Flask, bad: str) -> None:
    db.session.add(m.ShelfPart(mpn="X", description=bad))
    db.session.commit()
    visitor = visit("reader")
    assert exported(visitor, "columns=description")[1] == [f"'{bad}"]
    assert workbook(visitor, "columns=description")[1] == [f"'{bad}"]


def test_a_workbook_holds_numbers_and_days(visit: Callable[..., Any], parts: list[Any]) -> None:
    rows = workbook(visit("reader"), "columns=mpn,stock,since")
    assert rows[2][1] == 1250.0
    assert rows[2][2].isoformat() == "2026-01-18"
