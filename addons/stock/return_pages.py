"""The page of what comes back of an order, or goes back: quantities beside each move of each line."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, redirect
from flask_babel import LazyString
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from addons.stock.services.orders.returning import returnable_moves
from addons.stock.services.orders.sides import Side
from core import m
from core.db import db
from core.errors import UserError
from core.i18n import _, format_date, format_number
from core.screens.quantities import QuantityLine, QuantityPage, parse_quantities, typed_quantities
from core.screens.refusals import said
from core.security.rights import requires


@dataclass(frozen=True)
class ReturnWords:
    """What the page of one side says."""

    #: Of order `number`.
    title: LazyString
    #: Of line `position` only `most` can be returned, not `quantity`.
    excess: LazyString
    #: The headings of the paper that moved it, and of how much did.
    paper: LazyString
    moved: LazyString
    most: LazyString
    wanted: LazyString
    act: LazyString
    empty: LazyString
    note: LazyString
    #: Return `number` is planned.
    done: LazyString


def add_to(bp: Blueprint, side: Side, words: ReturnWords) -> None:
    """Serve the page below the addon's addresses, to whoever may move goods of this side."""

    @bp.get("/return/<int:order_id>")
    @requires(side.move)
    def return_goods(order_id: int) -> str:
        """What has moved of an order, and how much of it can be returned."""
        return _page(side, words, _order(side, order_id)).show({})

    @bp.post("/return/<int:order_id>")
    @requires(side.move)
    def return_goods_now(order_id: int) -> Response | tuple[str, int]:
        """Plan a return of what was typed."""
        return _plan(side, words, order_id)


def _plan(side: Side, words: ReturnWords, order_id: int) -> Response | tuple[str, int]:
    page, typed = _page(side, words, _order(side, order_id)), typed_quantities()
    try:
        wanted = parse_quantities(typed, page.lines)
        _refuse_excess(words, wanted, page)
        (made,) = side.cls.return_goods(db.session, wanted)
        db.session.commit()
    except (UserError, DBAPIError) as error:
        db.session.rollback()
        return _page(side, words, _order(side, order_id)).show(typed, said(error)), 422
    flash(words.done % {"number": db.session.get_one(m.StockTransfer, made).number}, "success")
    return cast(Response, redirect(f"/m/stock.transfer.form/{made}", 303))


def _refuse_excess(words: ReturnWords, wanted: Mapping[int, Decimal], page: QuantityPage) -> None:
    for line in page.lines:
        if wanted.get(line.id, 0) > line.most:
            quantities = {"most": format_number(line.most), "quantity": format_number(wanted[line.id])}
            raise UserError(words.excess % {"position": line.cells[0], **quantities})


def _order(side: Side, order_id: int) -> Any:
    order = side.cls
    ordered = order.state.in_(("confirmed", "done"))
    found = db.session.scalars(select(order).where(order.id == order_id, ordered)).one_or_none()
    return found if found is not None else abort(404)


def _page(side: Side, words: ReturnWords, order: Any) -> QuantityPage:
    return QuantityPage(
        title=words.title % {"number": order.number},
        record=order.number,
        url=f"/m/{side.name}.form/{order.id}",
        columns=(_("Line"), _("Part"), str(words.paper), _("Lot"), _("Date code"), str(words.moved)),
        most=str(words.most),
        wanted=str(words.wanted),
        act=str(words.act),
        lines=[
            QuantityLine(move.id, _cells(move), move.quantity, numbers=(5,))
            for move in returnable_moves(db.session, side, order.id)
        ],
        empty=str(words.empty),
        note=str(words.note),
    )


def _cells(move: Any) -> tuple[str, ...]:
    paper = f"{move.number} · {format_date(move.date)}"
    return (str(move.position), move.part, paper, move.lot, move.date_code, format_number(move.moved))
