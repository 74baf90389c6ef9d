"""Write what a form holds: under the row's lock, against the values that the form was loaded with."""

from dataclasses import dataclass, field
from decimal import InvalidOperation
from typing import Any

from sqlalchemy import inspect as orm_inspect
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import MultiDict

from core.errors import UserError
from core.i18n import _
from core.screens.composition import ScreenSet
from core.screens.fields import FieldInfo
from core.screens.forms.amounts import refuse_surplus
from core.screens.forms.conflict import Difference, base_of, meet, seal, unseal
from core.screens.forms.form import (
    FormBuilder,
    GridForm,
    Line,
    RecordForm,
    load_lines,
    parent_column,
)
from core.screens.forms.inputs import value_of
from core.screens.forms.labels import fill_labels
from core.screens.forms.line_trace import LINES, deleted_line, written_line
from core.screens.refusals import explain
from core.screens.tree import FormScreen
from core.security import audit
from core.security.actor import Actor

#: Where a form carries the values that it was loaded with.
BASE = "_base"


@dataclass
class Outcome:
    """What became of it: the form, the id of what was written, or what others changed meanwhile."""

    form: RecordForm
    base: str = ""
    saved_id: int | None = None
    conflict: list[Difference] = field(default_factory=list)


class RecordEditor:
    """Opens and saves the records of one form screen, for one actor, in one session."""

    def __init__(self, session: Any, screens: ScreenSet, screen: FormScreen, actor: Actor) -> None:
        self.session, self.screens, self.screen, self.actor = session, screens, screen, actor
        self.cls = screens.models.model(screen.model)
        self.builder = FormBuilder(screens, screen, actor)

    def open(self, record_id: int | None) -> Outcome | None:
        """The form of a record, or of a new one; None when there is no such record for this actor."""
        record = self.session.get(self.cls, record_id) if record_id is not None else None
        if record_id is not None and record is None:
            return None
        lines = self._lines(record)
        form = self.builder.build(record, lines, defaults=None if record else self._defaults())
        fill_labels(self.session, self.screens, form, self.actor)
        return Outcome(form, seal(base_of(form, lines)))

    def save(self, record_id: int | None, data: MultiDict[str, str]) -> Outcome | None:
        """Write what was sent, or say what is wrong with it; the caller commits."""
        record = self._locked(record_id) if record_id is not None else None
        if record_id is not None and record is None:
            return None
        lines = self._lines(record)
        form = self.builder.build(record, lines, data, None if record else self._defaults())
        if not form.editable:
            raise UserError(_("This record can no longer be changed."))
        self._validate(form)
        conflict = meet(form, unseal(data.get(BASE, "")), lines, self.builder) if record else []
        fill_labels(self.session, self.screens, form, self.actor)
        base = seal(base_of(form, lines))
        if conflict or not form.valid:
            return Outcome(form, base, conflict=conflict)
        return self._write(form, lines, base)

    def read(self, record_id: int | None, data: MultiDict[str, str]) -> RecordForm | None:
        """The form with what was sent, unchecked and unwritten; None when there is no such record."""
        record = self.session.get(self.cls, record_id) if record_id is not None else None
        if record_id is not None and record is None:
            return None
        return self.builder.build(record, self._lines(record), data, None if record else self._defaults())

    def _lines(self, record: Any) -> dict[str, list[Any]]:
        return load_lines(self.session, self.screens, self.screen, record.id) if record is not None else {}

    def _defaults(self) -> dict[str, Any]:
        given = dict(self.screen.defaults(self.session)) if self.screen.defaults else {}
        if "company_id" in orm_inspect(self.cls).columns:
            given.setdefault("company_id", self.actor.company_id)
        return given

    def _locked(self, record_id: int) -> Any:
        query = select(self.cls).where(self.cls.id == record_id).with_for_update(of=self.cls)
        return self.session.scalar(query.execution_options(populate_existing=True))

    def _validate(self, form: RecordForm) -> None:
        form.form.validate()
        for grid in form.grids.values():
            for line in grid.lines:
                if line.form is not None:
                    line.form.validate()
                    _refuse_blank(grid, line)
        refuse_surplus(form)

    def _write(self, form: RecordForm, lines: dict[str, list[Any]], base: str) -> Outcome:
        try:
            with self.session.begin_nested():
                record = self._written(form, lines)
        except DBAPIError as error:
            self._refuse(form, error)
            return Outcome(form, base)
        except UserError as error:
            form.problems.append(str(error))
            form.see = (error.address, error.place)
            return Outcome(form, base)
        except InvalidOperation:  # an amount computed from what was typed has more digits than any column
            form.problems.append(_("A number is too large to be kept. Check the amounts."))
            return Outcome(form, base)
        return Outcome(form, base, saved_id=record.id)

    def _written(self, form: RecordForm, lines: dict[str, list[Any]]) -> Any:
        record = form.record if form.record is not None else self.cls(**self._defaults())
        for entry in form.entries.values():
            if entry.input is not None:
                _assign(record, entry.info, entry.input, form.record is None)
        was = _was(record)
        self.session.add(record)
        if form.grids:
            self.session.flush()
        traces: list[dict[str, Any]] = []
        for grid in form.grids.values():
            if grid.editable:
                traces += self._write_lines(grid, record, lines.get(grid.node.name, []))
        # The lines of a new document are part of its making.
        if traces and form.record is not None:
            audit.record(self.session, LINES, self.screen.model, [record.id], {"lines": traces})
            for trace in traces:
                was.setdefault(trace["grid"], []).append(trace)
        self._forget_lines(form, record)
        self._tell_screen(record, was)
        if form.record is None:
            self.cls.create(self.session, [record])
        self.session.flush()
        return record

    def _tell_screen(self, record: Any, was: dict[str, Any]) -> None:
        if self.screen.on_save is not None:
            self.screen.on_save(self.session, record)
        if self.screen.on_change is not None:
            self.screen.on_change(self.session, record, was)

    def _write_lines(self, grid: GridForm, record: Any, before: list[Any]) -> list[dict[str, Any]]:
        """Write the lines of a grid; returns what became of them, for the audit."""
        kept = {id(line.record) for line in grid.lines}
        names = [head.node.name for head in grid.heads if not getattr(head.node, "readonly", False)]
        traces: list[dict[str, Any] | None] = []
        for number, gone in enumerate(before, start=1):
            if id(gone) not in kept:
                traces.append(deleted_line(grid.node.name, number, gone, names))
                self.session.delete(gone)
        self._make_room(grid)
        for number, line in enumerate(grid.lines, start=1):
            row = self._write_line(grid, record, line, number)
            traces.append(written_line(grid.node.name, number, row, names, line.record is None))
        return [trace for trace in traces if trace]

    def _forget_lines(self, form: RecordForm, record: Any) -> None:
        """Let `on_save` see the lines of now, and not those that the record had when it was loaded."""
        models = {grid.node.model for grid in form.grids.values()}
        stale = [r.key for r in orm_inspect(self.cls).relationships if r.mapper.class_._name in models]
        if stale:
            self.session.flush()
            self.session.expire(record, stale)

    def _make_room(self, grid: GridForm) -> None:
        """Take lines that move out of the way: the session writes new lines before it deletes old ones."""
        numbered = [(n, line.record) for n, line in enumerate(grid.lines, start=1) if line.record is not None]
        for number, row in numbered:
            if getattr(row, "position", number) != number:
                row.position = -number
        self.session.flush()

    def _write_line(self, grid: GridForm, record: Any, line: Line, number: int) -> Any:
        cls = self.screens.models.model(grid.node.model)
        columns = orm_inspect(cls).columns
        row = line.record
        if row is None:
            row = cls(**{parent_column(self.screens, self.screen, grid.node): record.id})
            if "company_id" in columns:
                row.company_id = getattr(record, "company_id", self.actor.company_id)
            self.session.add(row)
        if "position" in columns and row.position != number:
            row.position = number
        for entry in line.entries:
            if entry.input is not None:
                _assign(row, entry.info, entry.input, line.record is None)
        return row

    def _refuse(self, form: RecordForm, error: DBAPIError) -> None:
        message, name = explain(error, self.screens.models)
        entry = form.entries.get(name)
        if entry is not None and entry.input is not None:
            entry.input.errors = [*entry.input.errors, message]
        else:
            form.problems.append(message)


def _refuse_blank(grid: GridForm, line: Line) -> None:
    """Put an error on a line that says nothing."""
    asked = [e for e in line.entries if e.node.name in grid.node.filled and e.input is not None]
    if asked and not any(e.input.data or getattr(e.input, "text", "") for e in asked):
        asked[0].input.errors = [*asked[0].input.errors, _("Say what this line is for, or delete it.")]


def _was(record: Any) -> dict[str, Any]:
    """What the columns held that were just set; nothing of a record that is not written yet."""
    state = orm_inspect(record)
    if not state.persistent:
        return {}
    histories = {a.key: state.attrs[a.key].history for a in state.mapper.column_attrs}
    return {key: one.deleted[0] for key, one in histories.items() if one.has_changes() and one.deleted}


def _assign(record: Any, info: FieldInfo, bound: Any, is_new: bool) -> None:
    value = value_of(info, bound)
    if value is None and not info.nullable and info.has_default:
        if is_new:
            return
        raise UserError(_("Fill in “%(label)s”.", label=bound.label.text))
    if getattr(record, info.name) != value:
        setattr(record, info.name, value)
