"""The letters of a run, to be looked at and left out."""

from typing import Any, cast

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from addons.dunning.names import LETTER_STATES
from addons.dunning.screens import SEND, ask_to_release, facts, is_open
from addons.dunning.services.errors import DunningError
from core import m
from core.db import db
from core.errors import UserError
from core.i18n import _
from core.security.incoming import key_of
from core.security.rights import current_actor, requires

bp = Blueprint("dunning", __name__)

#: So many letters stand on the page of a run; the list has all of them.
SHOWN = 1000


def _run(run_id: int) -> Any:
    """A run that the user may see."""
    found = db.session.scalars(select(m.DunningRun).where(m.DunningRun.id == run_id)).one_or_none()
    return found if found is not None else abort(404)


@bp.get("/runs/<int:dunning_id>/letters")
@requires("dunning.read")
def review(dunning_id: int) -> str:
    """Who is asked at which step for how much, the largest first, and who is left out and why."""
    return _page(_run(dunning_id))


def _page(run: Any, reason: str = "", ticked: frozenset[int] = frozenset(), problem: str = "") -> str:
    letter = m.DunningLetter
    loaded = joinedload(letter.partner), joinedload(letter.step)
    shown = db.session.scalars(
        select(letter)
        .where(letter.run_id == run.id)
        .options(*loaded)
        .order_by(letter.left_out != "", letter.currency_code, letter.total.desc(), letter.id)
        .limit(SHOWN)
    ).all()
    return render_template(
        "dunning/review.html",
        run=run,
        letters=shown,
        facts=facts(db.session, run),
        states=LETTER_STATES,
        reason=reason,
        ticked=ticked,
        problem=problem,
        at=request.values.get("at", type=key_of) or 0,
        may_change=current_actor().may("dunning.run") and run.state == "open",
        may_release=(may_release := current_actor().may(SEND) and is_open(run)),
        asks=ask_to_release(run) if may_release else "",
    )


@bp.post("/runs/<int:dunning_id>/letters")
@requires("dunning.run")
def decide(dunning_id: int) -> Response | tuple[str, int]:
    """Leave ticked letters out for a reason, or take them in again."""
    run, letter = _run(dunning_id), m.DunningLetter
    ticked = frozenset(request.form.getlist("letter", type=key_of))
    reason = request.form.get("reason", "").strip()
    own = select(letter.id).where(letter.id.in_(ticked), letter.run_id == run.id).order_by(letter.id)
    ids = list(db.session.scalars(own))
    leaves_out = request.form.get("act") == "leave_out"
    try:
        if not ids:
            raise DunningError(_("Tick at least one letter."))
        if leaves_out and not reason:
            raise DunningError(_("Say why they are left out."))
        letter.leave_out(db.session, ids, reason if leaves_out else "")
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _page(_run(dunning_id), reason, ticked, str(error)), 422
    at = request.form.get("at") or None
    return cast(Response, redirect(url_for("dunning.review", dunning_id=dunning_id, at=at), 303))
