"""What a supplier reads who is asked about a statement, and what the answer does."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import get_locale

from addons.supplier_payables.services.confirming import PURPOSE
from addons.supplier_payables.services.errors import PayablesError
from addons.supplier_payables.services.papers import lines_of
from core import m
from core.documents import copy_of
from core.i18n import _, format_date, format_money, format_number, format_price
from core.links import Answer, Links, Shown
from core.screens.numbers import NotANumberError, parse_decimal

links = Links()
#: Lines that are shown to be answered one by one; of more, the supplier brings its list.
MOST = 1000
#: Without a log-in: lines of a list.
MOST_LINES = 5000
_SCALES = {"quantity": 4, "price": 6}


def show(session: Any, statement: Any) -> Shown:
    """What came and went back, line by line, and the file."""
    lines, currency = lines_of(session, statement.id), statement.currency_code
    few = len(lines) <= MOST
    period = f"{format_date(statement.period_start)} – {format_date(statement.period_end)}"
    return Shown(
        title=_("What we received from you: statement %(number)s", number=statement.number),
        sender=statement.company.name,
        facts=[
            (_("Supplier"), statement.partner.name),
            (_("Period"), period),
            (_("Lines"), format_number(len(lines))),
            (_("Total without tax"), format_money(statement.total, currency)),
        ],
        columns=(
            _("Date"),
            _("Our order"),
            _("Delivery note"),
            _("Part"),
            _("Quantity"),
            _("Unit price"),
            _("Amount"),
        ),
        rows=[(str(line.id), _cells(line)) for line in lines] if few else (),
        remark=_("What is wrong?") if few else "",
        figures={"quantity": _("Right quantity"), "price": _("Right price")} if few else {},
        file=copy_of(session, statement),
        upload=_("Or send us your own list (xlsx or csv)"),
        question=_("Does this agree with your books?"),
        answers={"confirm": _("Everything is right"), "dispute": _("Something is wrong")},
        closed=_closed(statement),
    )


def _closed(statement: Any) -> str:
    if statement.state == "posted":
        return _("This statement is settled.")
    return _("Your list is here: thank you. We look at what differs.") if statement.list_name else ""


def _cells(line: Any) -> tuple[str, ...]:
    part = line.partner_number or line.mpn or line.code
    figures = (format_number(line.quantity), format_price(line.unit_price, line.currency_code))
    amount = format_money(line.amount, line.currency_code)
    return (format_date(line.date), line.order_number, line.receipt, part, *figures, amount)


def take(session: Any, statement: Any, filename: str, contents: bytes) -> None:
    """Match the list that the supplier brings."""
    m.PayablesStatement.take_list(session, statement, filename, contents, MOST_LINES)


def answer(session: Any, statement: Any, given: Answer) -> None:
    """Take it as the supplier's list."""
    remarks = {int(key): words for key, words in given.remarks.items()}
    figures = {int(key): _figures(said) for key, said in given.figures.items()}
    agreed = given.choice == "confirm"
    m.PayablesStatement.take_answer(session, statement, agreed, given.name, given.note, remarks, figures)


def _figures(said: Mapping[str, str]) -> dict[str, Decimal]:
    """What was typed as numbers in the supplier's language; raises PayablesError."""
    try:
        locale = get_locale() or "en"
        return {name: parse_decimal(text, locale, _SCALES[name]) for name, text in said.items()}
    except (NotANumberError, KeyError) as error:
        raise PayablesError(str(error)) from error


links.purpose(PURPOSE, show=show, answer=answer, take=take, model="payables.statement")
