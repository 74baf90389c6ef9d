"""What related records are called, and where they are looked at: for all fields of a page at once."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from core.i18n import _
from core.screens.composition import ScreenSet
from core.screens.fields import label_column, label_text
from core.screens.forms.form import Entry, RecordForm
from core.screens.forms.inputs import RefField
from core.security.actor import Actor
from core.security.rights import model_rights


def fill_labels(session: Any, screens: ScreenSet, form: RecordForm, actor: Actor) -> None:
    """Give every related record its label and its address: one query a model, however many lines."""
    wanted: dict[tuple[str, str], set[Any]] = {}
    holders: list[tuple[tuple[str, str], Any, Entry]] = []
    for entry in _all_entries(form):
        value = entry.input.data if entry.input is not None else entry.value
        if entry.info.kind == "ref" and value is not None:
            key = (entry.info.target, entry.info.target_column)
            wanted.setdefault(key, set()).add(value)
            holders.append((key, value, entry))
    labels = {key: labels_of(session, screens, key, values) for key, values in wanted.items()}
    for key, value, entry in holders:
        label = labels[key].get(value)
        _give_label(entry, label)
        if label is not None and key[1] == "id":
            entry.url = url_of_record(screens, key[0], value, actor)


def url_of_record(screens: ScreenSet, model: str, record_id: Any, actor: Actor) -> str:
    """Where a record is looked at; empty where nothing shows it, or this actor may not see it."""
    form = screens.form_for(model)
    return f"/m/{form.name}/{record_id}" if form is not None and actor.may(model_rights(model).read) else ""


def _all_entries(form: RecordForm) -> Iterator[Entry]:
    yield from form.entries.values()
    for grid in form.grids.values():
        for line in [*grid.lines, *([grid.blank] if grid.blank else [])]:
            yield from line.entries


def labels_of(session: Any, screens: ScreenSet, key: tuple[str, str], values: set[Any]) -> dict[Any, str]:
    """The labels of records of the model `key[0]`, by the value of its column `key[1]`; one query."""
    cls = screens.models.model(key[0])
    stored = getattr(cls, key[1])
    rows = session.execute(select(stored, label_column(cls)).where(stored.in_(values)))
    return {value: label_text(cls, label) for value, label in rows}


def _give_label(entry: Entry, label: str | None) -> None:
    if entry.input is None:
        entry.text = label or ""
        return
    field_: RefField = entry.input
    if label is not None:
        field_.text = label
    elif field_.data is not None and field_.data == entry.value:
        # It points to what this user may not see: it may stay, and says no more than that it is there.
        field_.text = f"#{field_.data}"
    elif field_.raw_data:
        field_.errors = [*field_.errors, _("Choose a record from the list.")]
