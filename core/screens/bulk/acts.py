"""Acts on many records of a list: which there are, and how one is started.

Each is a job of one item a record, whatever their number: so three and a hundred thousand go one way, a
reason stands beside each record that could not be done, and a killed worker loses and doubles nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from core import m
from core.db import AnySession, copy_rows
from core.i18n import _
from core.jobs import queue
from core.screens.composition import ScreenSet, field_of
from core.screens.fields import label_of
from core.screens.lists.selection import Selection
from core.screens.tree import Button, FormScreen, ListScreen, SetField, walk
from core.security.actor import Actor
from core.security.rights import may_see_field, model_rights

KIND = "core.bulk"
DELETE = "delete"


@dataclass(frozen=True)
class Act:
    """Something that a list does with many records."""

    name: str
    label: str
    permission: str
    #: The button that is pressed, or the field that is set; None for deleting.
    node: Button | SetField | None = None
    style: str = ""

    @property
    def possible(self) -> Callable[[Any], Any] | None:
        """The condition on the records that it is possible for, None where there is none to ask."""
        bulk = getattr(self.node, "bulk", None)
        return bulk if callable(bulk) else None

    @property
    def sets(self) -> bool:
        """Whether it asks for a value."""
        return isinstance(self.node, SetField)


def acts_of(screens: ScreenSet, screen: ListScreen, actor: Actor) -> list[Act]:
    """What this actor may do with many records of the list."""
    form = screens.form_of(screen)
    found = _declared(screens, screen, form) if form else ()
    return [act for act in found if actor.may(act.permission) and _may_set(act, screen.model, actor)]


def _may_set(act: Act, model: str, actor: Actor) -> bool:
    return not isinstance(act.node, SetField) or may_see_field(actor, model, act.node.name)


def find_act(screens: ScreenSet, screen: ListScreen, name: str, actor: Actor) -> Act | None:
    """The act of this name; None where the list has none, or this actor may not do it."""
    return next((act for act in acts_of(screens, screen, actor) if act.name == name), None)


def _declared(screens: ScreenSet, screen: ListScreen, form: FormScreen) -> Iterator[Act]:
    rights = model_rights(form.model)
    buttons = (place.node for place in walk(form))
    for node in (*buttons, *screen.actions):
        if isinstance(node, Button) and node.bulk:
            yield Act(node.name, str(node.label), node.permission, node, node.style)
        elif isinstance(node, SetField):
            place = field_of(form, node.name)
            needed = rights.write if place is not None else None
            if needed is not None and place is not None:
                label = label_of(place.node, screens.info(form.model, node.name))
                yield Act(f"set-{node.name}", _("Set %(field)s…", field=label), needed, node)
    if rights.delete is not None:
        yield Act(DELETE, _("Delete"), rights.delete, style="danger")


def start(
    session: AnySession,
    screen: ListScreen,
    form: FormScreen,
    act: Act,
    selection: Selection,
    *,
    data: dict[str, str],
    locale: str,
    back: str,
) -> Any:
    """Write the job with one item a record into the caller's transaction.

    The records are those that the selection means now: what is added or changed later is no part of it.
    """
    records = selection.records(session)
    params = {
        "screen": screen.name,
        "act": act.name,
        "form": form.name,
        "data": data,
        "locale": locale,
        "back": back,
    }
    job = queue.start(session, KIND, f"{act.label.rstrip('…')}: {screen.title}", params=params)
    copy_rows(
        session,
        m.JobItem.__table__,
        (
            {"job_id": job.id, "position": n, "key": str(key), "label": label}
            for n, (key, label) in enumerate(records)
        ),
    )
    job.planned = True
    session.flush()
    return job
