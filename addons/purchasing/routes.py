"""The pages of the work itself: what to order, what comes in, what has passed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from addons.purchasing.services import demand, expected
from addons.purchasing.services.buying import BUYING
from addons.purchasing.services.drafts import Arrival, DeliveryDraft
from addons.purchasing.services.errors import PurchasingError
from addons.stock.return_pages import ReturnWords, add_to
from core import m
from core.clock import today
from core.db import db
from core.errors import UserError
from core.i18n import _, _l, ngettext
from core.screens.codes import ids_of, offered
from core.screens.refusals import said
from core.screens.typed import typed_day, typed_quantity, typed_rows
from core.security.incoming import key_of
from core.security.rights import current_actor, requires

bp = Blueprint("purchasing", __name__)
add_to(
    bp,
    BUYING,
    ReturnWords(
        title=_l("What goes back of %(number)s"),
        excess=_l("Of line %(position)s %(most)s can go back, not %(quantity)s."),
        paper=_l("Receipt"),
        moved=_l("Received"),
        most=_l("Not returned"),
        wanted=_l("Goes back"),
        act=_l("Plan return"),
        empty=_l("Everything that came is back at the supplier, or on its way."),
        note=_l("What is there is reserved; the return note prints from the order once it is planned."),
        done=_l("%(number)s is reserved as far as the goods are there."),
    ),
)

Page = str | Response | tuple[str, int]
#: The columns of a row of arriving goods, beside its line.
LOT = ("quantity", "lot", "date_code", "maker_lot")


def _company() -> int:
    company_id = current_actor().company_id
    return company_id if company_id is not None else abort(403)


def _partner(partner_id: int) -> Any:
    """A supplier that the user may see."""
    partner = m.Partner
    found = db.session.scalars(select(partner).where(partner.id == partner_id, partner.is_supplier))
    return found.one_or_none() or abort(404)


@bp.get("/demand")
@requires("purchasing.write")
def demand_page() -> str:
    """What is short, with what to order of it from whom and why."""
    return _demand(Typed())


def _demand(typed: "Typed", problem: str = "") -> str:
    needs = demand.needs_of(db.session, _company())
    suppliers = offered(db.session, m.Partner, m.Partner.is_supplier)
    return render_template(
        "purchasing/demand.html", needs=needs, typed=typed, suppliers=suppliers, problem=problem
    )


@dataclass(frozen=True)
class Typed:
    """What stands in the rows of the page, by part."""

    ticked: frozenset[int] = frozenset()
    quantities: Mapping[int, str] = field(default_factory=dict)
    suppliers: Mapping[int, str] = field(default_factory=dict)


@bp.post("/demand")
@requires("purchasing.write")
def order_demand() -> Page:
    """Make requests of what is ticked, one a supplier; none of them where something is wrong."""

    def act(wanted: Mapping[int, Decimal | None], chosen: Mapping[int, int]) -> Response:
        made = m.PurchasingOrder.order_short(db.session, wanted, chosen)
        db.session.commit()
        flash(ngettext("%(num)s request is written.", "%(num)s requests are written.", len(made)), "success")
        if len(made) == 1:
            return _to(f"/m/purchasing.order.form/{made[0]}")
        return _to("/m/purchasing.request.list")

    return _of_ticked(act)


@bp.post("/demand/inquire")
@requires("purchasing.write")
def inquire_demand() -> Page:
    """Make one inquiry of what is ticked, for everybody who sells any of it."""

    def act(wanted: Mapping[int, Decimal | None], chosen: Mapping[int, int]) -> Response:
        made = m.PurchasingInquiry.create_short(db.session, wanted, chosen)
        db.session.commit()
        flash(_("The inquiry is written: add whom else to ask, then ask."), "success")
        return _to(f"/m/purchasing.inquiry.form/{made}")

    return _of_ticked(act)


def _of_ticked(act: Callable[[Mapping[int, Decimal | None], Mapping[int, int]], Response]) -> Page:
    typed = Typed(
        frozenset(request.form.getlist("part", type=key_of)),
        typed_rows(request.form, "quantity-"),
        typed_rows(request.form, "supplier-"),
    )
    try:
        if not typed.ticked:
            raise PurchasingError(_("Tick at least one part."))
        quantities = {part: typed.quantities.get(part, "") for part in sorted(typed.ticked)}
        wanted = {part: typed_quantity(text) if text else None for part, text in quantities.items()}
        codes = {part: typed.suppliers[part] for part in wanted if part in typed.suppliers}
        return act(wanted, ids_of(db.session, m.Partner, codes))
    except (UserError, DBAPIError) as error:
        db.session.rollback()
        return _demand(typed, said(error)), 422


def _to(url: str) -> Response:
    return cast(Response, redirect(url, 303))


@bp.post("/inquiries/<int:inquiry_id>/mail")
@requires("purchasing.send")
def mail_requests(inquiry_id: int) -> Response:
    """Mail the requests of an inquiry; the job shows each, and why one is not sent."""
    inquiry = m.PurchasingInquiry
    found = db.session.scalars(select(inquiry).where(inquiry.id == inquiry_id)).one_or_none() or abort(404)
    try:
        (job,) = inquiry.mail_requests(db.session, [found])
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(str(error), "danger")
        return _to(f"/m/purchasing.inquiry.form/{inquiry_id}")
    return _to(url_for("jobs.show", job_id=job.id))


@bp.get("/receive")
@requires("purchasing.receive")
def suppliers() -> str:
    """From whom something is still to come."""
    partner = m.Partner
    seen = db.session.scalars(select(partner.id).where(partner.is_supplier)).all()
    rows = expected.suppliers_of(db.session, seen, today())
    return render_template("purchasing/suppliers.html", rows=rows, today=today())


@bp.get("/receive/<int:supplier_id>")
@requires("purchasing.receive")
def receive(supplier_id: int) -> str:
    """What one supplier still has to bring, with a row for what has come of each line."""
    return _receive(_partner(supplier_id), [])


def _receive(partner: Any, typed: list[dict[str, str]], problem: str = "") -> str:
    lines = expected.lines_of(db.session, _company(), partner.id)
    rows: dict[str, list[dict[str, str]]] = {}
    for row in typed:
        rows.setdefault(row["line"], []).append(row)
    return render_template(
        "purchasing/receive.html",
        partner=partner,
        lines=lines,
        rows=rows,
        reference=request.form.get("reference", ""),
        day=request.form.get("date", today().isoformat()),
        problem=problem,
        today=today(),
    )


@bp.post("/receive/<int:supplier_id>")
@requires("purchasing.receive")
def receive_now(supplier_id: int) -> Page:
    """Take in what was typed as one delivery; or show one more row of a line, for a further lot."""
    partner, typed = _partner(supplier_id), _typed_rows()
    if more := request.form.get("more"):
        return _receive(partner, [*typed, {"line": more, **dict.fromkeys(LOT, "")}])

    def act() -> list[int]:
        lines = [_arrival(row) for row in typed if row["quantity"]]
        if not lines:
            raise PurchasingError(_("Say of at least one line how much has come."))
        _refuse_foreign(partner.id, lines)
        delivery = DeliveryDraft(lines, request.form.get("reference", "").strip())
        day = typed_day(request.form.get("date", ""))
        return list(m.PurchasingOrder.receive_deliveries(db.session, [delivery], day))

    return _done(act, lambda problem: _receive(_partner(supplier_id), typed, problem))


def _typed_rows() -> list[dict[str, str]]:
    columns = {name: request.form.getlist(name) for name in ("line", *LOT)}
    return [
        {name: text.strip() for name, text in zip(columns, cells, strict=True)}
        for cells in zip(*columns.values(), strict=False)
    ]


def _arrival(row: Mapping[str, str]) -> Arrival:
    line = int(row["line"]) if row["line"].isdecimal() and len(row["line"]) < 19 else 0
    return Arrival(line, typed_quantity(row["quantity"]), row["lot"], row["date_code"], row["maker_lot"])


def _refuse_foreign(partner_id: int, lines: list[Arrival]) -> None:
    """Refuse lines that are none of this supplier: the page offers no others."""
    own = {line.id for line in expected.lines_of(db.session, _company(), partner_id)}
    if any(line.line_id not in own for line in lines):
        raise PurchasingError(_("This was never ordered: order it first, or find its order."))


def _done(act: Callable[[], list[int]], page: Callable[[str], str]) -> Page:
    """Go to the receipt that came of an act; or show the page with why nothing did."""
    try:
        made = act()
        db.session.commit()
    except (UserError, DBAPIError) as error:
        db.session.rollback()
        return page(said(error)), 422
    flash(_("%(number)s is written.", number=db.session.get_one(m.StockTransfer, made[0]).number), "success")
    return _to(f"/m/stock.transfer.form/{made[0]}")


@bp.get("/inspect/<int:transfer_id>")
@requires("purchasing.receive")
def inspect(transfer_id: int) -> str:
    """What of a receipt has passed: all of it, unless somebody says otherwise."""
    return _inspect(_waiting(transfer_id), {})


def _waiting(transfer_id: int) -> Any:
    transfer = m.StockTransfer
    found = db.session.scalars(select(transfer).where(transfer.id == transfer_id)).one_or_none()
    return found if found is not None else abort(404)


def _inspect(transfer: Any, typed: Mapping[int, str], problem: str = "") -> str:
    moves = expected.waiting_of(db.session, transfer.id) if transfer.inspection == "waiting" else ()
    return render_template(
        "purchasing/inspect.html", transfer=transfer, moves=moves, typed=typed, problem=problem
    )


@bp.post("/inspect/<int:transfer_id>")
@requires("purchasing.receive")
def inspect_now(transfer_id: int) -> Page:
    """Receive what has passed; what has not is still to come."""
    transfer = _waiting(transfer_id)
    typed = typed_rows(request.form, "passed-")

    def act() -> list[int]:
        own = {move.id for move in expected.waiting_of(db.session, transfer.id)}
        passed = {key: typed_quantity(text) for key, text in typed.items() if key in own}
        m.StockTransfer.inspect(db.session, passed, today())
        return [transfer_id]

    return _done(act, lambda problem: _inspect(_waiting(transfer_id), typed, problem))
