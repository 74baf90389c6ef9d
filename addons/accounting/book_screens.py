"""Screens of what holds for the books: exchange rates, closings, settlements, and the company's first day."""

from datetime import timedelta
from typing import Any

from sqlalchemy import exists
from sqlalchemy.orm import aliased

from addons.accounting.services.allocation import items_by_id, oldest_first
from addons.accounting.services.settlement import is_unused
from addons.accounting.services.terms import in_words, term_of
from core import m
from core.clock import today
from core.errors import UserError
from core.i18n import _, _l, format_date
from core.screens import Button, Column, Field, Filter, Part, Screens, Section

CLOSING_STATES = {"draft": _l("Draft"), "closed": _l("Closed"), "taken_back": _l("Taken back")}


def close(session: Any, closing: Any) -> str:
    """Close one year from its form."""
    m.AccountingClosing.close(session, [closing])
    return _("The books are closed up to %(day)s.", day=format_date(closing.until))


def open_again(session: Any, closing: Any) -> str:
    """Open one year again from its form."""
    m.AccountingClosing.take_back(session, [closing])
    return _("The books are open again after %(day)s.", day=format_date(closing.until))


def is_live(allocation: Any) -> bool:
    """Whether a settlement holds: it neither undoes another one nor was undone."""
    return allocation.reverses_id is None and allocation.taken_back_by is None


def take_back(session: Any, allocation: Any) -> str:
    """Undo one settlement, as of today."""
    m.AccountingAllocation.take_back(session, [allocation], today())
    return _("Both documents are open again by this amount.")


def settle_oldest(session: Any, item: Any) -> str:
    """Settle what is due earliest with one item."""
    pairs = oldest_first(session, items_by_id(session, [item.id]))
    if not pairs:
        raise UserError(
            _("Nothing else of this account is open in %(currency)s.", currency=item.currency_code)
        )
    m.AccountingAllocation.settle(session, pairs, today())
    return _("%(count)s documents are settled with it.", count=len(pairs))


def declare(screens: Screens) -> None:
    """Add them to the addon's screens."""
    _company(screens)
    _rates(screens)
    _closings(screens)
    _terms(screens)
    _settlements(screens)


def _company(screens: Screens) -> None:
    screens.extend("company.form").after(
        "currency_code",
        Field(
            "books_begin",
            _l("Books begin on"),
            help=_l("No document is dated before it: set it before you bring history in."),
        ),
        Field(
            "rate_age",
            _l("Age of exchange rates"),
            help=_l("Days after its day on which a rate may still be used."),
        ),
    )
    screens.extend("company.form").after(
        "rate_age",
        Field(
            "early_tax",
            _l("Discounts lower the tax"),
            help=_l("Of a discount for paying early, its part of each tax is taken back, as some laws want."),
        ),
    )
    screens.extend("company.form").after(
        "payment_details",
        Field(
            "iban",
            _l("IBAN"),
            help=_l(
                "With it invoices and statements carry a code to pay by: EPC in the euro area, Swiss QR."
            ),
        ),
        Field("bic", _l("BIC")),
    )


def _rates(screens: Screens) -> None:
    screens.list(
        "accounting.currency_rate.list",
        model="accounting.currency_rate",
        title=_l("Exchange rates"),
        columns=["date", "currency_code", "rate", "source"],
        filters=["currency_code", "date", "source"],
        search=["currency_code", "source"],
        group_by=["currency_code", "source", "date"],
        order="-date",
        empty=_l("What foreign currencies are worth, day by day: add a rate, or import a bank's history."),
    )
    screens.form(
        "accounting.currency_rate.form",
        model="accounting.currency_rate",
        title=_l("Exchange rate"),
        defaults=lambda session: {"date": today(), "source": "manual"},
        nodes=[
            Section(
                "main",
                "currency_code",
                "date",
                Field(
                    "rate", _l("Rate"), help=_l("What one unit of it is worth in the currency of the books.")
                ),
                Field("source", help=_l("What is typed goes before what was imported of the same day.")),
            )
        ],
    )


def _closings(screens: Screens) -> None:
    screens.list(
        "accounting.closing.list",
        model="accounting.closing",
        title=_l("Year-end closings"),
        columns=["until", Column("state", choices=CLOSING_STATES), "entry_id", "reversal_id"],
        filters=[Filter("state", choices=CLOSING_STATES)],
        search=["entry_id"],
        order="-until",
        empty=_l("A closing takes income and expenses of a year to retained earnings and locks its days."),
    )
    screens.form(
        "accounting.closing.form",
        model="accounting.closing",
        title=_l("Year-end closing"),
        readonly=lambda closing: closing.state != "draft",
        defaults=lambda session: {"until": today().replace(year=today().year - 1, month=12, day=31)},
        nodes=[
            Section(
                "main",
                Field("until", _l("Last day of the year")),
                Field("state", choices=CLOSING_STATES, readonly=True),
                Field("entry_id", readonly=True),
                Field("reversal_id", _l("Taken back by"), readonly=True),
            ),
            Button(
                "close",
                _l("Close the year"),
                action=close,
                permission="accounting.configure",
                visible=lambda closing: closing.state == "draft",
                style="primary",
                confirm=_l("Nothing can be dated in it any more. Close the year?"),
            ),
            Button(
                "take_back",
                _l("Open it again"),
                action=open_again,
                permission="accounting.configure",
                visible=lambda closing: closing.state == "closed",
                style="danger",
                confirm=_l("Take the closing back with the opposite entry?"),
            ),
        ],
    )


def _terms(screens: Screens) -> None:
    screens.list(
        "accounting.payment_term.list",
        model="accounting.payment_term",
        title=_l("Payment terms"),
        columns=["name", "from_month_end", "months", "days", "day", "active"],
        search=["name"],
        order="name",
        empty=_l("How long partners have to pay: net 30, end of month + 30, the 15th of the month after."),
    )
    screens.form(
        "accounting.payment_term.form",
        model="accounting.payment_term",
        title=_l("Payment term"),
        nodes=[
            Section(
                "main",
                "name",
                Field("from_month_end", _l("From the end of the month")),
                "months",
                "days",
                Field("day", _l("On day of the month"), help=_l("0 for any day, 31 for the last.")),
                Field(
                    "discount", _l("Early payment %"), help=_l("2 for 2 % less, for whoever pays in time.")
                ),
                Field("discount_days", _l("Within days of the document")),
                "active",
            ),
            Part(
                "examples",
                template="accounting/term_examples.html",
                read=examples,
                visible=lambda term: term is not None,
            ),
        ],
    )
    screens.extend("partner.form").after("currency_code", Field("payment_term_id", _l("Payment term")))
    screens.extend("partner.form").after("payment_term_id", Field("supplier_term_id", _l("Supplier's term")))


def examples(_session: Any, term: Any) -> dict[str, Any]:
    """How documents of today and of around the end of the month fall due."""
    first = today().replace(day=1)
    days = sorted({today(), first + timedelta(days=14), first + timedelta(days=40)})
    return {"rows": [in_words(term_of(term), day) for day in days]}


def _settlements(screens: Screens) -> None:
    screens.list(
        "accounting.allocation.list",
        model="accounting.allocation",
        title=_l("Settlements"),
        columns=["date", "partner_id", "debit_id", "credit_id", "amount", "currency_code", "reverses_id"],
        filters=[
            Filter("live", _l("Still holding"), where=_still_holding),
            "partner_id",
            "date",
        ],
        search=["debit_id", "credit_id", "partner_id"],
        group_by=["partner_id", "date"],
        order="-date",
        empty=_l("Which payment or credit settled which invoice is listed here."),
    )
    screens.form(
        "accounting.allocation.form",
        model="accounting.allocation",
        title=_l("Settlement"),
        readonly=lambda allocation: allocation is not None and allocation.id is not None,
        defaults=lambda session: {"date": today()},
        nodes=[
            Section(
                "main",
                Field("credit_id", _l("Credit"), help=_l("A payment, credit note or overpayment.")),
                Field("debit_id", _l("Settles"), help=_l("The invoice that it is for.")),
                "amount",
                Field("date", help=_l("Not before both documents.")),
                Field("reverses_id", _l("Takes back"), readonly=True),
            ),
            Button(
                "take_back",
                _l("Take back"),
                action=take_back,
                permission="accounting.post",
                visible=is_live,
                style="danger",
                confirm=_l("Open both documents again by this amount?"),
            ),
        ],
    )
    screens.form(
        "accounting.open_item.form",
        model="accounting.open_item",
        title=_l("Open item"),
        readonly=lambda item: True,
        create=False,
        nodes=[
            Section(
                "main",
                "number",
                "document",
                "partner_id",
                "date",
                "due_date",
                "reference",
                "currency_code",
                "amount",
                Field("allocated", _l("Settled")),
            ),
            Button(
                "settle",
                _l("Settle by hand…"),
                action="accounting.settle",
                method="get",
                permission="accounting.post",
                visible=is_unused,
                style="primary",
            ),
            Button(
                "settle_oldest",
                _l("Settle what is due earliest"),
                action=settle_oldest,
                permission="accounting.post",
                visible=is_unused,
            ),
        ],
    )


def _still_holding(allocation: Any) -> Any:
    other = aliased(allocation)
    return allocation.reverses_id.is_(None) & ~exists().where(other.reverses_id == allocation.id)
