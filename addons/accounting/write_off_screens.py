"""Lists and forms of write-offs, and giving up many open items at once."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.accounting.document_forms import (
    STATES,
    is_posted,
    open_amount,
)
from addons.accounting.document_parts import post_button, reverse_button, traces
from addons.accounting.services.drafts import WriteOffDraft
from core import m
from core.clock import today
from core.i18n import _, _l, format_money
from core.screens import (
    BulkAction,
    Button,
    Column,
    Derived,
    Field,
    Filter,
    Narrowing,
    Screens,
    Section,
    Typed,
)

KINDS = {"small_difference": _l("Small difference"), "bad_debt": _l("Bad debt")}


def declare(screens: Screens) -> None:
    """Add them to the addon's screens."""
    _list(screens)
    _form(screens)
    screens.extend("company.form").after(
        "rate_age",
        Field(
            "write_off_limit",
            _l("Write off up to"),
            help=_l("Of one document, in the currency of the books; more takes a right of its own."),
        ),
    )
    screens.extend("accounting.open_item.form").after(
        "settle_oldest",
        Button(
            "write_off",
            _l("Write off…"),
            action="accounting.write_off",
            method="get",
            permission="accounting.post",
            visible=is_open,
        ),
    )


def bulk_actions() -> list[BulkAction]:
    """What the list of open items offers for many of them."""
    return [
        _bulk("small_difference", _l("Write off as small difference")),
        _bulk("bad_debt", _l("Write off as bad debt")),
    ]


def _bulk(kind: str, label: Any) -> BulkAction:
    return BulkAction(
        f"write_off_{kind}",
        label,
        action=lambda session, item: give_up(session, item, kind),
        permission="accounting.post",
        visible=is_open,
        bulk=lambda item: item.amount != item.allocated,
    )


def is_open(item: Any) -> bool:
    """Whether something of an item is left to be written off."""
    return bool(item.residual)


def give_up(session: Any, item: Any, kind: str) -> str:
    """Write off, as of today, all that is open of one item."""
    draft = WriteOffDraft(item.company_id, item.id, today(), reason=str(KINDS[kind]), kind=kind)
    m.AccountingWriteOff.post(session, m.AccountingWriteOff.create(session, [draft]))
    return _(
        "%(amount)s of %(number)s is written off.",
        amount=format_money(draft.amount or Decimal(0), draft.currency_code),
        number=item.number,
    )


def _list(screens: Screens) -> None:
    screens.list(
        "accounting.write_off.list",
        model="accounting.write_off",
        title=_l("Write-offs"),
        columns=[
            "number",
            Column("kind", choices=KINDS),
            "date",
            "partner_id",
            "open_item_id",
            "reason",
            Column("state", choices=STATES),
            "amount",
        ],
        filters=[Filter("kind", choices=KINDS), Filter("state", choices=STATES), "partner_id", "date"],
        search=["number", "reason", "partner_id"],
        group_by=["kind", "state", "partner_id", "date"],
        order="-date",
        empty=_l("What was given up of open items is listed here: cents that are missing, and bad debts."),
    )


def _form(screens: Screens) -> None:
    screens.form(
        "accounting.write_off.form",
        model="accounting.write_off",
        title=_l("Write-off"),
        readonly=is_posted,
        on_save=lambda session, one: m.AccountingWriteOff.complete(session, [one]),
        defaults=lambda session: {"date": today()},
        derive=derive,
        head=("partner_id", "state", "amount"),
        nodes=[
            Section(
                "main",
                Field("number", readonly=True),
                Field(
                    "open_item_id",
                    _l("Open item"),
                    choice_columns=("due_date", Column("open", value=open_amount)),
                    narrowed=Narrowing((), lambda item, _values: item.allocated != item.amount),
                ),
                Field("partner_id", readonly=True, derived=True),
                "date",
                Field("amount", help=_l("Left empty, all that is open.")),
                Field("currency_code", readonly=True, derived=True),
                Field("kind", choices=KINDS),
                Field("account_id", help=_l("Left empty, the account of its kind.")),
                "reason",
                Field("state", choices=STATES, readonly=True),
            ),
            *traces(),
            post_button(ask),
            reverse_button(_l("Open the item again as of today?")),
        ],
    )


def ask(one: Any) -> str:
    """What posting asks: how much, of what."""
    return _(
        "Write off %(amount)s of %(number)s of %(partner)s?",
        amount=format_money(one.amount, one.currency_code),
        number=one.open_item.number,
        partner=one.partner.name,
    )


def derive(session: Any, values: Typed, _lines: Mapping[str, Sequence[Typed]]) -> Derived:
    """An open item brings its partner and currency, and all that is open of it."""
    if "open_item_id" not in values.changed or not values.get("open_item_id"):
        return Derived({})
    item = m.AccountingOpenItem
    found = session.scalars(select(item).where(item.id == values["open_item_id"])).one_or_none()
    if found is None:
        return Derived({})
    return Derived(
        {
            "partner_id": found.partner_id,
            "currency_code": found.currency_code,
            "amount": abs(found.residual),
        }
    )
