"""The page on which a count is scanned."""

from decimal import Decimal
from typing import Any, cast

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from core import m
from core.db import db
from core.errors import UserError
from core.screens.refusals import said
from core.security.rights import requires

bp = Blueprint("stock", __name__)
#: Where the session keeps it.
_LAST = "stock_scanned"


def _count(count_id: int) -> Any:
    count = db.session.scalars(select(m.StockCount).where(m.StockCount.id == count_id)).one_or_none()
    if count is None:
        abort(404)
    return count


@bp.get("/counts/<int:count_id>/scan")
@requires("stock.do")
def scan(count_id: int) -> str:
    """One box that takes what a scanner types, and the lines so far, the last one on top."""
    return _page(_count(count_id))


def _page(count: Any, problem: str = "", typed: str = "") -> str:
    return render_template("stock/scan.html", count=count, last=_last(count.id), problem=problem, typed=typed)


def _last(count_id: int) -> Any:
    """What this browser has scanned last of a count, and can take back: the line, and how much."""
    last = session.get(_LAST, {})
    return last if last.get("count") == count_id else {}


@bp.post("/counts/<int:count_id>/scan")
@requires("stock.do")
def scan_one(count_id: int) -> Response | tuple[str, int]:
    """Add one scan; what was not understood stays in the box, and nothing is counted."""
    typed = request.form.get("code", "")
    try:
        scanned = m.StockCount.scan(db.session, _count(count_id), typed)
        db.session.commit()
    except (UserError, DBAPIError) as error:
        db.session.rollback()
        return _page(_count(count_id), said(error), typed), 422
    session[_LAST] = {"count": count_id, "line": scanned.line.id, "quantity": str(scanned.quantity)}
    return _back(count_id)


@bp.post("/counts/<int:count_id>/scan/take-back")
@requires("stock.do")
def take_back(count_id: int) -> Response | tuple[str, int]:
    """Take the last scan off its line."""
    last = _last(count_id)
    session.pop(_LAST, None)
    try:
        line, quantity = last.get("line", 0), Decimal(last.get("quantity", 0))
        m.StockCount.take_back(db.session, _count(count_id), line, quantity)
        db.session.commit()
    except (UserError, DBAPIError) as error:
        db.session.rollback()
        return _page(_count(count_id), said(error)), 422
    return _back(count_id)


def _back(count_id: int) -> Response:
    return cast(Response, redirect(url_for("stock.scan", count_id=count_id), 303))
