"""Lists and forms of purchasing."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from addons.purchasing import inquiry_screens, landing_screens, line_screens, program_acts, terms_screens
from addons.purchasing import order_forms as forms
from addons.purchasing.services import pricing
from addons.stock.screens import moves_something
from addons.stock.services.orders.running import is_running
from core import m
from core.db import db
from core.i18n import _l
from core.screens import Button, Column, Facts, Field, Filter, Grid, Part, Screens, Section

screens = Screens()
inquiry_screens.declare(screens)
landing_screens.declare(screens)
line_screens.declare(screens)
terms_screens.declare(screens)


def _lines(order: Any, condition: Any) -> Any:
    """The condition that an order has such a line."""
    line = aliased(m.PurchasingOrderLine)
    return order.id.in_(select(line.order_id).where(condition(line)))


def late(order: Any) -> Any:
    """The condition that something of an order should have come by now."""
    return is_running(order) & _lines(order, line_screens.is_late)


def to_receive(order: Any) -> Any:
    """The condition that something of an order is still to come."""
    return (order.state == "confirmed") & _lines(order, line_screens.is_open)


def unbilled(order: Any) -> Any:
    """The condition that what has come of an order is not what is billed of it."""
    return _lines(order, line_screens.is_unbilled)


ORDER_COLUMNS: list[Column | str] = [
    "number",
    "date",
    "partner_id",
    Column("reference", _l("Their order no.")),
    Column("promised", _l("Promised")),
    Column("state", choices=forms.STATES),
    "net",
    "total",
    Column("currency_code", shown=False),
    Column("buyer_id", _l("Buyer"), shown=False),
]

screens.list(
    "purchasing.request.list",
    model="purchasing.order",
    title=_l("Requests"),
    columns=[
        "number",
        "date",
        "partner_id",
        Column("reference", _l("Their offer no.")),
        Column("valid_until", _l("Valid until")),
        Column("inquiry_id", _l("Inquiry")),
        "net",
        "total",
        Column("hold", _l("Held"), shown=False),
        Column("currency_code", shown=False),
        Column("buyer_id", _l("Buyer"), shown=False),
    ],
    filters=[
        Filter("held", _l("Held"), where=lambda order: order.hold != ""),
        "partner_id",
        "inquiry_id",
        "buyer_id",
        "date",
        "valid_until",
    ],
    search=["number", "reference", "partner_id"],
    group_by=["partner_id", "inquiry_id", "date"],
    order="-date",
    where=lambda order: order.state == "request",
    empty=_l("What suppliers were asked for and was not ordered yet is listed here."),
)
screens.list(
    "purchasing.order.list",
    model="purchasing.order",
    title=_l("Purchase orders"),
    columns=[*ORDER_COLUMNS],
    filters=[
        Filter("late", _l("Late"), where=late),
        Filter("to_receive", _l("To receive"), where=to_receive),
        Filter("to_bill", _l("Received, not billed"), where=unbilled),
        Filter("state", choices=forms.STATES),
        "partner_id",
        "buyer_id",
        "date",
        "promised",
    ],
    search=["number", "reference", "partner_id"],
    group_by=["state", "partner_id", "date"],
    order="-date",
    where=lambda order: order.state != "request",
    create=False,
    source=(_l("Requests"), "purchasing.request.list"),
    empty=_l("A request that is confirmed becomes an order."),
)
screens.list(
    "purchasing.approval.list",
    model="purchasing.order",
    title=_l("Orders to approve"),
    columns=["number", "date", "partner_id", Column("hold", _l("Held")), "total"],
    filters=["partner_id", "buyer_id", "date"],
    search=["number", "reference", "partner_id"],
    order="date",
    where=lambda order: order.hold != "",
    create=False,
    source=(_l("Requests"), "purchasing.request.list"),
    empty=_l("Orders that wait for somebody who may approve them stand here."),
)
screens.list(
    "purchasing.inspection.list",
    model="stock.transfer",
    title=_l("Inspections"),
    columns=["number", "planned", "partner_id", "reference", Column("to_id", _l("To"))],
    filters=["partner_id", "planned"],
    search=["number", "reference", "partner_id"],
    order="planned",
    where=lambda transfer: transfer.inspection == "waiting",
    create=False,
    source=(_l("Purchase orders"), "purchasing.order.list"),
    empty=_l("Goods that have come and wait for somebody who looks at them stand here."),
)
screens.form(
    "purchasing.order.form",
    model="purchasing.order",
    title=_l("Purchase order"),
    readonly=lambda order: not forms.is_request(order),
    on_change=forms.save,
    defaults=forms.defaults,
    derive=forms.derive,
    head=("partner_id", "state", "total"),
    nodes=[
        Facts("progress", read=forms.facts, visible=lambda o: o is not None),
        Section(
            "main",
            Field("number", readonly=True),
            "partner_id",
            Field("reference", _l("Their order no.")),
            "date",
            Field("valid_until", _l("Valid until")),
            Field("promised", _l("Promised"), help=_l("For lines that name no day of their own.")),
            "currency_code",
            Field("buyer_id", _l("Buyer")),
            Field("state", choices=forms.STATES, readonly=True),
        ),
        Section(
            "held",
            Field("hold", _l("Held"), readonly=True, wide=True),
            Field(
                "approval_reason",
                _l("Approved because"),
                wide=True,
                stays_open=forms.is_held,
                help=_l("Save the reason; then it can be approved."),
            ),
            Field("approved_by_id", _l("Approved by"), readonly=True),
            title=_l("Approval"),
            visible=lambda o: o is not None and bool(o.hold or o.approval_reason),
        ),
        Grid(
            "lines",
            model="purchasing.order_line",
            title=_l("Lines"),
            order="position",
            filled=("product_id", "description"),
            marked=True,
            columns=[
                Column("product_id", choice_columns=("mpn", "maker_id", "description")),
                "description",
                "quantity",
                "unit_price",
                Column("net", readonly=True),
                Column("promised", _l("Promised")),
                Column("price_origin", _l("Price from"), readonly=True, told=True),
                Column("discount", _l("Discount %")),
                Column("partner_number", _l("Their part no."), shown=False),
                Column("tax_id", _l("Tax rate"), shown=False),
                Column("note", shown=False),
            ],
        ),
        Section(
            "totals",
            Field("net", readonly=True, derived=True),
            Field("tax", readonly=True, derived=True),
            Field("total", readonly=True, derived=True),
            title=_l("Totals"),
        ),
        Part(
            "became",
            template="purchasing/progress.html",
            read=forms.progress_part,
            visible=forms.is_ordered,
        ),
        Section(
            "further",
            Field("delivery_address", _l("Delivery address"), multiline=True),
            Field("note", multiline=True),
            title=_l("Delivery and note"),
        ),
        Button(
            "confirm",
            _l("Confirm"),
            action=forms.confirm,
            permission="purchasing.confirm",
            visible=forms.can_confirm,
            style="primary",
            confirm=forms.ask_to_confirm,
            bulk=lambda order: (order.state == "request") & (order.hold == ""),
        ),
        Button(
            "approve",
            _l("Approve"),
            action=forms.approve,
            permission="purchasing.approve",
            visible=lambda o: bool(o.hold and o.approval_reason),
            style="primary",
        ),
        Button(
            "receive",
            _l("Receive all"),
            action=forms.receive,
            permission="purchasing.receive",
            visible=forms.can_receive,
            confirm=_l("Has everything come that is still open? Parts and lots are received line by line."),
            bulk=lambda order: order.state == "confirmed",
        ),
        *program_acts.ACTS,
        Button(
            "bill",
            _l("Bill"),
            action=forms.bill,
            permission="accounting.write_bills",
            visible=forms.can_bill,
            bulk=lambda order: order.state == "confirmed",
        ),
        Button(
            "return_goods",
            _l("Return…"),
            action="purchasing.return_goods",
            method="get",
            permission="purchasing.receive",
            visible=forms.can_return,
        ),
        Button(
            "cancel_rest",
            _l("Cancel rest"),
            action=forms.cancel_rest,
            permission="purchasing.confirm",
            visible=forms.has_rest,
            style="danger",
            confirm=_l("Give up what is still to come?"),
        ),
        Button(
            "cancel",
            _l("Cancel"),
            action=forms.cancel,
            permission="purchasing.write",
            visible=forms.can_cancel,
            style="danger",
            confirm=_l("Give this order up?"),
        ),
        Button(
            "reopen",
            _l("Reopen"),
            action=forms.reopen,
            permission="purchasing.write",
            visible=lambda o: o.state == "cancelled",
        ),
    ],
)
screens.extend("partner.form").after(
    "trade",
    Section(
        "purchasing",
        Field("receipt_tolerance", _l("May bring more, %"), help=_l("Of the ordered quantity.")),
        Field("inspected", _l("Goods are inspected")),
        title=_l("Purchasing"),
        visible=lambda partner: partner is None or partner.is_supplier,
    ),
)
screens.extend("partner.form").before(
    "main",
    Facts("purchasing_facts", read=forms.facts_of_partner, visible=lambda partner: partner is not None),
)
screens.extend("product.form").after(
    "order_multiple",
    Field("min_stock", _l("Minimum stock"), help=_l("Below it the part is to be ordered.")),
    Field("inspected", _l("Goods are inspected")),
)
screens.extend("company.form").after(
    "currency_code",
    Field("approval_limit", _l("Purchase orders need an approval over")),
)
screens.extend("stock.transfer.form").before(
    "main", Facts("purchasing", read=forms.facts_of_transfer, visible=lambda transfer: transfer is not None)
).before(
    "do",
    Button(
        "inspect",
        _l("Inspect…"),
        action="purchasing.inspect",
        method="get",
        permission="purchasing.receive",
        visible=lambda transfer: transfer.inspection == "waiting",
        style="primary",
    ),
).set(
    "do",
    visible=lambda transfer: moves_something(transfer) and not pricing.is_unseen(db.session, transfer.id),
    bulk=lambda transfer: (transfer.state == "draft") & (transfer.inspection != "waiting"),
)
screens.extend("accounting.bill.form").before(
    "main", Facts("purchase_orders", read=forms.facts_of_bill, visible=lambda bill: bill is not None)
)
screens.extend("accounting.bill.form").before(
    "lines",
    Part(
        "compared",
        template="purchasing/compared.html",
        read=forms.compared,
        visible=lambda bill: bill is not None and bill.state == "draft",
    ),
)
screens.extend("stock.move.form").after(
    "unit_cost",
    Field("document_price", _l("Price agreed")),
    Field("document_currency_code", _l("Currency of the price")),
    Field("document_rate", _l("Rate of the receipt")),
)
