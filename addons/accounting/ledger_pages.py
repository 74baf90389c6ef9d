"""The ledger as text for other programs, as a download."""

from datetime import date

from flask import Blueprint, Response, abort, render_template, request

from addons.accounting.services import beancount
from core.clock import today
from core.db import db
from core.i18n import _
from core.security.headers import named
from core.security.rights import current_actor, requires


def add_to(bp: Blueprint) -> None:
    """Serve the two views below the addon's addresses."""
    bp.get("/ledger-text")(ledger_text)
    bp.get("/ledger.beancount")(ledger_file)


@requires("accounting.read_ledger")
def ledger_text() -> str:
    """Up to which day, and the button."""
    return render_template("accounting/ledger_text.html", day=today(), problem="")


@requires("accounting.read_ledger")
def ledger_file() -> Response | tuple[str, int]:
    """The file, written while it is sent."""
    asked = request.args.get("until", "")
    try:
        until = date.fromisoformat(asked) if asked else None
    except ValueError:
        problem = _("Give the last day as a date, or none for all that is posted.")
        return render_template("accounting/ledger_text.html", day=today(), problem=problem), 422
    lines = beancount.ledger(db.session, current_actor().company_id or abort(403), until)
    response = Response(lines, mimetype="text/plain; charset=utf-8")
    return named(response, beancount.filename(until))
