"""How boards are composed, and who sees what of them."""

from datetime import date

import pytest

from core.screens.boards.dashboards import (
    DashboardError,
    Dashboards,
    Figure,
    boards_for,
    compose_boards,
    read_items,
)
from core.security.actor import Actor


def seven(_session, today):
    return Figure(number=7, note=f"{today}")


def dashboards(board="", item="", to="", permission="see"):
    made = Dashboards()
    if board:
        made.board(board, board.title(), permission=f"{board}.open", position=len(board))
    if item:
        made.figure(to or board, item, item.title(), seven, permission=permission)
    return made


def test_an_addon_adds_to_the_board_of_another():
    [board] = compose_boards([("a", dashboards("sales", "one")), ("b", dashboards(item="two", to="sales"))])
    assert [item.name for item in board.items] == ["one", "two"]
    assert [said.number for _item, said in read_items(board, None, date(2026, 1, 31))] == [7, 7]


def test_boards_stand_in_their_order():
    boards = compose_boards([("a", dashboards("finance")), ("b", dashboards("hr"))])
    assert [board.name for board in boards] == ["hr", "finance"]


def test_the_board_of_ones_own_work_comes_first():
    read, buying = dashboards("sales"), Dashboards()
    buying.board("buying", "Buying", permission="buying.open", position=9, leads="buying.write")
    boards = compose_boards([("a", read), ("b", buying)])
    may_read = {"sales.open", "buying.open"}
    names = [
        [board.name for board in boards_for(boards, Actor(1, "ann", 1, frozenset(may)))]
        for may in (may_read, may_read | {"buying.write"})
    ]
    assert names == [["sales", "buying"], ["buying", "sales"]]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (dashboards("sales"), "b: another addon has the board sales already"),
        (dashboards(item="two", to="sails"), "b: two is for the board sails, which no addon declares"),
        (dashboards(item="one", to="sales"), "b: the board sales has a one already"),
    ],
)
def test_what_does_not_fit_is_refused_at_start(second, said):
    with pytest.raises(DashboardError, match=said):
        compose_boards([("a", dashboards("sales", "one")), ("b", second)])


@pytest.mark.parametrize(
    ("permissions", "seen"),
    [
        (set(), {}),
        ({"see"}, {}),
        ({"sales.open"}, {"sales": []}),
        ({"sales.open", "see"}, {"sales": ["one"]}),
        ({"sales.open", "see", "see.cost"}, {"sales": ["one", "cost"]}),
    ],
)
def test_one_sees_the_boards_and_items_that_one_may(permissions, seen):
    boards = compose_boards(
        [("a", dashboards("sales", "one")), ("b", dashboards(item="cost", to="sales", permission="see.cost"))]
    )
    found = boards_for(boards, Actor(1, "ann", 1, frozenset(permissions)))
    assert {board.name: [item.name for item in board.items] for board in found} == seen
