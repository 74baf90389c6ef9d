"""Pages of accounting: an item settled by hand; what was open on a day, by age; bills from files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from sqlalchemy import select

from addons.accounting import ledger_pages, write_off_pages
from addons.accounting.dashboards import age_labels
from addons.accounting.document_forms import DOCUMENTS
from addons.accounting.program_acts import supplier_of
from addons.accounting.services import ageing
from addons.accounting.services.allocation import Pair, items_by_id, oldest_first
from addons.accounting.services.chart import books_of
from addons.accounting.services.crediting import creditable_lines
from addons.accounting.services.listed import Said
from core import m
from core.clock import today
from core.db import db, decimals_of
from core.errors import UserError
from core.i18n import _, format_money, format_number, locale_code
from core.screens.codes import offered
from core.screens.fields import number_text
from core.screens.quantities import QuantityLine, QuantityPage, parse_quantities, typed_quantities
from core.screens.refusals import shown
from core.screens.typed import typed_amount, typed_day, typed_rows
from core.security.actor import actor_of
from core.security.incoming import takes_files
from core.security.rights import current_actor, requires

bp = Blueprint("accounting", __name__)
write_off_pages.add_to(bp)
ledger_pages.add_to(bp)


@bp.get("/settle/<int:open_item_id>")
@requires("accounting.post")
def settle(open_item_id: int) -> str:
    """What is open on the other hand of an item's account, each with what the item settles of it by rule."""
    item = _item(open_item_id)
    pairs = oldest_first(db.session, items_by_id(db.session, [item.id]))
    db.session.rollback()  # looking locks nothing
    item = _item(open_item_id)
    amounts = {pair.debit_id if item.amount < 0 else pair.credit_id: pair.amount for pair in pairs}
    digits = decimals_of(item.currency_code)
    typed = {key: number_text(amount, locale_code(), digits, digits) for key, amount in amounts.items()}
    return _page(item, typed, today().isoformat())


def _page(used: Any, typed: dict[int, str], day: str, problem: str = "") -> str:
    item = m.AccountingOpenItem
    query = select(item).where(item.partner_id == used.partner_id, item.company_id == used.company_id)
    query = query.where(item.side == used.side, item.currency_code == used.currency_code)
    query = query.where(item.amount > 0 if used.amount < 0 else item.amount < 0)
    others = db.session.scalars(query.where(item.allocated != item.amount).order_by(item.due_date, item.id))
    return render_template(
        "accounting/settle.html",
        item=used,
        others=others.all(),
        typed=typed,
        problem=problem,
        day=day,
    )


@bp.post("/settle/<int:open_item_id>")
@requires("accounting.post")
def settle_now(open_item_id: int) -> Response | tuple[str, int]:
    """Settle with the amounts that were typed; nothing where one is wrong."""
    used = _item(open_item_id)
    typed, day = typed_rows(request.form, "amount-"), request.form.get("date", "")
    try:
        pairs = [_pair(used, key, typed_amount(text, used.currency_code)) for key, text in typed.items()]
        if not pairs:
            raise UserError(_("Give an amount beside at least one document."))
        m.AccountingAllocation.settle(db.session, pairs, typed_day(day))
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _page(_item(open_item_id), typed, day, str(error)), 422
    flash(_("%(count)s documents are settled with it.", count=len(pairs)), "success")
    return cast(Response, redirect(f"/m/accounting.open_item.form/{open_item_id}", 303))


def _pair(used: Any, other_id: int, amount: Decimal) -> Pair:
    return Pair(other_id, used.id, amount) if used.amount < 0 else Pair(used.id, other_id, amount)


def _item(item_id: int) -> Any:
    item = m.AccountingOpenItem
    found = db.session.scalars(select(item).where(item.id == item_id)).one_or_none()
    return found if found is not None else abort(404)


@bp.get("/credit/<int:invoice_id>")
@requires("accounting.post")
def credit_lines(invoice_id: int) -> str:
    """The lines of an invoice, with how much of each can be credited."""
    return _credit_page(_invoice(invoice_id)).show({})


@bp.post("/credit/<int:invoice_id>")
@requires("accounting.post")
def credit_lines_now(invoice_id: int) -> Response | tuple[str, int]:
    """Credit what was typed, by a credit note of today."""
    page, typed = _credit_page(_invoice(invoice_id)), typed_quantities()
    try:
        wanted = parse_quantities(typed, page.lines)
        note = m.AccountingInvoice.credit_lines(db.session, invoice_id, wanted, today())
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _credit_page(_invoice(invoice_id)).show(typed, str(error)), 422
    flash(_("%(number)s is posted.", number=db.session.get_one(m.AccountingInvoice, note).number), "success")
    return cast(Response, redirect(f"/m/accounting.invoice.form/{note}", 303))


def _invoice(invoice_id: int) -> Any:
    invoice = m.AccountingInvoice
    posted = (invoice.state == "posted") & (invoice.kind == "invoice")
    found = db.session.scalars(select(invoice).where(invoice.id == invoice_id, posted)).one_or_none()
    return found if found is not None else abort(404)


def _credit_page(invoice: Any) -> QuantityPage:
    currency = invoice.currency_code
    lines = [
        QuantityLine(
            line.id,
            (
                str(line.position),
                line.part,
                line.description,
                format_number(line.quantity),
                format_money(line.net, currency),
            ),
            line.creditable,
            numbers=(3, 4),
        )
        for line in creditable_lines(db.session, invoice.id)
    ]
    return QuantityPage(
        title=_("Credit lines of %(number)s", number=invoice.number),
        record=invoice.number,
        url=f"/m/accounting.invoice.form/{invoice.id}",
        columns=(_("No."), _("Part"), _("Description"), _("Quantity"), _("Net")),
        most=_("Not credited"),
        wanted=_("Credit"),
        act=_("Post credit note"),
        lines=() if invoice.reversed_by is not None else lines,
        empty=_("Everything of this invoice is credited."),
        note=_("The goods stay where they are: credit what came back from its order."),
    )


@bp.get("/aged-receivables")
@requires("accounting.read_ledger")
def aged_receivables() -> str:
    """What customers owed at the end of a day."""
    return _aged("receivable")


@bp.get("/aged-payables")
@requires("accounting.read_ledger")
def aged_payables() -> str:
    """What suppliers were owed at the end of a day."""
    return _aged("payable")


def _aged(side: str) -> str:
    company_id = actor_of(db.session).company_id or 0
    day, partner = _asked_day(), _asked_partner()
    rows = ageing.aged(db.session, company_id, side, day)
    found = ageing.documents(db.session, company_id, side, day, partner.id) if partner is not None else ()
    return render_template(
        "accounting/aged.html",
        side=side,
        day=day,
        rows=rows,
        sums=ageing.sums(rows),
        labels=[*age_labels(), _("Not applied")],
        value=sum((row.value for row in rows), Decimal(0)),
        balance=ageing.balance(db.session, company_id, side, day),
        own=books_of(db.session, company_id).currency,
        partner=partner,
        documents=found,
        names=DOCUMENTS,
    )


def _asked_day() -> date:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today()


def _asked_partner() -> Any:
    key = request.args.get("partner", "")
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0
    return db.session.get(m.Partner, number) if number else None


@dataclass(frozen=True)
class Filed:
    """What became of one file: the drafts of its bills, or why there are none."""

    name: str
    bills: Sequence[Any] = ()
    problem: str = ""


@bp.get("/bill-files")
@requires("accounting.write_bills")
def bill_files() -> str:
    """Where electronic invoices and lists of suppliers are brought."""
    return _file_page((), {})


def _file_page(results: Sequence[Filed], typed: Mapping[str, str]) -> str:
    suppliers = offered(db.session, m.Partner, m.Partner.is_supplier)
    return render_template("accounting/bill_file.html", results=results, typed=typed, suppliers=suppliers)


@bp.post("/bill-files")
@requires("accounting.write_bills")
@takes_files
def take_bill_files() -> Response | str | tuple[str, int]:
    """Write drafts of each file, each by itself; go to the draft where it is one."""
    sent = [file for file in request.files.getlist("file") if file.filename]
    typed = {name: request.form.get(name, "").strip() for name in ("supplier", "number", "date")}
    results = [_filed(file.filename or "", file.read(), typed) for file in sent]
    if len(results) == 1 and len(results[0].bills) == 1:
        return cast(Response, redirect(f"/m/accounting.bill.form/{results[0].bills[0].id}", 303))
    page = _file_page(results, typed)
    return page if any(result.bills for result in results) else (page, 422)


def _filed(name: str, content: bytes, typed: Mapping[str, str]) -> Filed:
    company_id = current_actor().company_id or abort(403)
    try:
        supplier = supplier_of(db.session, typed["supplier"])
        said = Said(typed["number"], _day_of(typed["date"]))
        made = m.AccountingBill.take_file(db.session, company_id, name, content, supplier, said)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return Filed(name, problem=shown(error))
    return Filed(name, [db.session.get_one(m.AccountingBill, bill_id) for bill_id in made])


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UserError(_("“%(text)s” is no day.", text=text)) from error
