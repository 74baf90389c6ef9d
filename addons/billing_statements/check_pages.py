"""The page on which a customer's own list is checked against a statement, line by line."""

from typing import Any, cast

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from addons.billing_statements.services import comparing
from addons.matching.services.words import KIND_WORDS
from core import m
from core.db import db
from core.errors import UserError
from core.security.incoming import takes_files
from core.security.rights import requires

#: So many rows stand on the page, those that differ first.
SHOWN = 500


def add_to(bp: Blueprint) -> None:
    """Serve the two views below the addon's addresses."""
    bp.get("/statements/<int:statement_id>/check")(check)
    bp.post("/statements/<int:statement_id>/check")(take_list)


@requires("billing_statements.read")
def check(statement_id: int) -> str | tuple[str, int]:
    """What the customer's latest list says against the statement."""
    statement = _statement(statement_id)
    kept, found, problem = _latest(statement), None, ""
    if kept is not None:
        try:
            found = comparing.compare(db.session, statement, kept)
        except UserError as error:
            problem = str(error)
    return _page(statement, kept, found, problem)


@requires("billing_statements.run")
@takes_files
def take_list(statement_id: int) -> Response | tuple[str, int]:
    """Read and keep a list."""
    statement, file = _statement(statement_id), request.files.get("file")
    try:
        comparing.keep_list(
            db.session, statement, file.filename or "" if file else "", file.read() if file else b""
        )
    except UserError as error:
        db.session.rollback()
        flash(str(error), "danger")
        return _page(_statement(statement_id), None, None, str(error)), 422
    db.session.commit()
    return cast(Response, redirect(url_for("billing_statements.check", statement_id=statement_id), 303))


def _page(statement: Any, kept: Any, found: comparing.Comparison | None, problem: str) -> str:
    return render_template(
        "billing_statements/check.html",
        statement=statement,
        kept=kept,
        found=found,
        problem=problem,
        kinds=KIND_WORDS,
        shown=SHOWN,
    )


def _statement(statement_id: int) -> Any:
    query = select(m.BillingStatement).where(m.BillingStatement.id == statement_id)
    found = db.session.scalars(query).one_or_none()
    return found if found is not None else abort(404)


def _latest(statement: Any) -> Any:
    """The list that was kept last."""
    query = select(m.Attachment).where(comparing.lists_of(statement))
    return db.session.scalars(query.order_by(m.Attachment.id.desc()).limit(1)).one_or_none()
