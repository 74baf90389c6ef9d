"""One cell of a list, changed in place: the form of the record with nothing but that field.

So a cell is checked, compared with what others changed, and written exactly as the form would do it.
"""

from copy import copy
from typing import Any

from werkzeug.datastructures import MultiDict

from core.i18n import _
from core.screens.composition import ScreenSet, field_of
from core.screens.forms.form import Entry
from core.screens.forms.inputs import RefField
from core.screens.forms.saving import BASE, Outcome, RecordEditor
from core.screens.tree import FormScreen, Section
from core.security.actor import Actor


class CellEditor:
    """Opens and saves one field of the records of a form, for one actor, in one session."""

    def __init__(self, session: Any, screens: ScreenSet, form: FormScreen, name: str, actor: Actor) -> None:
        self.name, self.place = name, field_of(form, name)
        narrow = copy(form)
        narrow.nodes = [self.place.node] if self.place is not None else []
        self.editor = RecordEditor(session, screens, narrow, actor)

    def open(self, record_id: int) -> Outcome | None:
        """The field of the record; None where it can't be changed, or there is no such record."""
        outcome = self.editor.open(record_id)
        return outcome if outcome is not None and self._editable(outcome) else None

    def save(self, record_id: int, data: MultiDict[str, str], base: str) -> Outcome | None:
        """Write what was typed, or say what is wrong with it; None as of `open`. The caller commits."""
        if self.open(record_id) is None:
            return None
        sent = MultiDict((n, v) for n, v in data.items() if n in (self.name, f"{self.name}.text"))
        sent[BASE] = base
        return self.editor.save(record_id, sent)

    def entry(self, outcome: Outcome) -> Entry:
        """The field in an outcome."""
        return outcome.form.entries[self.name]

    def raw(self, outcome: Outcome) -> dict[str, str]:
        """What a form would send to leave the field as it is in this outcome."""
        bound = self.entry(outcome).input
        if isinstance(bound, RefField):
            return {self.name: "" if bound.data is None else str(bound.data), f"{self.name}.text": bound.text}
        if isinstance(bound.data, bool):
            return {self.name: "y"} if bound.data else {}
        shown = getattr(bound, "_value", None)
        return {self.name: str(shown()) if shown else str(bound.data if bound.data is not None else "")}

    def reason(self, outcome: Outcome | None) -> str:
        """Why nothing was written."""
        if outcome is None:
            return _("This record can no longer be changed.")
        entry = outcome.form.entries.get(self.name)
        errors = [*(entry.input.errors if entry and entry.input is not None else ()), *outcome.form.problems]
        if outcome.conflict:
            now = outcome.conflict[0].now
            errors.append(
                _("Somebody else has written “%(now)s” here meanwhile. Save again to replace it.", now=now)
            )
        return " ".join(map(str, errors))

    def _editable(self, outcome: Outcome) -> bool:
        entry = outcome.form.entries.get(self.name)
        section = self.place.parent if self.place is not None else None
        condition = section.visible if isinstance(section, Section) else None
        if condition is not None and not condition(outcome.form.record):
            return False
        return outcome.form.editable and entry is not None and entry.input is not None
