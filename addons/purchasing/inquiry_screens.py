"""Inquiries: what several suppliers are asked at once, and their answers side by side."""

from typing import Any

from addons.purchasing import order_forms as forms
from addons.purchasing.services import asking
from core import m
from core.clock import today
from core.i18n import _, _l
from core.screens import Button, Column, Field, Filter, Grid, Part, Screens, Section

STATES = {"open": _l("Open"), "closed": _l("Closed")}


def is_open(inquiry: Any) -> bool:
    """Whether no answer was accepted yet."""
    return bool(inquiry is None or inquiry.state == "open")


def can_ask(inquiry: Any) -> bool:
    """Whether a supplier of it was not asked yet."""
    asked = {order.partner_id for order in inquiry.orders}
    return inquiry.state == "open" and any(one.partner_id not in asked for one in inquiry.suppliers)


def ask(session: Any, inquiry: Any) -> str:
    """Make the requests of one inquiry."""
    made = [session.get(m.PurchasingOrder, key) for key in m.PurchasingInquiry.ask(session, [inquiry])]
    return _("%(numbers)s: send them to the suppliers.", numbers=", ".join(order.number for order in made))


def has_requests(inquiry: Any) -> bool:
    """Whether somebody was asked and has not answered for good."""
    return inquiry.state == "open" and any(order.state == "request" for order in inquiry.orders)


def answers(session: Any, inquiry: Any) -> dict[str, Any]:
    """The lines of the inquiry beside what each supplier has answered."""
    found = asking.answers_of(session, inquiry.id)
    return {"answers": found, "lines": inquiry.lines, "states": forms.STATES, "best": _best(found)}


def _best(found: Any) -> dict[int, set[int]]:
    """Of each part the requests with the lowest price, where all prices are in one currency."""
    best: dict[int, set[int]] = {}
    if len({answer["order"].currency_code for answer in found}) != 1:
        return best
    for product in {product for answer in found for product in answer["lines"]}:
        prices = {
            answer["order"].id: answer["lines"][product].line_net / answer["lines"][product].quantity
            for answer in found
            if product in answer["lines"] and answer["lines"][product].unit_price
        }
        if len(prices) > 1:
            best[product] = {key for key, price in prices.items() if price == min(prices.values())}
    return best


def declare(screens: Screens) -> None:
    """The list and the form."""
    _list(screens)
    _form(screens)


def _list(screens: Screens) -> None:
    screens.list(
        "purchasing.inquiry.list",
        model="purchasing.inquiry",
        title=_l("Inquiries"),
        columns=[
            "number",
            "date",
            Column("answers_until", _l("Answers until")),
            Column("wanted", _l("Wanted by")),
            Column("state", choices=STATES),
            "note",
        ],
        filters=[Filter("state", choices=STATES), "date", "answers_until"],
        search=["number"],
        order="-date",
        empty=_l("What several suppliers are asked at once is listed here."),
    )


def _form(screens: Screens) -> None:
    screens.form(
        "purchasing.inquiry.form",
        model="purchasing.inquiry",
        title=_l("Inquiry"),
        readonly=lambda inquiry: not is_open(inquiry),
        defaults=lambda session: {"date": today()},
        head=("state",),
        nodes=[
            Section(
                "main",
                Field("number", readonly=True),
                "date",
                Field("answers_until", _l("Answers until")),
                Field("wanted", _l("Wanted by")),
                Field("state", choices=STATES, readonly=True),
                Field("note", multiline=True, wide=True),
            ),
            Grid(
                "lines",
                model="purchasing.inquiry_line",
                title=_l("Parts"),
                order="position",
                filled=("product_id",),
                columns=[Column("product_id", choice_columns=("mpn", "maker_id")), "quantity", "note"],
            ),
            Grid(
                "suppliers",
                model="purchasing.inquiry_supplier",
                title=_l("Asked suppliers"),
                filled=("partner_id",),
                columns=["partner_id"],
            ),
            Part(
                "answers",
                template="purchasing/answers.html",
                read=answers,
                visible=lambda inquiry: inquiry is not None and bool(inquiry.orders),
            ),
            Button(
                "ask",
                _l("Ask"),
                action=ask,
                permission="purchasing.write",
                visible=can_ask,
                style="primary",
            ),
            Button(
                "mail_requests",
                _l("Mail the requests"),
                action="purchasing.mail_requests",
                permission="purchasing.send",
                visible=has_requests,
            ),
        ],
    )
