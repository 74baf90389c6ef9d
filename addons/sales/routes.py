"""What comes back of an order: quantities beside each delivery of each line."""

from typing import Any, cast

from flask import Blueprint, Response, abort, flash, redirect
from sqlalchemy import select

from addons.sales.services.selling import SELLING
from addons.stock.services.orders.returning import returnable_moves
from core import m
from core.db import db
from core.errors import UserError
from core.i18n import _, format_date, format_number
from core.screens.quantities import QuantityLine, QuantityPage, parse_quantities, typed_quantities
from core.security.rights import requires

bp = Blueprint("sales", __name__)


@bp.get("/return/<int:order_id>")
@requires("sales.deliver")
def return_goods(order_id: int) -> str:
    """What has gone of an order, and how much of it can come back."""
    return _page(_order(order_id)).show({})


@bp.post("/return/<int:order_id>")
@requires("sales.deliver")
def return_goods_now(order_id: int) -> Response | tuple[str, int]:
    """Plan a return of what was typed: a paper that waits for the goods."""
    page, typed = _page(_order(order_id)), typed_quantities()
    try:
        wanted = parse_quantities(typed, page.lines)
        _refuse_excess(wanted, page)
        (made,) = m.SalesOrder.return_goods(db.session, wanted)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _page(_order(order_id)).show(typed, str(error)), 422
    number = db.session.get_one(m.StockTransfer, made).number
    flash(_("%(number)s waits for the goods.", number=number), "success")
    return cast(Response, redirect(f"/m/stock.transfer.form/{made}", 303))


def _refuse_excess(wanted: Any, page: QuantityPage) -> None:
    for line in page.lines:
        if wanted.get(line.id, 0) > line.most:
            raise UserError(
                _(
                    "Of line %(position)s %(most)s can come back, not %(quantity)s.",
                    position=line.cells[0],
                    most=format_number(line.most),
                    quantity=format_number(wanted[line.id]),
                )
            )


def _order(order_id: int) -> Any:
    order = m.SalesOrder
    ordered = order.state.in_(("confirmed", "done"))
    found = db.session.scalars(select(order).where(order.id == order_id, ordered)).one_or_none()
    return found if found is not None else abort(404)


def _page(order: Any) -> QuantityPage:
    lines = [
        QuantityLine(move.id, _cells(move), move.quantity, numbers=(5,))
        for move in returnable_moves(db.session, SELLING, order.id)
    ]
    return QuantityPage(
        title=_("What comes back of %(number)s", number=order.number),
        record=order.number,
        url=f"/m/sales.order.form/{order.id}",
        columns=(_("Line"), _("Part"), _("Delivery"), _("Lot"), _("Date code"), _("Delivered")),
        most=_("Not returned"),
        wanted=_("Comes back"),
        act=_("Plan return"),
        lines=lines,
        empty=_("Everything that was delivered is back, or on its way."),
        note=_("The return waits until the goods are there; then credit what came back from the order."),
    )


def _cells(move: Any) -> tuple[str, ...]:
    delivery = f"{move.number} · {format_date(move.date)}"
    return (
        str(move.position),
        move.part,
        delivery,
        move.lot,
        move.date_code,
        format_number(move.moved),
    )
