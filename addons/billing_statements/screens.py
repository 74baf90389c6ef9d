"""Statements in the generic list and form, and the cycle on the customer's form."""

from functools import partial
from typing import Any

from sqlalchemy.orm import object_session

from addons.billing_statements import answer_screens, customer_screens
from addons.billing_statements.answer_screens import fact_of, said
from addons.billing_statements.names import STATES
from addons.billing_statements.services.redo import followed_by
from core import m
from core.i18n import _, _l
from core.screens import Button, Column, Fact, Facts, Field, Filter, Grid, Part, Screens, Section

screens = Screens()

LINE_KINDS = {"brought_forward": _l("Brought forward"), "late": _l("Late entry"), "movement": _l("Movement")}


def may_be_redone(statement: Any) -> bool:
    """Whether no later statement stands on it."""
    session = object_session(statement)
    return statement.state != "superseded" and (session is None or followed_by(session, statement) is None)


def _taken_over(statement: Any) -> list[Fact]:
    """What branches brought with them, or took away."""
    moved = statement.transferred
    return [Fact(_l("Of branches"), moved, statement.currency_code)] if moved else []


def redo_statement(session: Any, statement: Any) -> str:
    """Do one statement again from its form."""
    (renewed,) = m.BillingStatement.redo(session, [statement])
    return (
        _("%(number)s replaces it.", number=renewed.number)
        if renewed is not None
        else _("It is superseded; there is nothing to state any more.")
    )


def facts_of_statement(_session: Any, statement: Any) -> list[Fact]:
    """How the balance came about, and what of it is overdue."""
    currency, overdue = statement.currency_code, statement.closing - statement.not_due
    facts = [
        Fact(_l("Opening"), statement.opening, currency),
        *_taken_over(statement),
        Fact(_l("Charged"), statement.debits, currency),
        Fact(_l("Credited"), -statement.credits, currency),
        Fact(_l("Balance"), statement.closing, currency),
    ]
    late = [Fact(_l("Overdue"), overdue, currency, tone="bad")] if overdue > 0 else []
    return [*facts, *late, *fact_of(statement)]


screens.list(
    "billing.statement.list",
    model="billing.statement",
    title=_l("Statements"),
    columns=[
        "number",
        "partner_id",
        Column("period_start", shown=False),
        "period_end",
        Column("state", choices=STATES),
        "opening",
        "debits",
        "credits",
        "closing",
        Column("overdue", _l("Overdue"), value=lambda s: s.closing - s.not_due, show="money"),
    ],
    filters=[
        Filter("state", choices=STATES),
        Filter("confirmed", _l("Confirmed"), where=partial(said, states=("confirmed", "settled"))),
        Filter("disputed", _l("Disputed"), where=partial(said, states=("disputed",))),
        Filter("unanswered", _l("Not answered"), where=partial(said, states=("asked",))),
        "partner_id",
        "run_id",
        "period_end",
    ],
    search=["number", "partner_id"],
    group_by=["state", "period_end"],
    order="-period_end",
    create=False,
    source=(_l("Statement runs"), "billing_statements.runs_page"),
    empty=_l("Statements are made by a run: open Statement runs and start the first one."),
)
screens.form(
    "billing.statement.form",
    model="billing.statement",
    title=_l("Statement"),
    readonly=lambda statement: True,
    create=False,
    own_mail_log=True,
    head=("partner_id", "state"),
    nodes=[
        Facts("balances", read=facts_of_statement),
        Section(
            "main",
            "number",
            "version",
            "partner_id",
            "period_start",
            "period_end",
            "currency_code",
            Field("state", choices=STATES),
            "replaces_id",
        ),
        Section(
            "ageing",
            Field("not_due", _l("Not yet due")),
            Field("due_30", _l("1–30 days")),
            Field("due_60", _l("31–60 days")),
            Field("due_90", _l("61–90 days")),
            Field("due_over", _l("Over 90 days")),
            Field("unapplied", _l("Not yet applied")),
            title=_l("Ageing"),
        ),
        Grid(
            "lines",
            model="billing.statement_line",
            title=_l("Documents"),
            readonly=True,
            order="position",
            columns=[
                Column("kind", choices=LINE_KINDS),
                "date",
                "number",
                "reference",
                "due_date",
                Column("branch_id", _l("Branch")),
                "amount",
            ],
        ),
        Grid(
            "open_documents",
            model="billing.open_document",
            title=_l("Open documents"),
            readonly=True,
            order="position",
            visible=lambda statement: statement is not None and statement.form == "open_items",
            columns=[
                "date",
                "number",
                "reference",
                "due_date",
                Column("branch_id", _l("Branch")),
                "amount",
                Column("residual", _l("Open")),
            ],
        ),
        Part("mails", template="billing_statements/mails.html", visible=lambda s: s is not None),
        Button(
            "pdf",
            _l("PDF"),
            action="billing_statements.pdf",
            method="get",
            permission="billing_statements.read",
            visible=lambda statement: statement.attachment_id is not None,
            style="primary",
        ),
        Button(
            "check",
            _l("Their list…"),
            action="billing_statements.check",
            method="get",
            permission="billing_statements.read",
        ),
        Button(
            "redo",
            _l("Do again"),
            action=redo_statement,
            permission="billing_statements.run",
            style="danger",
            visible=may_be_redone,
            confirm=_l("Supersede this statement and create its next version?"),
        ),
    ],
)
answer_screens.declare(screens)
customer_screens.declare(screens)
