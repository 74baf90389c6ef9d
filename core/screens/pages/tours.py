"""The card of a tour on the page, and what its buttons do."""

from typing import Any, cast

from flask import Blueprint, Response, current_app, redirect, request
from flask_login import current_user
from werkzeug.exceptions import BadRequest

from core.db import db
from core.screens.tours.tour import Card, Tour, card_on, move, tour_for
from core.security.login import is_local
from core.security.rights import ANY_USER, current_actor, requires

bp = Blueprint("tour", __name__)

ACTS = ("next", "back", "skip", "start")


def tour_of_user() -> Tour | None:
    """The tour of the current user's role."""
    if not current_user.is_authenticated:
        return None
    return tour_for(current_app.extensions["tours"], current_actor())


def tour_card() -> Card | None:
    """The card that belongs on this page."""
    tour, user_id = tour_of_user(), current_actor().user_id
    if tour is None or user_id is None or request.method != "GET":
        return None
    return card_on(db.session, tour, user_id, request.path)


@bp.post("/me/tour")
@requires(ANY_USER)
def go() -> Response:
    """Go on, go back, end the tour, or begin it anew; opens the page of the step."""
    act = request.form.get("act", "")
    if act not in ACTS:
        raise BadRequest
    tour, user_id = tour_of_user(), current_actor().user_id
    here = request.form.get("next", "")
    target = ""
    if tour is not None and user_id is not None:
        number = request.form.get("step", 0, type=int)
        target = move(db.session, tour, user_id, act, min(max(number, 0), len(tour.steps) - 1))
        db.session.commit()
    # The fragment puts the focus on the card, so that the next key goes on from there.
    address: Any = f"{target}#tour" if target else here if is_local(here) else "/"
    return cast(Response, redirect(address, 303))
