"""The page on which a credit is settled by hand."""

from datetime import date
from decimal import Decimal
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from sqlalchemy import select

from addons.accounting.services.allocation import Pair, items_by_id, oldest_first
from core import m
from core.clock import today
from core.db import db
from core.errors import UserError
from core.i18n import _, locale_code
from core.screens.fields import number_text
from core.screens.numbers import NotANumberError, parse_decimal
from core.security.rights import requires

bp = Blueprint("accounting", __name__)


@bp.get("/settle/<int:open_item_id>")
@requires("accounting.post")
def settle(open_item_id: int) -> str:
    """The partner's open debits, each with what the credit settles of it by rule."""
    credit = _credit(open_item_id)
    proposed = {
        pair.debit_id: pair.amount
        for pair in oldest_first(db.session, items_by_id(db.session, [open_item_id]))
    }
    db.session.rollback()  # looking locks nothing
    typed = {key: number_text(amount, locale_code(), 2, 2) for key, amount in proposed.items()}
    return _page(_credit(credit.id), typed)


def _page(credit: Any, typed: dict[int, str], problem: str = "") -> str:
    item = m.AccountingOpenItem
    query = select(item).where(item.partner_id == credit.partner_id, item.company_id == credit.company_id)
    query = query.where(item.side == credit.side, item.currency_code == credit.currency_code, item.amount > 0)
    debits = db.session.scalars(query.where(item.allocated < item.amount).order_by(item.due_date, item.id))
    return render_template(
        "accounting/settle.html",
        credit=credit,
        debits=debits.all(),
        typed=typed,
        problem=problem,
        day=today(),
    )


@bp.post("/settle/<int:open_item_id>")
@requires("accounting.post")
def settle_now(open_item_id: int) -> Response | tuple[str, int]:
    """Settle the debits with the amounts that were typed; none of them where one is wrong."""
    credit = _credit(open_item_id)
    typed = {
        int(key.removeprefix("amount-")): value.strip()
        for key, value in request.form.items()
        if key.startswith("amount-") and key.removeprefix("amount-").isdecimal() and value.strip()
    }
    try:
        pairs = [Pair(key, credit.id, _amount(value)) for key, value in typed.items()]
        if not pairs:
            raise UserError(_("Give an amount beside at least one document."))
        m.AccountingAllocation.settle(db.session, pairs, _day())
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _page(_credit(open_item_id), typed, str(error)), 422
    flash(_("%(count)s documents are settled with it.", count=len(pairs)), "success")
    return cast(Response, redirect(f"/m/accounting.open_item.form/{open_item_id}", 303))


def _amount(text: str) -> Decimal:
    try:
        return parse_decimal(text, locale_code(), 2)
    except NotANumberError as error:
        raise UserError(f"{text}: {error}") from error


def _day() -> date:
    try:
        return date.fromisoformat(request.form.get("date", ""))
    except ValueError:
        return today()


def _credit(item_id: int) -> Any:
    item = m.AccountingOpenItem
    found = db.session.scalars(select(item).where(item.id == item_id, item.amount < 0)).one_or_none()
    return found if found is not None else abort(404)
