"""Landed costs: what freight and duty cost, for which receipts, and what of it each of their lines takes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from addons.accounting.services.chart import books_of
from addons.purchasing.services import landed
from core import m
from core.clock import today
from core.errors import UserError
from core.i18n import _, _l, format_date, format_money
from core.screens import (
    Button,
    Column,
    Derived,
    Fact,
    Facts,
    Field,
    Filling,
    Filter,
    Grid,
    Mark,
    Narrowing,
    Part,
    Screens,
    Section,
)
from core.security.actor import actor_of

STATES = {"draft": _l("Draft"), "posted": _l("Posted"), "reversed": _l("Reversed")}
KINDS = {
    "freight": _l("Freight"),
    "duty": _l("Duty"),
    "insurance": _l("Insurance"),
    "handling": _l("Handling"),
    "other": _l("Other"),
}
SPREADS = {"value": _l("Value"), "weight": _l("Weight"), "quantity": _l("Quantity")}


def is_draft(cost: Any) -> bool:
    """Whether it may still be changed."""
    return bool(cost is None or cost.state == "draft")


def is_posted(cost: Any) -> bool:
    """Whether it stands in the books."""
    return bool(cost is not None and cost.state == "posted")


def can_bill(cost: Any) -> bool:
    """Whether something of it is accrued and not billed."""
    return is_posted(cost) and not all(line.billed for line in cost.lines)


def unbilled(cost: Any) -> Any:
    """The condition that something of a cost is accrued and not billed."""
    line = aliased(m.PurchasingLandedLine)
    return (cost.state == "posted") & cost.id.in_(select(line.landed_cost_id).where(~line.billed))


def defaults(session: Any) -> dict[str, Any]:
    """Of today, in the currency of the books."""
    books = books_of(session, actor_of(session).company_id or 0)
    return {"date": today(), "currency_code": books.currency}


def derive(session: Any, values: Any, lines: Any) -> Derived:
    """The total follows from the lines, and the currency from who bills."""
    rows = lines.get("lines", ())
    found: dict[str, Any] = {"total": sum(row.get("amount") or 0 for row in rows)}
    if "partner_id" in values.changed and values.get("partner_id"):
        partner = session.get(m.Partner, values["partner_id"])
        found["currency_code"] = partner.currency_code or partner.company.currency_code
    came = [row.get("transfer_id") for row in lines.get("receipts", ())]
    return Derived(found, {"lines": [{} for _row in rows]}, {"receipts": _told(session, came)})


def _told(session: Any, receipts: Sequence[int | None]) -> list[dict[str, Mark]]:
    """Beside the number of each receipt when it came, from whom, and by which delivery note."""
    rows = landed.heads_of(session, [key for key in receipts if key])
    words = {
        row.id: " · ".join(filter(None, (format_date(row.date), row.supplier, row.reference))) for row in rows
    }
    return [{"transfer_id": Mark(words[key], "note") if key in words else Mark()} for key in receipts]


def post(session: Any, cost: Any) -> str:
    """Post one from its form."""
    m.PurchasingLandedCost.post(session, [cost])
    return _("%(number)s is posted: the goods cost so much more.", number=cost.number)


def ask_to_post(cost: Any) -> str:
    """What posting asks."""
    return _(
        "Spread %(total)s of %(partner)s over the goods of %(count)s receipts? It can then only be reversed.",
        total=format_money(cost.total, cost.currency_code),
        partner=cost.partner.name,
        count=len(cost.receipts),
    )


def reverse(session: Any, cost: Any) -> str:
    """Take one back, today."""
    m.PurchasingLandedCost.reverse(session, [cost])
    return _("%(number)s is taken back.", number=cost.number)


def bill(session: Any, cost: Any) -> str:
    """Write the draft of the bill that clears one."""
    m.PurchasingLandedCost.bill(session, [cost], cost.reference)
    return _("The draft of its bill is written: compare it with the paper, and post it.")


def recent(session: Any, values: Any) -> list[dict[str, Any]]:
    """Receipts that no landed cost is for yet."""
    found = landed.without(session, actor_of(session).company_id or 0, values.get("date") or today())
    return [{"transfer_id": transfer} for transfer in found]


def shares(session: Any, cost: Any) -> dict[str, Any]:
    """What each received line takes; of a draft what it would take, or why it would not."""
    try:
        rows = landed.table_of(session, cost)
    except UserError as error:
        return {"problem": str(error), "rows": ()}
    return {
        "problem": "",
        "rows": rows,
        "names": SPREADS,
        "kinds": KINDS,
        "own": cost.company_currency,
        "is_draft": is_draft(cost),
    }


def facts(session: Any, cost: Any) -> list[Fact]:
    """What it comes to in the books, and which bills have cleared it."""
    found = [Fact(_l("In the books"), cost.value, cost.company_currency)]
    found += [
        Fact(_l("Bill"), text=row.number or _("Draft"), link=f"/m/accounting.bill.form/{row.id}")
        for row in landed.bills_of(session, cost.id)
    ]
    if cost.reversed_on:
        found.append(Fact(_l("Reversed"), text=_("Yes")))
    return found


def declare(screens: Screens) -> None:
    """The list and the form."""
    _list(screens)
    _form(screens)


def _list(screens: Screens) -> None:
    screens.list(
        "purchasing.landed_cost.list",
        model="purchasing.landed_cost",
        title=_l("Landed costs"),
        columns=[
            "number",
            "date",
            "partner_id",
            Column("reference", _l("Shipment")),
            Column("state", choices=STATES),
            "total",
            Column("value", _l("In the books"), shown=False),
            Column("currency_code", shown=False),
        ],
        filters=[
            Filter("state", choices=STATES),
            Filter("to_bill", _l("Accrued, not billed"), where=unbilled),
            "partner_id",
            "date",
        ],
        search=["number", "reference", "partner_id"],
        group_by=["state", "partner_id", "date"],
        order="-date",
        empty=_l("What freight, duty and insurance add to what received goods cost is listed here."),
    )


def _receipts(transfer: Any, _held: Any) -> Any:
    return (transfer.kind == "receipt") & (transfer.state == "done")


def _form(screens: Screens) -> None:
    screens.form(
        "purchasing.landed_cost.form",
        model="purchasing.landed_cost",
        title=_l("Landed cost"),
        readonly=lambda cost: not is_draft(cost),
        on_save=lambda session, cost: m.PurchasingLandedCost.complete(session, [cost]),
        defaults=defaults,
        derive=derive,
        head=("partner_id", "state", "total"),
        nodes=[
            Facts("became", read=facts, visible=lambda cost: not is_draft(cost)),
            _main(),
            _costs(),
            Grid(
                "receipts",
                model="purchasing.landed_receipt",
                title=_l("Receipts"),
                filled=("transfer_id",),
                marked=True,
                columns=[
                    Column(
                        "transfer_id",
                        _l("Receipt"),
                        choice_columns=("date", "partner_id", "reference"),
                        narrowed=Narrowing((), _receipts),
                    )
                ],
                filling=Filling(_l("Take recent receipts"), recent),
            ),
            Part(
                "shares",
                template="purchasing/shares.html",
                read=shares,
                visible=lambda cost: cost is not None and bool(cost.receipts and cost.lines),
            ),
            *_buttons(),
        ],
    )


def _main() -> Section:
    return Section(
        "main",
        Field("number", readonly=True),
        Field("partner_id", _l("Billed by"), help=_l("The forwarder, the customs, the insurer.")),
        Field("reference", _l("Shipment"), help=_l("The number by which its bill will call it.")),
        Field("date", help=_l("From this day on the goods cost more; not before they came.")),
        "currency_code",
        "exchange_rate",
        Field("total", readonly=True, derived=True),
        Field("state", choices=STATES, readonly=True),
        Field("note", multiline=True, wide=True),
    )


def _costs() -> Grid:
    return Grid(
        "lines",
        model="purchasing.landed_line",
        title=_l("Costs"),
        order="position",
        filled=("amount",),
        columns=[
            Column("kind", choices=KINDS),
            "description",
            "amount",
            Column("spread", _l("Spread by"), choices=SPREADS),
            Column("value", _l("In the books"), readonly=True, shown=False),
            Column("billed", _l("Billed"), readonly=True, shown=False),
        ],
    )


def _buttons() -> list[Button]:
    return [
        Button(
            "post",
            _l("Post"),
            action=post,
            permission="stock.revalue",
            visible=lambda cost: cost is not None and is_draft(cost),
            style="primary",
            confirm=ask_to_post,
            bulk=lambda cost: cost.state == "draft",
        ),
        Button(
            "bill",
            _l("Bill"),
            action=bill,
            permission="accounting.write_bills",
            visible=can_bill,
            bulk=lambda cost: cost.state == "posted",
        ),
        Button(
            "reverse",
            _l("Reverse"),
            action=reverse,
            permission="stock.revalue",
            style="danger",
            visible=lambda cost: is_posted(cost) and not any(line.billed for line in cost.lines),
            confirm=_l("Take this cost off the goods again, wherever they are?"),
        ),
    ]
