"""Lists and forms of what is owed to suppliers: bills, and nettings of the two sides."""

from typing import Any

from addons.accounting import program_acts
from addons.accounting.document_forms import (
    BILL_KINDS,
    STATES,
    ask_to_post_bill,
    derive_netting,
    derive_paper,
    document_defaults,
    facts_of_document,
    is_posted,
    payment_defaults,
)
from addons.accounting.document_parts import post_button, reverse_button, traces
from addons.accounting.services.bills import BILLS
from core import m
from core.i18n import _, _l, format_money
from core.screens import Column, Fact, Facts, Field, Filter, Grid, Screens, Section


def declare(screens: Screens) -> None:
    """Add them to the addon's screens."""
    _bills(screens)
    _bill(screens)
    _nettings(screens)
    _netting(screens)


def _bills(screens: Screens) -> None:
    screens.list(
        "accounting.bill.list",
        model="accounting.bill",
        title=_l("Supplier bills"),
        columns=[
            "number",
            Column("kind", choices=BILL_KINDS),
            Column("reference", _l("Supplier's number"), editable=True),
            "date",
            Column("due_date", editable=True),
            "partner_id",
            Column("state", choices=STATES),
            "net",
            Column("tax", shown=False),
            "total",
            Column("currency_code", shown=False),
            Column("posted_at", shown=False),
        ],
        filters=[
            Filter("kind", choices=BILL_KINDS),
            Filter("state", choices=STATES),
            "partner_id",
            "date",
            "due_date",
        ],
        search=["number", "reference", "partner_id"],
        actions=["due_date"],
        group_by=["kind", "state", "partner_id", "date"],
        order="-date",
        empty=_l("Bills and credit notes of suppliers are listed here."),
    )


def _bill(screens: Screens) -> None:
    screens.form(
        "accounting.bill.form",
        model="accounting.bill",
        title=_l("Bill"),
        readonly=is_posted,
        on_save=lambda session, bill: m.AccountingBill.compute(session, [bill]),
        defaults=document_defaults,
        derive=derive_paper(BILLS),
        head=("partner_id", "state", "total"),
        nodes=[
            Facts("settled", read=facts_of_document, visible=is_posted),
            Facts("filed", read=facts_of_file, visible=is_filed),
            Section(
                "main",
                Field("number", readonly=True),
                Field("kind", choices=BILL_KINDS),
                "partner_id",
                Field(
                    "reference",
                    _l("Supplier's number"),
                    help=_l("As it stands on the supplier's paper; needed before the bill is posted."),
                ),
                "date",
                "due_date",
                Field(
                    "early_discount",
                    _l("Early payment %"),
                    help=_l("What whoever pays up to the day beside need not pay, in percent."),
                ),
                Field("discount_until", _l("Discount until")),
                "currency_code",
                "exchange_rate",
                Field("state", choices=STATES, readonly=True),
            ),
            Grid(
                "lines",
                model="accounting.bill_line",
                title=_l("Lines"),
                order="position",
                filled=("product_id", "description"),
                columns=[
                    Column("product_id", choice_columns=("mpn", "maker_id", "description")),
                    "description",
                    "quantity",
                    "unit_price",
                    Column("discount", _l("Discount %")),
                    Column("tax_id", _l("Tax rate")),
                    "account_id",
                    Column("net", readonly=True),
                ],
            ),
            Section(
                "totals",
                Field("net", readonly=True, derived=True),
                Field("tax", readonly=True, derived=True),
                Field("total", readonly=True, derived=True),
                title=_l("Totals"),
            ),
            *traces(),
            post_button(ask_to_post_bill),
            program_acts.OF_BILLS,
            reverse_button(
                _l("Take this bill back with a credit note of today?"),
                visible=lambda bill: bill.kind == "bill" and bill.reversed_by is None,
                bulk=lambda bill: bill.kind == "bill",
            ),
        ],
    )


def is_filed(bill: Any) -> bool:
    """Whether it is a draft that came as a file."""
    return bill is not None and bill.state == "draft" and bill.filed_total is not None


def facts_of_file(_session: Any, bill: Any) -> list[Fact]:
    """What the file says that it comes to, and by how much the draft is off."""
    found = [Fact(_l("The file says"), bill.filed_total, bill.currency_code)]
    if bill.total != bill.filed_total:
        off = bill.total - bill.filed_total
        found.append(Fact(_l("The draft is off by"), off, bill.currency_code, tone="bad"))
    return found


def _nettings(screens: Screens) -> None:
    screens.list(
        "accounting.netting.list",
        model="accounting.netting",
        title=_l("Nettings"),
        columns=["number", "date", "partner_id", Column("state", choices=STATES), "amount", "currency_code"],
        filters=[Filter("state", choices=STATES), "partner_id", "date"],
        search=["number", "partner_id"],
        group_by=["state", "partner_id", "date"],
        order="-date",
        empty=_l("What a partner owes and what it is owed cancel out here, for partners that buy and sell."),
    )


def _netting(screens: Screens) -> None:
    screens.form(
        "accounting.netting.form",
        model="accounting.netting",
        title=_l("Netting"),
        readonly=is_posted,
        on_save=lambda session, netting: m.AccountingNetting.complete(session, [netting]),
        defaults=payment_defaults,
        derive=derive_netting,
        head=("partner_id", "state", "amount"),
        nodes=[
            Section(
                "main",
                Field("number", readonly=True),
                "partner_id",
                "date",
                Field("amount", help=_l("Up to the smaller of what is owed and what is owing.")),
                "currency_code",
                "exchange_rate",
                Field("state", choices=STATES, readonly=True),
            ),
            *traces(),
            post_button(ask_to_net),
            reverse_button(_l("Open both sides again as of today?")),
        ],
    )


def ask_to_net(netting: Any) -> str:
    """What posting asks: how much, of whom."""
    return _(
        "Net %(total)s of %(partner)s? What is due earliest on both sides is settled with it.",
        total=format_money(netting.amount, netting.currency_code),
        partner=netting.partner.name,
    )
