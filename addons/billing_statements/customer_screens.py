"""How a customer is stated, on the partner's form and in its list."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from addons.billing_statements.names import CYCLES, FORMS, INVOICES, LAYOUTS, WHEN
from addons.billing_statements.services.changes import next_ends
from addons.billing_statements.services.health import without_address
from core import m
from core.i18n import _l, format_date, format_number
from core.screens import Column, Fact, Facts, Field, Filter, Screens, Section
from core.security.rights import current_actor


def unreachable(partner: Any) -> ColumnElement[bool]:
    """The condition that a customer gets statements and has no address for them."""
    return and_(partner.is_customer, partner.statement_cycle != "none", without_address(partner))


def head_offices(partner: Any) -> ColumnElement[bool]:
    """The condition that a customer may state others with itself."""
    return and_(partner.is_customer, partner.statement_partner_id.is_(None))


def facts_of_partner(session: Any, partner: Any) -> list[Fact]:
    """The statements of a customer, the latest first, and when the next ones are due."""
    if not current_actor().may("billing_statements.read"):
        return []
    statement = m.BillingStatement
    count = session.scalar(select(func.count(statement.id)).where(statement.partner_id == partner.id))
    listed = f"/m/billing.statement.list?f.partner_id={partner.id}"
    facts = [Fact(_l("Statements"), text=format_number(count), link=listed if count else "")]
    if partner.is_customer and (ends := next_ends(partner.statement_partner or partner)):
        facts.append(Fact(_l("Next statements up to"), text=" · ".join(map(format_date, ends))))
    return facts


def declare(screens: Screens) -> None:
    """Add to the partner's form and list."""
    form = screens.extend("partner.form")
    form.after("trade", _section())
    form.before("main", Facts("statements", read=facts_of_partner))
    screens.extend("partner.list").inside(
        "columns", Column("statement_cycle", _l("Statements"), choices=CYCLES, shown=False)
    ).inside("filters", Filter("unreachable", _l("No address for statements"), where=unreachable))


def _section() -> Section:
    return Section(
        "statements_of_account",
        Field("statement_cycle", _l("Statements"), choices=CYCLES, help=_l("How often a statement is due.")),
        Field(
            "statement_days",
            _l("On days"),
            help=_l("Empty for the usual. Weekly: 1 for Monday; monthly: the last day, 25; own days: 5, 20."),
        ),
        Field(
            "statement_from",
            _l("From the day"),
            help=_l(
                "Empty: at once. Else the cycle of before ends on the day before, with a short statement."
            ),
        ),
        Field("statement_when", _l("Stated when"), choices=WHEN),
        Field("statement_form", _l("Statements list"), choices=FORMS),
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
        Field(
            "statement_partner_id",
            _l("Stated with"),
            where=head_offices,
            help=_l("The head office, on whose statement the documents of this branch stand."),
        ),
        title=_l("Statements of account"),
        visible=lambda partner: partner is None or partner.is_customer,
    )
