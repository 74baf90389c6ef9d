"""Screens are composed by name, in the order of the addons, for each app anew."""

from pathlib import Path

import pytest
from flask import Flask

from core.app import create_app
from core.loader.discovery import discover
from core.loader.graph import resolve
from core.screens import Button, Column, Field, Screens, Section, describe
from core.screens.actions import check_buttons
from core.screens.composition import ScreenSet, compose_screens
from core.screens.tree import Grid, ScreenError, walk

ADDONS = str(Path(__file__).parents[2] / "specimens")


@pytest.fixture
def base(app: Flask) -> Screens:
    """A form of parts."""
    screens = Screens()
    screens.form(
        "t.form",
        model="shelf.part",
        title="Part",
        nodes=[
            Section("main", "mpn", Field("price")),
            Grid("lines", model="shelf.order_line", columns=["part_id", "quantity"]),
        ],
    )
    return screens


def composed(app: Flask, *addons: tuple[str, Screens]) -> ScreenSet:
    """The screens of these addons."""
    return compose_screens(addons, app.extensions["composition"])


def names(screens: ScreenSet, screen: str) -> list[str]:
    """The names of all nodes of a screen, in order."""
    return [place.name for place in walk(screens.by_name[screen])]


def test_nodes_are_put_after_before_and_inside(app: Flask, base: Screens) -> None:
    other = Screens()
    other.extend("t.form").after("mpn", "state", Field("stock")).before("mpn", "maker_id").inside(
        "main", "note"
    )
    result = composed(app, ("a", base), ("b", other))
    assert names(result, "t.form")[:7] == ["main", "maker_id", "mpn", "state", "stock", "price", "note"]


def test_what_stands_in_a_grid_has_its_name_in_front(app: Flask, base: Screens) -> None:
    other = Screens()
    other.extend("t.form").after("lines.part_id", "price").remove("lines.quantity")
    assert names(composed(app, ("a", base), ("b", other)), "t.form")[-3:] == [
        "lines",
        "lines.part_id",
        "lines.price",
    ]


def test_properties_are_set_and_every_change_is_remembered(app: Flask, base: Screens) -> None:
    other, third = Screens(), Screens()
    other.extend("t.form").set("price", label="Net price")
    third.extend("t.form").set("price", required=True, label="List price").set("t.form", title="Article")
    result = composed(app, ("a", base), ("b", other), ("c", third))
    assert describe(result.by_name["t.form"])[2] == (
        1,
        "field",
        "price",
        "a",
        ["b: set label", "c: set required", "c: set label"],
    )
    assert result.by_name["t.form"].title == "Article"


def test_composing_changes_nothing_where_it_was_declared(app: Flask, base: Screens) -> None:
    other = Screens()
    other.extend("t.form").remove("price").set("mpn", label="Number")
    composed(app, ("a", base), ("b", other))
    assert names(composed(app, ("a", base)), "t.form")[:3] == ["main", "mpn", "price"]


def test_two_apps_hold_two_sets_of_addons() -> None:
    catalogue = discover(ADDONS)
    alone = create_app(resolve(["shelf"], catalogue))
    both = create_app(resolve(["shelf", "shelf_label"], catalogue))
    assert "label" in names(both.extensions["screens"], "shelf.part.list")
    assert "label" not in names(alone.extensions["screens"], "shelf.part.list")


def refused(app: Flask, *addons: tuple[str, Screens]) -> str:
    """The text with which the composition is refused."""
    with pytest.raises(ScreenError) as error:
        composed(app, *addons)
    return str(error.value)


def test_a_wrong_anchor_lists_the_names_that_exist(app: Flask, base: Screens) -> None:
    other = Screens()
    other.extend("t.form").after("mnp", "state")
    assert refused(app, ("a", base), ("b", other)) == (
        "b changes 'mnp' in the screen t.form, which has only: "
        "main, mpn, price, lines, lines.part_id, lines.quantity"
    )


def test_an_unknown_screen_lists_the_screens(app: Flask, base: Screens) -> None:
    other = Screens()
    other.extend("t.fom").remove("mpn")
    assert (
        refused(app, ("a", base), ("b", other))
        == "b extends the screen t.fom, which no addon declares; screens: t.form"
    )


def test_an_unknown_property_lists_the_properties(app: Flask, base: Screens) -> None:
    other = Screens()
    other.extend("t.form").set("main", titel="x")
    assert refused(app, ("a", base), ("b", other)) == (
        "b sets titel of main in the screen t.form, but a section has only: title, visible"
    )


def test_a_name_is_taken_once(app: Flask, base: Screens) -> None:
    other = Screens()
    other.extend("t.form").after("mpn", "price")
    assert refused(app, ("a", base), ("b", other)) == "a and b both put 'price' into t.form"


def test_an_unknown_field_lists_the_fields(app: Flask) -> None:
    screens = Screens()
    screens.list("t.list", model="shelf.maker", title="Makers", columns=["name", Column("land")])
    assert refused(app, ("a", screens)) == (
        "a: the screen t.list: shelf.maker has no field 'land'; it has: country, id, name"
    )


def test_an_unknown_model_is_refused(app: Flask) -> None:
    screens = Screens()
    screens.list("t.list", model="shelf.mker", title="Makers", columns=["name"])
    assert refused(app, ("a", screens)) == "a: the screen t.list is of shelf.mker, which no addon brings"


def test_a_button_names_its_permission(app: Flask, base: Screens) -> None:
    other = Screens()
    other.extend("t.form").inside("main", Button("go", "Go", action="retire"))
    assert refused(app, ("a", base), ("b", other)) == "b: the button go in t.form names no permission"


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ("retyre", "shelf.part has no method 'retyre'"),
        ("no.such_page", "no addon has the page no.such_page"),
        ("addons.shelf.services:confrm", "addons.shelf.services has no function confrm"),
    ],
)
def test_a_button_leads_somewhere(app: Flask, base: Screens, action: str, problem: str) -> None:
    base.extend("t.form").inside("main", Button("go", "Go", action=action, permission="p"))
    screens = composed(app, ("a", base))
    with pytest.raises(ScreenError) as error:
        check_buttons(app, screens.forms())
    assert str(error.value) == f"a: the button go in t.form: {problem}"


def test_two_addons_declare_one_screen(app: Flask, base: Screens) -> None:
    other = Screens()
    other.form("t.form", model="shelf.part", title="Mine", nodes=[])
    assert refused(app, ("a", base), ("b", other)) == "b and a both declare the screen t.form"
