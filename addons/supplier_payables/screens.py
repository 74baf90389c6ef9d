"""Lists and forms of payable statements, and what is agreed with suppliers on their form."""

from typing import Any

from addons.supplier_payables import dispute_screens
from addons.supplier_payables.services.confirming import link_of
from addons.supplier_payables.services.settled import left_to_pay
from addons.supplier_payables.services.uploading import SEND
from core import m
from core.i18n import _, _l, format_date
from core.screens import BulkAction, Button, Column, Fact, Facts, Field, Filter, Screens, Section

STATES = {"draft": _l("Draft"), "posted": _l("Posted")}
SETTLEMENTS = {"cash": _l("Cash"), "receipt": _l("By receipt"), "period": _l("By period")}
CYCLES = {"monthly": _l("monthly"), "half_monthly": _l("half-monthly"), "weekly": _l("weekly")}

screens = Screens()
dispute_screens.declare(screens)


def facts_of(session: Any, statement: Any) -> list[Fact]:
    """Both totals, what lies between them, and once it is posted what is left to pay."""
    currency = statement.currency_code
    return [
        Fact(_l("Ours"), statement.total, currency),
        Fact(_l("Theirs"), statement.their_total, currency),
        Fact(_l("Difference"), statement.their_total - statement.total, currency),
        *_asked(session, statement),
        *_paid(session, statement),
    ]


def _asked(session: Any, statement: Any) -> list[Fact]:
    """Whether the supplier was asked by a link, and what it said."""
    link = link_of(session, statement.id)
    if link is None:
        return []
    if link.answered_at is None:
        return [Fact(_l("Supplier"), text=_("asked on %(day)s", day=format_date(link.made_at)))]
    by, note = link.answered_by, f": {link.note}" if link.note else ""
    if link.answer == "confirm":
        return [Fact(_l("Supplier"), text=_("confirmed by %(name)s", name=by) + note, tone="good")]
    return [Fact(_l("Supplier"), text=_("%(name)s says what differs", name=by) + note, tone="bad")]


def send(session: Any, statement: Any) -> str:
    """Ask the supplier of one."""
    (message,) = m.PayablesStatement.send(session, [statement])
    return _("It goes to %(to)s.", to=", ".join(message.to))


def _paid(session: Any, statement: Any) -> list[Fact]:
    if statement.state != "posted":
        return []
    left = left_to_pay(session, statement)
    if not left:
        return [Fact(_l("Paid"), text=_("Yes"), tone="good")]
    return [Fact(_l("Left to pay"), left, statement.currency_code)]


screens.list(
    "payables.statement.list",
    model="payables.statement",
    title=_l("Payable statements"),
    columns=[
        "number",
        "partner_id",
        "period_end",
        Column("state", choices=STATES),
        "reference",
        Column("total", _l("Ours")),
        Column("their_total", _l("Theirs")),
        Column("list_name", _l("Supplier's list"), shown=False),
    ],
    filters=[Filter("state", choices=STATES), "partner_id", "period_end", "run_id"],
    search=["number", "reference", "partner_id"],
    actions=[
        BulkAction(
            "send",
            _l("Ask the suppliers"),
            action=lambda session, statement: m.PayablesStatement.send(session, [statement]),
            permission=SEND,
            bulk=lambda statement: (statement.state == "draft") & (statement.list_name == ""),
        )
    ],
    order="-period_end",
    create=False,
    source=(_l("Payables runs"), "supplier_payables.runs_page"),
    empty=_l("Statements are made by a run: open Payables runs and start the first one."),
)
screens.form(
    "payables.statement.form",
    model="payables.statement",
    title=_l("Payable statement"),
    readonly=lambda statement: statement is not None and statement.state == "posted",
    create=False,
    head=("partner_id", "state"),
    nodes=[
        Facts("totals", read=facts_of),
        Section(
            "main",
            Field("number", readonly=True),
            Field("partner_id", readonly=True),
            Field("reference", _l("Supplier's invoice no.")),
            Field("period_start", readonly=True),
            Field("period_end", readonly=True),
            Field("currency_code", readonly=True),
            Field("state", choices=STATES, readonly=True),
            Field("bill_id", readonly=True),
            Field("credit_note_id", readonly=True),
        ),
        Button(
            "workbench",
            _l("Match"),
            action="supplier_payables.workbench",
            method="get",
            permission="supplier_payables.read",
            style="primary",
        ),
        Button(
            "send",
            _l("Ask the supplier"),
            action=send,
            permission=SEND,
            visible=lambda statement: statement.state == "draft" and not statement.list_name,
            confirm=_l("Mail this statement to the supplier to confirm?"),
        ),
        Button(
            "redo",
            _l("Do again"),
            action="supplier_payables.redo",
            permission="supplier_payables.run",
            visible=lambda statement: statement.state == "draft",
            style="danger",
            confirm=_l("Throw this statement away and make it anew?"),
        ),
    ],
)
screens.extend("partner.form").after(
    "trade",
    Section(
        "supplier_statements",
        Field("settlement", _l("Settlement"), choices=SETTLEMENTS, help=_l("When the supplier is settled.")),
        Field("settlement_cycle", _l("Settlement cycle"), choices=CYCLES),
        Field(
            "price_tolerance", _l("Price tolerance, %"), help=_l("A price that is higher by more needs two.")
        ),
        Field("quantity_tolerance", _l("Quantity tolerance, %"), help=_l("More than that needs two.")),
        Field(
            "rounding_tolerance",
            _l("Rounding tolerance"),
            help=_l("By so much the amount of a line may differ without a word."),
        ),
        title=_l("Supplier's statements"),
        visible=lambda partner: partner is None or partner.is_supplier,
    ),
)
