"""What a customer reads who is asked about a statement, and what the answer does."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import get_locale

from addons.billing_statements import their_list
from addons.billing_statements.errors import StatementError
from addons.billing_statements.services import delivery, enclosures
from addons.billing_statements.services.printed import rows
from core import m
from core.i18n import _, format_date, format_money
from core.links import Answer, Links, Shown
from core.screens.numbers import NotANumberError, parse_decimal

links = Links()
#: Decimals of the figures that customers may give.
_SCALES = {"quantity": 4, "price": 6}


def show(session: Any, answer: Any) -> Shown:
    """The statement's balances and lines, and its file; beside it what the customer's own list says."""
    statement = answer.statement
    currency = statement.currency_code
    period = f"{format_date(statement.period_start)} – {format_date(statement.period_end)}"
    facts = [
        (_("Customer"), statement.partner.name),
        (_("Period"), period),
        (_("Opening balance"), format_money(statement.opening, currency)),
        (_("Closing balance"), format_money(statement.closing, currency)),
    ]
    printed = rows(statement)
    theirs = their_list.of(session, statement, answer.their_list, [row.line for row in printed])
    return Shown(
        title=_("Statement of account %(number)s", number=statement.number),
        sender=statement.company.name,
        facts=[*facts, *theirs.facts],
        columns=(_("Document"), _("Number"), _("Date"), _("Your reference"), _("Amount")),
        rows=[(str(row.line.id), _cells(row, currency)) for row in printed],
        remark=_("What is wrong?"),
        figures={"quantity": _("Right quantity"), "price": _("Right price")},
        proposed=theirs.remarks,
        proposed_note=theirs.note,
        upload=_("Compare it with your own list (xlsx or csv)"),
        further=theirs.tables,
        file=statement.attachment,
        question=_("Does this agree with your books? What you write beside a line is disputed."),
        answers={"confirm": _("Everything is right"), "dispute": _("Something is wrong")},
        closed=_("It was replaced by a newer statement.") if statement.state == "superseded" else "",
    )


def take(session: Any, asked: Any, filename: str, contents: bytes) -> None:
    """Keep the customer's own list."""
    m.BillingAnswer.take_list(session, [asked], filename, contents)


def _cells(row: Any, currency: str) -> tuple[str, ...]:
    line = row.line
    return (
        str(row.kind),
        line.number,
        format_date(line.date),
        line.reference,
        format_money(line.amount, currency),
    )


def answer(session: Any, asked: Any, given: Answer) -> None:
    """Keep it."""
    remarks = {int(key): words for key, words in given.remarks.items()}
    figures = {int(key): _figures(said) for key, said in given.figures.items()}
    agreed = given.choice == "confirm"
    m.BillingAnswer.answer(session, [asked], agreed, given.name, given.note, remarks, figures)


def _figures(said: Mapping[str, str]) -> dict[str, Decimal]:
    """What was typed as numbers in the customer's language; raises StatementError."""
    try:
        locale = get_locale() or "en"
        return {name: parse_decimal(text, locale, _SCALES[name]) for name, text in said.items()}
    except (NotANumberError, KeyError) as error:
        raise StatementError(str(error)) from error


def show_invoices(session: Any, statement: Any) -> Shown:
    """The invoices of a statement, which were not attached to its mail, and the file with all of them."""
    documents = enclosures.invoices_of(session, statement)
    return Shown(
        title=_("Invoices of statement %(number)s", number=statement.number),
        sender=statement.company.name,
        facts=[(_("Customer"), statement.partner.name)],
        columns=(_("Number"), _("Date"), _("Your reference"), _("Amount")),
        rows=[(str(one.id), _invoice_cells(one)) for one in documents],
        file=enclosures.invoices_file(session, statement, delivery.identity_of(statement)),
        closed=_("It was replaced by a newer statement.") if statement.state == "superseded" else "",
    )


def _invoice_cells(invoice: Any) -> tuple[str, ...]:
    total = -invoice.total if invoice.kind == "credit_note" else invoice.total
    amount = format_money(total, invoice.currency_code)
    return invoice.number, format_date(invoice.date), invoice.reference, amount


links.purpose(enclosures.INVOICES, show=show_invoices, model="billing.statement")
links.purpose("billing.answer", show=show, answer=answer, take=take)
