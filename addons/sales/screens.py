"""Lists and forms of sales."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from addons.sales import line_screens, rule_screens
from addons.sales import order_forms as forms
from addons.stock.services.orders.running import is_running
from core import m
from core.clock import today
from core.i18n import _l
from core.screens import Button, Column, Facts, Field, Filter, Grid, Part, Screens, Section

screens = Screens()
line_screens.declare(screens)
rule_screens.declare(screens)


def _lines(order: Any, condition: Any) -> Any:
    """The condition that a running order has such a line; of one that is done nothing is left to do."""
    line, own = aliased(m.SalesOrderLine), aliased(m.SalesOrder)
    # With an order of its own: asked of the one outside, the lines would be read anew for each order.
    of_one = select(func.bool_or(condition(line, own)).label("so")).where(line.order_id == own.id).lateral()
    # Order by order: few are running, and a join would read the lines of all.
    return order.id.in_(select(own.id).join(of_one, of_one.c.so).where(is_running(own)))


def is_late(line: Any, order: Any) -> Any:
    """The condition that something of a line of a running order should have gone by now."""
    promised = func.coalesce(line.promised, order.promised, order.date)
    return (line.quantity - line.cancelled > line.delivered) & (promised < today())


def late(order: Any) -> Any:
    """The condition that something of an order should have gone by now."""
    return _lines(order, is_late)


def short(order: Any) -> Any:
    """The condition that something of an order is planned to go and not reserved."""
    line, move = aliased(m.SalesOrderLine), aliased(m.StockMove)
    lacking = select(line.order_id).join(move, move.order_line_id == line.id).where(move.state == "planned")
    # Said once more, since by it PostgreSQL knows that few of the planned moves are of sales.
    return order.id.in_(lacking.where(move.order_line_id.is_not(None)))


def to_invoice(order: Any) -> Any:
    """The condition that what has moved of an order is not what is invoiced of it."""
    return _lines(order, is_uninvoiced)


def is_uninvoiced(line: Any, _order: Any) -> Any:
    """The condition that what has moved of a line is not what is invoiced of it."""
    return line.delivered - line.returned != line.invoiced - line.credited


PART_COLUMNS = ("mpn", "maker_id", "description")
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
    Column("salesperson_id", _l("Salesperson"), shown=False),
    Column("invoicing", _l("Invoicing"), choices=forms.INVOICING, shown=False),
]

screens.list(
    "sales.quotation.list",
    model="sales.order",
    title=_l("Quotations"),
    columns=[
        "number",
        "date",
        "partner_id",
        Column("reference", _l("Their order no.")),
        Column("valid_until", _l("Valid until")),
        "net",
        "total",
        Column("hold", _l("Held"), shown=False),
        Column("currency_code", shown=False),
        Column("salesperson_id", _l("Salesperson"), shown=False),
    ],
    filters=[
        Filter("held", _l("Held"), where=lambda order: order.hold != ""),
        "partner_id",
        "salesperson_id",
        "date",
        "valid_until",
    ],
    search=["number", "reference", "partner_id"],
    group_by=["partner_id", "date"],
    order="-date",
    where=lambda order: order.state == "quotation",
    empty=_l("What customers were offered and have not ordered yet is listed here."),
)
screens.list(
    "sales.order.list",
    model="sales.order",
    title=_l("Orders"),
    columns=[*ORDER_COLUMNS],
    filters=[
        Filter("late", _l("Late"), where=late),
        Filter("short", _l("Short"), where=short),
        Filter("to_invoice", _l("To invoice or credit"), where=to_invoice),
        Filter("state", choices=forms.STATES),
        "partner_id",
        "salesperson_id",
        "date",
        "promised",
    ],
    search=["number", "reference", "partner_id"],
    group_by=["state", "partner_id", "date"],
    order="-date",
    where=lambda order: order.state != "quotation",
    create=False,
    source=(_l("Quotations"), "sales.quotation.list"),
    empty=_l("A quotation that is confirmed becomes an order."),
)
screens.list(
    "sales.hold.list",
    model="sales.order",
    title=_l("Held orders"),
    columns=["number", "date", "partner_id", Column("hold", _l("Held")), "total"],
    filters=["partner_id", "salesperson_id", "date"],
    search=["number", "reference", "partner_id"],
    order="date",
    where=lambda order: order.hold != "",
    create=False,
    source=(_l("Quotations"), "sales.quotation.list"),
    empty=_l("Orders that wait for somebody who may release them stand here."),
)


screens.form(
    "sales.order.form",
    model="sales.order",
    title=_l("Order"),
    new_title=_l("Quotation"),
    readonly=lambda order: not forms.is_quotation(order),
    on_change=forms.save,
    defaults=forms.defaults,
    derive=forms.derive,
    head=("partner_id", "state", "total"),
    nodes=[
        Facts("progress", read=forms.facts, visible=lambda o: forms.is_ordered(o) or forms.is_held(o)),
        Section(
            "main",
            Field("number", readonly=True),
            "partner_id",
            Field("reference", _l("Their order no.")),
            "date",
            Field("valid_until", _l("Valid until")),
            Field("promised", _l("Promised"), help=_l("For lines that name no day of their own.")),
            "currency_code",
            Field("invoicing", _l("Invoicing"), choices=forms.INVOICING),
            Field("salesperson_id", _l("Salesperson")),
            Field("state", choices=forms.STATES, readonly=True),
        ),
        Section(
            "held",
            Field("hold", _l("Held"), readonly=True, wide=True),
            Field(
                "release_reason",
                _l("Released because"),
                wide=True,
                stays_open=forms.is_held,
                help=_l("Save the reason; then it can be released."),
            ),
            Field("released_by_id", _l("Released by"), readonly=True),
            title=_l("Hold"),
            visible=lambda o: o is not None and bool(o.hold or o.release_reason),
        ),
        Grid(
            "lines",
            model="sales.order_line",
            title=_l("Lines"),
            order="position",
            filled=("product_id", "description"),
            marked=True,
            columns=[
                Column("product_id", choice_columns=PART_COLUMNS),
                "description",
                Column("partner_number", _l("Their part no."), shown=False),
                "quantity",
                "unit_price",
                Column("price_origin", _l("Price from"), readonly=True, told=True),
                Column("discount", _l("Discount %")),
                Column("tax_id", _l("Tax rate")),
                Column("promised", _l("Promised")),
                Column("net", readonly=True),
                Column("availability", _l("Stock"), readonly=True),
            ],
        ),
        Section(
            "totals",
            Field("net", readonly=True, derived=True),
            Field("tax", readonly=True, derived=True),
            Field("total", readonly=True, derived=True),
            title=_l("Totals"),
        ),
        Part("became", template="sales/progress.html", read=forms.progress_part, visible=forms.is_ordered),
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
            permission="sales.confirm",
            visible=lambda o: forms.is_quotation(o) and not o.hold,
            style="primary",
            confirm=forms.ask_to_confirm,
            bulk=lambda order: (order.state == "quotation") & (order.hold == ""),
        ),
        Button(
            "release_hold",
            _l("Release"),
            action=forms.release,
            permission="sales.release",
            visible=lambda o: bool(o.hold and o.release_reason),
            style="primary",
        ),
        Button(
            "deliver",
            _l("Deliver"),
            action=forms.deliver,
            permission="sales.deliver",
            visible=forms.can_deliver,
            style="primary",
            bulk=lambda order: order.state == "confirmed",
        ),
        Button(
            "invoice",
            _l("Invoice"),
            action=forms.invoice,
            permission="sales.invoice",
            visible=forms.can_invoice,
            bulk=lambda order: order.state == "confirmed",
        ),
        Button(
            "reserve",
            _l("Reserve"),
            action=forms.reserve,
            permission="sales.confirm",
            visible=lambda o: forms.has_rest(o) and not o.hold,
            bulk=lambda order: order.state == "confirmed",
        ),
        Button(
            "return_goods",
            _l("Return…"),
            action="sales.return_goods",
            method="get",
            permission="sales.deliver",
            visible=forms.can_return,
        ),
        Button(
            "credit",
            _l("Credit"),
            action=forms.credit,
            permission="sales.invoice",
            visible=forms.can_credit,
        ),
        Button(
            "cancel_rest",
            _l("Cancel rest"),
            action=forms.cancel_rest,
            permission="sales.confirm",
            visible=forms.has_rest,
            style="danger",
            confirm=_l("Give up what is still to be delivered?"),
        ),
        Button(
            "cancel",
            _l("Cancel"),
            action=forms.cancel,
            permission="sales.write",
            visible=forms.can_cancel,
            style="danger",
            confirm=_l("Give this order up?"),
        ),
        Button(
            "reopen",
            _l("Reopen"),
            action=forms.reopen,
            permission="sales.write",
            visible=lambda o: o.state == "cancelled",
        ),
    ],
)
screens.extend("partner.form").after(
    "trade",
    Section(
        "orders",
        Field("invoicing", _l("Invoicing"), choices=forms.INVOICING),
        Field("credit_limit", _l("Credit limit")),
        title=_l("Orders"),
        visible=lambda partner: partner is None or partner.is_customer,
    ),
)
screens.extend("partner.form").before(
    "main", Facts("order_facts", read=forms.facts_of_partner, visible=lambda partner: partner is not None)
)
screens.extend("company.form").after(
    "currency_code",
    Field("hold_overdue_days", _l("Hold orders when overdue for, days")),
    Field("margin_floor", _l("Least margin"), help=_l("0.08 is 8 %; what earns less is held.")),
)
screens.extend("accounting.invoice.form").before(
    "main", Facts("orders", read=forms.facts_of_invoice, visible=lambda invoice: invoice is not None)
)
screens.extend("stock.transfer.form").before(
    "main", Facts("orders", read=forms.facts_of_transfer, visible=lambda transfer: transfer is not None)
)
