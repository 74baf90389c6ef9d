"""What customers answered: disputed lines as tasks, and what stands of it on statements."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import select

from addons.billing_statements.names import ANSWERS, DISPUTES
from core import m
from core.clock import today
from core.i18n import _, _l, format_date, ngettext
from core.screens import Button, Column, Fact, Field, Filter, Screens, Section


def is_late(dispute: Any) -> Any:
    """The condition that a dispute should have been settled."""
    return (dispute.state == "open") & (dispute.due < today())


def said(statement: Any, states: Sequence[str]) -> Any:
    """The condition that customers said so of their statements."""
    answer = m.BillingAnswer
    return statement.id.in_(select(answer.statement_id).where(answer.state.in_(states)))


def settle(session: Any, dispute: Any) -> str:
    """Settle one dispute in the words that stand on it."""
    m.BillingDispute.settle(session, [dispute], dispute.outcome)
    return _("It is settled.")


def fact_of(statement: Any) -> list[Fact]:
    """What the customer said of a statement."""
    answer = statement.answer
    if answer is None:
        return []
    theirs = _their_list(answer)
    if answer.state == "asked":
        return [Fact(_l("Customer"), text=str(ANSWERS["asked"])), *theirs]
    said = f"{ANSWERS[answer.state]}: {answer.answered_by}, {format_date(answer.answered_at.date())}"
    listed = f"/m/billing.dispute.list?f.answer_id={answer.id}" if answer.disputes else ""
    if answer.disputes:
        count = len(answer.disputes)
        said += f" · {ngettext('%(num)s line', '%(num)s lines', count)}"
    tone = {"confirmed": "good", "disputed": "bad"}.get(answer.state, "")
    return [Fact(_l("Customer"), text=said, tone=tone, link=listed), *theirs]


def _their_list(answer: Any) -> list[Fact]:
    """The list that the customer brought, and where it is compared."""
    if answer.their_list is None:
        return []
    compared = url_for("billing_statements.check", statement_id=answer.statement_id)
    return [Fact(_l("Their list"), text=answer.their_list.filename, link=compared)]


def declare(screens: Screens) -> None:
    """Disputes as a list of tasks, and the form of one."""
    _list(screens)
    _form(screens)
    screens.extend("company.form").after(
        "currency_code",
        Field(
            "answer_days",
            _l("Days to confirm a statement"),
            help=_l("Mails have a link by which customers confirm or dispute; empty for none."),
        ),
        Field("second_release", _l("Statements are released by a second person")),
    )


def _list(screens: Screens) -> None:
    screens.list(
        "billing.dispute.list",
        model="billing.dispute",
        title=_l("Disputed lines"),
        columns=[
            "statement_id",
            "partner_id",
            Column("statement_line_id", _l("Document")),
            "reason",
            Column("quantity", _l("Right quantity")),
            Column("unit_price", _l("Right price")),
            "owner_id",
            Column("due", _l("Settle by")),
            Column("state", choices=DISPUTES),
        ],
        filters=[
            Filter("state", choices=DISPUTES),
            Filter("late", _l("Not settled in time"), where=is_late),
            "partner_id",
            "owner_id",
            "answer_id",
        ],
        search=["reason", "partner_id"],
        group_by=["partner_id", "owner_id"],
        order="due",
        create=False,
        source=(_l("Statement runs"), "billing_statements.runs_page"),
        empty=_l("What customers find wrong with their statements stands here until it is settled."),
    )


def _form(screens: Screens) -> None:
    screens.form(
        "billing.dispute.form",
        model="billing.dispute",
        title=_l("Disputed line"),
        create=False,
        head=("partner_id", "state"),
        nodes=[
            Section(
                "main",
                Field("statement_id", readonly=True),
                Field("partner_id", readonly=True),
                Field("statement_line_id", _l("Document"), readonly=True),
                Field("reason", readonly=True),
                Field("quantity", _l("Right quantity"), readonly=True),
                Field("unit_price", _l("Right price"), readonly=True),
                "owner_id",
                Field("due", _l("Settle by")),
                Field("outcome", _l("How it was settled")),
                Field("state", choices=DISPUTES, readonly=True),
            ),
            Button(
                "settle",
                _l("Settle"),
                action=settle,
                permission="billing_statements.run",
                visible=lambda dispute: dispute.state == "open" and bool(dispute.outcome),
                style="primary",
            ),
        ],
    )
