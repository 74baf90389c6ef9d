"""What customers did with substitutes, and what they let us do."""

from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import aliased

from addons.substitutes.words import OUTCOMES, POLICIES, RULES
from core import m
from core.i18n import _l
from core.screens import Column, Field, Filter, Screens, Section

PART_COLUMNS = ("mpn", "maker_id", "description")


def returned(choice: Any) -> Any:
    """How much of it came back, in SQL."""
    line = m.SalesOrderLine
    same = (line.id == choice.order_line_id) & (line.product_id == choice.substitute_id)
    return select(line.returned).where(same).scalar_subquery()


def earned(choice: Any) -> Any:
    """What the substitution brought beyond the price of the ordered part; below zero what it cost."""
    before = choice.original_price * (100 - choice.original_discount) / 100
    return func.round((choice.unit_price - before) * choice.quantity, 2)


def _lately(choice: Any) -> Any:
    return choice.at >= func.now() - text("interval '1 year'")


def times_short(choice: Any) -> Any:
    """In how many orders of a year a substitute was offered for the same part, in SQL."""
    same = aliased(m.SubstituteChoice)
    counted = select(func.count(func.distinct(same.order_id)))
    return counted.where(same.product_id == choice.product_id, _lately(same)).scalar_subquery()


def short_again(choice: Any) -> Any:
    """The condition that this is the last of a part that several orders of a year were short of."""
    same = aliased(m.SubstituteChoice)
    last = select(func.max(same.id)).where(_lately(same)).group_by(same.product_id)
    return choice.id.in_(last.having(func.count(func.distinct(same.order_id)) >= 2))


def save_complaint(session: Any, choice: Any) -> None:
    """Keep by the act what the customer said against what was given."""
    said = choice.complaint
    with session.no_autoflush:
        session.refresh(choice)
    m.SubstituteChoice.complain(session, [choice], said)


def declare(screens: Screens) -> None:
    """Lists and forms of substitutions and of customers' rules."""
    _choices(screens)
    _short_parts(screens)
    _rules(screens)


def _choices(screens: Screens) -> None:
    screens.list(
        "substitute.choice.list",
        model="substitute.choice",
        title=_l("Substitutions"),
        columns=[
            Column("at", _l("When")),
            "partner_id",
            Column("product_id", _l("Ordered part")),
            Column("substitute_id", _l("Substitute")),
            Column("outcome", _l("Outcome"), choices=OUTCOMES),
            "quantity",
            "unit_price",
            Column("original_price", _l("Price of the ordered part"), shown=False),
            Column("reason", _l("Reason")),
            Column("returned", _l("Returned"), value=returned, show="quantity", sortable=False),
            Column("complaint", _l("Complaint")),
            Column("earned", _l("Against the ordered part"), value=earned, show="money", sortable=False),
            Column("order_id", _l("Order")),
            Column("user_id", _l("By"), shown=False),
            Column("currency_code", shown=False),
        ],
        filters=[
            Filter("outcome", _l("Outcome"), choices=OUTCOMES),
            "partner_id",
            Filter("product_id", _l("Ordered part")),
            Filter("substitute_id", _l("Substitute")),
            Filter("at", _l("When")),
            Filter("user_id", _l("By")),
            Filter("complained", _l("With a complaint"), where=lambda choice: choice.complaint != ""),
        ],
        search=["partner_id", "product_id", "substitute_id"],
        group_by=["product_id", "substitute_id", "partner_id", "user_id", "outcome", "at"],
        order="-at",
        create=False,
        source=(_l("Orders"), "sales.order.list"),
        empty=_l("What customers took instead, and what they did not want, is listed here."),
    )
    screens.form(
        "substitute.choice.form",
        model="substitute.choice",
        title=_l("Substitution"),
        create=False,
        head=("partner_id", "outcome"),
        readonly=lambda choice: choice.outcome != "accepted",
        on_save=save_complaint,
        nodes=[
            Section(
                "main",
                Field("partner_id", readonly=True),
                Field("order_id", _l("Order"), readonly=True),
                Field("product_id", _l("Ordered part"), readonly=True),
                Field("substitute_id", _l("Substitute"), readonly=True),
                Field("outcome", _l("Outcome"), choices=OUTCOMES, readonly=True),
                Field("quantity", readonly=True),
                Field("unit_price", readonly=True),
                Field("original_price", _l("Price of the ordered part"), readonly=True),
                Field("reason", _l("Reason"), wide=True, readonly=True),
                Field("consent_because", _l("Asked because"), wide=True, readonly=True),
                Field(
                    "complaint",
                    _l("Complaint"),
                    wide=True,
                    help=_l("What the customer said against it: it is offered last from then on."),
                ),
                Field("user_id", _l("By"), readonly=True),
                Field("at", _l("When"), readonly=True),
            ),
        ],
    )


def _short_parts(screens: Screens) -> None:
    screens.list(
        "substitute.short_part.list",
        model="substitute.choice",
        title=_l("Short again and again"),
        columns=[
            Column("product_id", _l("Ordered part")),
            Column("times", _l("Orders in a year"), value=times_short, show="quantity", sortable=False),
            Column("at", _l("Last time")),
            Column("substitute_id", _l("Substitute")),
            "partner_id",
            Column("outcome", _l("Outcome"), choices=OUTCOMES),
        ],
        filters=["partner_id", Filter("product_id", _l("Ordered part"))],
        search=["product_id", "substitute_id"],
        order="-at",
        where=short_again,
        create=False,
        source=(_l("Substitutions"), "substitute.choice.list"),
        empty=_l("Parts that two orders within a year were short of are listed here."),
    )


def _rules(screens: Screens) -> None:
    screens.list(
        "substitute.rule.list",
        model="substitute.rule",
        title=_l("Substitution rules"),
        columns=[
            "partner_id",
            Column("product_id", _l("In place of")),
            Column("kind", _l("Rule"), choices=RULES),
            Column("substitute_id", _l("Part")),
            "note",
        ],
        filters=["partner_id", Filter("kind", _l("Rule"), choices=RULES)],
        search=["partner_id", "product_id", "substitute_id"],
        order="partner_id",
        empty=_l("Which parts customers never take, which alone they take, and which they are asked about."),
    )
    screens.form(
        "substitute.rule.form",
        model="substitute.rule",
        title=_l("Substitution rule"),
        nodes=[
            Section(
                "main",
                "partner_id",
                Field(
                    "product_id",
                    _l("In place of"),
                    help=_l("Left empty, in place of any part."),
                    choice_columns=PART_COLUMNS,
                ),
                Field(
                    "kind",
                    _l("Rule"),
                    choices=RULES,
                    help=_l("As soon as one is allowed in place of a part, all that are not are left out."),
                ),
                Field("substitute_id", _l("Part"), choice_columns=PART_COLUMNS),
                Field("note", wide=True),
            )
        ],
    )
    screens.extend("partner.form").inside(
        "orders",
        Field("substitution", _l("Substitutes"), choices=POLICIES),
        Field(
            "supply_priority", _l("Supply priority"), help=_l("1 is served before 9 when a part is short.")
        ),
    )
