"""What a user does with saved views: save, rename, share, choose as default, delete."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import m
from core.db import db
from core.errors import UserError
from core.i18n import _
from core.screens.lists import views
from core.screens.lists.state import read_state
from core.screens.pages.forms import go
from core.screens.pages.lists import list_screen
from core.security.rights import ANY_USER, current_actor, requires

bp = Blueprint("views", __name__, url_prefix="/m/<screen>/views")


@bp.post("")
@requires(ANY_USER)
def create(screen: str) -> Response:
    """Save the state of the list under a name."""
    listed = list_screen(screen)
    state = read_state(listed, request.args)
    view = views.save(db.session, screen, request.form.get("name", ""), state, current_actor())
    return _done(screen, view.id, _("Saved as “%(name)s”.", name=view.name))


@bp.post("/<int:view_id>/<act>")
@requires(ANY_USER)
def change(screen: str, view_id: int, act: str) -> Response:
    """Change a view that is the user's own, or a shared one where the user may share."""
    list_screen(screen)
    if act not in _ACTS:
        abort(404)
    view = _view(screen, view_id, act)
    try:
        message = _ACTS[act](view)
    except IntegrityError as error:
        db.session.rollback()
        raise UserError(_("You have a view of this name already. Choose another name.")) from error
    return _done(screen, 0 if act == "delete" else view_id, message)


@bp.post("/<int:view_id>/for-all/<act>")
@requires(views.SHARE)
def change_for_all(screen: str, view_id: int, act: str) -> Response:
    """Show a view to the company, or let everyone's lists open with it."""
    list_screen(screen)
    if act not in _ACTS_FOR_ALL:
        abort(404)
    return _done(screen, view_id, _ACTS_FOR_ALL[act](_view(screen, view_id, act)))


def _view(screen: str, view_id: int, act: str) -> Any:
    """The view, where this user may do this with it."""
    actor = current_actor()
    shown = views.menu_of(db.session, screen, actor).get(str(view_id))
    if shown is None:
        abort(404)
    if not shown.may_change and act not in ("default", "undefault"):
        abort(403)
    return db.session.scalars(select(m.ListView).where(m.ListView.id == view_id)).one()


def _done(screen: str, view_id: int, message: str) -> Response:
    db.session.commit()
    flash(message, "success")
    return go(url_for("lists.show_list", screen=screen, view=view_id or None))


def _save(view: Any) -> str:
    views.overwrite(db.session, view, read_state(list_screen(view.screen), request.args))
    return _("“%(name)s” is saved.", name=view.name)


def _rename(view: Any) -> str:
    views.rename(db.session, view, request.form.get("name", ""))
    return _("The view is called “%(name)s” now.", name=view.name)


def _share(view: Any) -> str:
    views.share(db.session, view, shared=True)
    return _("Everyone in the company who may open this list sees the view now.")


def _withdraw(view: Any) -> str:
    views.share(db.session, view, shared=False)
    return _("Only its owner sees the view now.")


def _default(view: Any) -> str:
    views.set_default(db.session, view, current_actor().user_id)
    return _("This list opens with “%(name)s” from now on.", name=view.name)


def _undefault(view: Any) -> str:
    views.set_default(db.session, view, current_actor().user_id, on=False)
    return _("This list opens as it was made from now on.")


def _everyone(view: Any) -> str:
    views.share(db.session, view, shared=True)
    views.set_default(db.session, view, None)
    return _("This list opens with “%(name)s” for everyone who has chosen no view.", name=view.name)


def _nobody(view: Any) -> str:
    views.set_default(db.session, view, None, on=False)
    return _("This list opens as it was made from now on.")


def _delete(view: Any) -> str:
    name = view.name
    db.session.delete(view)
    db.session.flush()
    return _("“%(name)s” is deleted.", name=name)


_ACTS: dict[str, Callable[[Any], str]] = {
    "save": _save,
    "rename": _rename,
    "default": _default,
    "undefault": _undefault,
    "delete": _delete,
}
_ACTS_FOR_ALL: dict[str, Callable[[Any], str]] = {
    "share": _share,
    "withdraw": _withdraw,
    "everyone": _everyone,
    "nobody": _nobody,
}
