"""Counts: typed as a list, or scanned."""

from typing import Any

from addons.stock.services.places import OURS
from core import m
from core.clock import today
from core.i18n import _, _l
from core.screens import Button, Column, Field, Filter, Grid, Screens, Section

STATES = {"draft": _l("Draft"), "done": _l("Done")}


def do_count(session: Any, count: Any) -> str:
    """Book the differences of one count."""
    m.StockCount.do(session, [count])
    if count.transfer_id is None:
        return _("Everything was as it should be.")
    return _("The differences are booked.")


def is_ours(location: Any) -> Any:
    """The condition that what is in a place is ours."""
    return location.kind.in_(OURS)


def _is_draft(count: Any) -> bool:
    return bool(count.state == "draft")


def declare(screens: Screens) -> None:
    """The list and the form of counts."""
    screens.list(
        "stock.count.list",
        model="stock.count",
        title=_l("Counts"),
        columns=["date", "location_id", Column("state", choices=STATES), "note", "transfer_id"],
        filters=[Filter("state", choices=STATES), "location_id", "date"],
        search=["note"],
        group_by=["location_id", "state"],
        order="-date",
        empty=_l("Count a place part by part: the differences are booked."),
    )
    screens.form(
        "stock.count.form",
        model="stock.count",
        title=_l("Count"),
        readonly=lambda count: not _is_draft(count),
        defaults=lambda session: {"date": today()},
        nodes=[
            Section(
                "main",
                "date",
                Field("location_id", where=is_ours),
                Field("state", choices=STATES, readonly=True),
                "note",
                Field("transfer_id", _l("Differences"), readonly=True),
            ),
            Grid(
                "lines",
                model="stock.count_line",
                title=_l("Lines"),
                order="position",
                columns=["product_id", "lot_id", "counted", Column("expected", readonly=True)],
            ),
            Button(
                "scan",
                _l("Scan"),
                action="stock.scan",
                method="get",
                permission="stock.do",
                visible=lambda count: count is not None and _is_draft(count),
            ),
            Button(
                "do",
                _l("Book differences"),
                action=do_count,
                permission="stock.do",
                visible=_is_draft,
                style="primary",
                bulk=lambda count: count.state == "draft",
            ),
        ],
    )
