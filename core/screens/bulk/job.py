"""The job of an act on many records: each record in a transaction of its own, checked once more."""

from typing import Any

from flask import current_app
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from core import m
from core.db import AnySession
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

#: What is written down of a record without changing it.
BESIDE = ("attach", "detach", "reattach", "mail")
jobs = Jobs()


@jobs.kind(acts.KIND)
def do_one(session: AnySession, step: Step) -> dict[str, Any]:
    """Do the act with one record, with the rights that the user has now."""
    with on_behalf(session, step) as actor:
        screens: ScreenSet = current_app.extensions["screens"]
        screen, form, act = act_of(screens, step, actor)
        record = locked_record(session, screens, screen, int(step.key))
        if isinstance(act.node, SetField):
            was = set_field(session, screens, form, act.node, record, step.job_params["data"], actor)
            return _reversible(session, record, {"was": was})
        if not isinstance(act.node, Button):
            return _delete(session, form, record)
        said = {"message": press_on(session, act.node, record)}
        return _reversible(session, record, said) if getattr(act.node, "undo", "") else said


def _reversible(session: AnySession, record: Any, result: dict[str, Any]) -> dict[str, Any]:
    """The result with what tells later whether somebody changed the record since."""
    session.flush()
    return {**result, "trace": last_change(session, record)}


def last_change(session: AnySession, record: Any) -> int:
    """The number of the last change of the record in the audit; files and mails beside it are none."""
    event = m.AuditEvent
    changes = (event.model == record._name) & (event.record_id == record.id) & event.action.not_in(BESIDE)
    return int(session.scalar(select(func.max(event.id)).where(changes)) or 0)


def act_of(screens: ScreenSet, step: Step, actor: Actor) -> tuple[ListScreen, FormScreen, Act]:
    screen = screens.by_name.get(step.job_params["screen"])
    if not isinstance(screen, ListScreen) or not actor.may(model_rights(screen.model).read):
        raise RefusedError(_("You may no longer open this list, or its addon was uninstalled."))
    act, form = acts.find_act(screens, screen, step.job_params["act"], actor), screens.form_of(screen)
    if act is None or form is None:
        raise RefusedError(_("You may no longer do this, or its addon was uninstalled."))
    return screen, form, act


def locked_record(session: AnySession, screens: ScreenSet, screen: ListScreen, record_id: int) -> Any:
    """The record under its lock, where the user still sees it."""
    cls = screens.models.model(screen.model)
    query = select(cls).where(cls.id == record_id).with_for_update(of=cls)
    if screen.where is not None:
        query = query.where(screen.where(cls))
    record = session.scalar(query.execution_options(populate_existing=True))
    if record is None:
        raise SkippedError(_("The record was deleted meanwhile, or you may no longer see it."))
    return record


def press_on(session: AnySession, button: Button, record: Any) -> str:
    if button.visible is not None and not button.visible(record):
        raise SkippedError(_("“%(label)s” is not possible as the record is now.", label=button.label))
    return str(press(session, button, record))


def set_field(
    session: AnySession,
    screens: ScreenSet,
    form: FormScreen,
    node: SetField,
    record: Any,
    data: dict[str, str],
    actor: Actor,
) -> dict[str, str]:
    """Set the field as the form of the record would; returns what the form would have sent to leave it."""
    editor = CellEditor(session, screens, form, node.name, actor)
    opened = editor.open(record.id)
    if opened is None:
        raise SkippedError(_("This record can no longer be changed."))
    was = editor.raw(opened)
    outcome = editor.save(record.id, MultiDict(data), opened.base)
    if outcome is None or outcome.saved_id is None:
        raise RefusedError(editor.reason(outcome))
    return was


def _delete(session: AnySession, form: FormScreen, record: Any) -> dict[str, Any]:
    if form.readonly is not None and form.readonly(record):
        raise SkippedError(_("This record can no longer be changed."))
    session.delete(record)
    return {}
