"""The scores of customers, and what one is made of."""

from typing import Any

from flask import Blueprint, abort, render_template
from sqlalchemy import select

from addons.accounting.services.chart import books_of
from addons.credit_scores.services import scoring
from core import m
from core.clock import today
from core.db import db
from core.i18n import _
from core.security.rights import current_actor, requires

bp = Blueprint("credit_scores", __name__)

#: So many stand on the page, the worst first.
SHOWN = 500


@bp.get("/")
@requires("credit_scores.read")
def scores() -> str:
    """All customers that the user sees, the worst first."""
    customers = scoring.visible(db.session)
    found = scoring.behaviour(db.session, list(customers), today())
    rows = sorted(found.values(), key=lambda one: (one.score, customers[one.partner_id].code))
    return render_template(
        "credit_scores/scores.html",
        rows=[(customers[one.partner_id], one) for one in rows[:SHOWN]],
        count=len(rows),
        shown=SHOWN,
        term=term_text,
        own=_currency(),
    )


@bp.get("/<int:partner_id>")
@requires("credit_scores.read")
def score(partner_id: int) -> str:
    """What the score of one customer is made of, and what it suggests."""
    own = (m.Partner.id == partner_id) & (m.Partner.company_id == current_actor().company_id)
    customer = db.session.scalars(select(m.Partner).where(own)).one_or_none() or abort(404)
    found = scoring.behaviour(db.session, [customer.id], today()).get(customer.id)
    return render_template(
        "credit_scores/score.html", customer=customer, found=found, term=term_text, own=_currency()
    )


def _currency() -> Any:
    return books_of(db.session, current_actor().company_id or abort(403)).currency


def term_text(days: int) -> str:
    """The terms that are suggested, in words."""
    return _("net %(days)s days", days=days) if days else _("payment in advance")
