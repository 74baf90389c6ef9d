"""Statements in the generic list and form, and the cycle on the customer's form."""

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import object_session

from addons.billing_statements import answer_screens
from addons.billing_statements.answer_screens import fact_of, said
from addons.billing_statements.names import CYCLES, INVOICES, LAYOUTS, STATES
from addons.billing_statements.services.health import without_address
from addons.billing_statements.services.redo import followed_by
from core import m
from core.i18n import _, _l, format_number
from core.screens import Button, Column, Fact, Facts, Field, Filter, Grid, Part, Screens, Section
from core.security.rights import current_actor

screens = Screens()

LINE_KINDS = {"brought_forward": _l("Brought forward"), "late": _l("Late entry"), "movement": _l("Movement")}


def may_be_redone(statement: Any) -> bool:
    """Whether no later statement stands on it."""
    session = object_session(statement)
    return statement.state != "superseded" and (session is None or followed_by(session, statement) is None)


screens.extend("partner.form").after(
    "currency_code",
    Field("statement_cycle", _l("Statements"), choices=CYCLES, help=_l("How often a statement is due.")),
    Field(
        "statement_days",
        _l("On days"),
        help=_l("Empty for the usual. Weekly: 1 for Monday; monthly: the last day, 25; own days: 5, 20."),
    ),
    Field(
        "statement_lines",
        _l("Statements show lines"),
        help=_l("Each line with order, part, quantity and price, behind the documents."),
    ),
    Field("statement_layout", _l("Layout of statements"), choices=LAYOUTS),
    Field(
        "statement_workbook",
        _l("Statements as xlsx too"),
        help=_l("A workbook with the same figures goes with the mail."),
    ),
    Field("statement_invoices", _l("Invoices with statements"), choices=INVOICES),
)


def unreachable(partner: Any) -> ColumnElement[bool]:
    """The condition that a customer gets statements and has no address for them."""
    return and_(partner.is_customer, partner.statement_cycle != "none", without_address(partner))


screens.extend("partner.list").inside(
    "columns", Column("statement_cycle", _l("Statements"), choices=CYCLES, shown=False)
).inside("filters", Filter("unreachable", _l("No address for statements"), where=unreachable))


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
        Fact(_l("Charged"), statement.debits, currency),
        Fact(_l("Credited"), -statement.credits, currency),
        Fact(_l("Balance"), statement.closing, currency),
    ]
    late = [Fact(_l("Overdue"), overdue, currency, tone="bad")] if overdue > 0 else []
    return [*facts, *late, *fact_of(statement)]


def facts_of_partner(session: Any, partner: Any) -> list[Fact]:
    """The statements of a customer, the latest first."""
    if not current_actor().may("billing_statements.read"):
        return []
    statement = m.BillingStatement
    count = session.scalar(select(func.count(statement.id)).where(statement.partner_id == partner.id))
    listed = f"/m/billing.statement.list?f.partner_id={partner.id}"
    return [Fact(_l("Statements"), text=format_number(count), link=listed if count else "")]


screens.extend("partner.form").before("main", Facts("statements", read=facts_of_partner))
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
                "amount",
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
