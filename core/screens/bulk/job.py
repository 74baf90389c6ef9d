"""The job of an act on many records: each record in a transaction of its own, checked once more."""

from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.datastructures import MultiDict

from core.i18n import _
from core.jobs.kinds import Jobs, RefusedError, SkippedError, Step
from core.screens.actions import press
from core.screens.bulk import acts
from core.screens.bulk.acts import Act
from core.screens.composition import ScreenSet
from core.screens.forms.cells import CellEditor
from core.screens.on_behalf import on_behalf
from core.screens.tree import Button, FormScreen, ListScreen, SetField
from core.security.actor import Actor
from core.security.rights import model_rights

AnySession = Session | scoped_session[Any]
jobs = Jobs()


@jobs.kind(acts.KIND)
def do_one(session: AnySession, step: Step) -> dict[str, Any]:
    """Do the act with one record, with the rights that the user has now."""
    with on_behalf(session, step) as actor:
        screens: ScreenSet = current_app.extensions["screens"]
        screen, form, act = _act(screens, step, actor)
        record = _record(session, screens, screen, int(step.key))
        if isinstance(act.node, Button):
            return {"message": _press(session, act.node, record)}
        if isinstance(act.node, SetField):
            return _set(session, screens, form, act.node, record, step, actor)
        return _delete(session, form, record)


def _act(screens: ScreenSet, step: Step, actor: Actor) -> tuple[ListScreen, FormScreen, Act]:
    screen = screens.by_name.get(step.job_params["screen"])
    if not isinstance(screen, ListScreen) or not actor.may(model_rights(screen.model).read):
        raise RefusedError(_("You may no longer open this list, or its addon was uninstalled."))
    act, form = acts.find_act(screens, screen, step.job_params["act"], actor), screens.form_of(screen)
    if act is None or form is None:
        raise RefusedError(_("You may no longer do this, or its addon was uninstalled."))
    return screen, form, act


def _record(session: AnySession, screens: ScreenSet, screen: ListScreen, record_id: int) -> Any:
    """The record under its lock, where the user still sees it."""
    cls = screens.models.model(screen.model)
    query = select(cls).where(cls.id == record_id).with_for_update(of=cls)
    if screen.where is not None:
        query = query.where(screen.where(cls))
    record = session.scalar(query.execution_options(populate_existing=True))
    if record is None:
        raise SkippedError(_("The record was deleted meanwhile, or you may no longer see it."))
    return record


def _press(session: AnySession, button: Button, record: Any) -> str:
    if button.visible is not None and not button.visible(record):
        raise SkippedError(_("“%(label)s” is not possible as the record is now.", label=button.label))
    return str(press(session, button, record))


def _set(
    session: AnySession,
    screens: ScreenSet,
    form: FormScreen,
    node: SetField,
    record: Any,
    step: Step,
    actor: Actor,
) -> dict[str, Any]:
    """Set the field as the form of the record would."""
    editor = CellEditor(session, screens, form, node.name, actor)
    opened = editor.open(record.id)
    if opened is None:
        raise SkippedError(_("This record can no longer be changed."))
    outcome = editor.save(record.id, MultiDict(step.job_params["data"]), opened.base)
    if outcome is None or outcome.saved_id is None:
        raise RefusedError(editor.reason(outcome))
    return {}


def _delete(session: AnySession, form: FormScreen, record: Any) -> dict[str, Any]:
    if form.readonly is not None and form.readonly(record):
        raise SkippedError(_("This record can no longer be changed."))
    session.delete(record)
    return {}
