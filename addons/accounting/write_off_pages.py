"""The page on which an open item is written off: how much, why, to which account."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from sqlalchemy import select

from addons.accounting.services.drafts import WriteOffDraft
from addons.accounting.services.writing_off import KINDS
from addons.accounting.write_off_screens import KINDS as WORDS
from core import m
from core.clock import today
from core.db import db, decimals_of
from core.errors import UserError
from core.i18n import _, locale_code
from core.screens.fields import number_text
from core.screens.refusals import shown
from core.screens.typed import typed_amount, typed_day
from core.security.rights import current_actor, requires


def add_to(bp: Blueprint) -> None:
    """Serve the two views below the addon's addresses."""
    bp.get("/write-off/<int:open_item_id>")(write_off)
    bp.post("/write-off/<int:open_item_id>")(write_off_now)


@dataclass(frozen=True)
class Typed:
    """What stands in the fields, as it was typed."""

    amount: str
    kind: str
    reason: str
    account: str
    date: str


@requires("accounting.post")
def write_off(open_item_id: int) -> str:
    """What is open of the item, all of which is proposed."""
    item = _item(open_item_id)
    digits = decimals_of(item.currency_code)
    amount = number_text(abs(item.residual), locale_code(), digits, digits)
    return _page(item, Typed(amount, KINDS[0], "", "", today().isoformat()))


@requires("accounting.post")
def write_off_now(open_item_id: int) -> Response | tuple[str, int]:
    """Write off what was typed; where that is refused, nothing typed is lost."""
    item = _item(open_item_id)
    given = request.form
    names = ("amount", "kind", "reason", "account", "date")
    typed = Typed(*(given.get(name, "").strip() for name in names))
    try:
        (made,) = m.AccountingWriteOff.create(db.session, [_draft(item, typed)])
        m.AccountingWriteOff.post(db.session, [made])
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _page(_item(open_item_id), typed, shown(error)), 422
    flash(_("%(number)s is posted.", number=db.session.get_one(m.AccountingWriteOff, made).number), "success")
    return cast(Response, redirect(f"/m/accounting.write_off.form/{made}", 303))


def _page(item: Any, typed: Typed, problem: str = "") -> str:
    return render_template(
        "accounting/write_off.html",
        item=item,
        typed=typed,
        problem=problem,
        kinds=WORDS,
        accounts=_accounts() if current_actor().may("accounting.read_ledger") else (),
    )


def _accounts() -> Any:
    account = m.AccountingAccount
    query = select(account).where(account.active, account.kind.in_(("income", "expense")))
    own = account.company_id == current_actor().company_id
    return db.session.scalars(query.where(own).order_by(account.code)).all()


def _draft(item: Any, typed: Typed) -> WriteOffDraft:
    if typed.kind not in KINDS:
        raise UserError(_("Choose what kind of write-off it is."))
    return WriteOffDraft(
        company_id=item.company_id,
        open_item_id=item.id,
        date=typed_day(typed.date),
        reason=typed.reason,
        kind=typed.kind,
        amount=_amount(typed.amount, item.currency_code),
        account_id=_account(typed.account),
    )


def _amount(text: str, currency: str) -> Decimal:
    amount = typed_amount(text, currency)
    if amount <= 0:
        raise UserError(_("Give an amount above zero."))
    return amount


def _account(code: str) -> int | None:
    if not code:
        return None
    found = next((account.id for account in _accounts() if account.code == code), None)
    if found is None:
        raise UserError(_("There is no such account: choose one of the list."))
    return int(found)


def _item(item_id: int) -> Any:
    item = m.AccountingOpenItem
    found = db.session.scalars(select(item).where(item.id == item_id)).one_or_none()
    return found if found is not None else abort(404)
