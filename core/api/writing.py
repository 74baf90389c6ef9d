"""Changes, by way of the record's form: what a person may write on the screen, a program may write here.

The form of the screen decides which fields take input, reads and checks them, sets defaults, computes what
follows, and writes lines. So nothing is checked twice, and no rule holds in one place only. A call is turned
into what a browser would have sent: what it leaves out stays as it is, or takes its default in a new record.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask_babel import to_user_timezone
from werkzeug.datastructures import MultiDict

from core.api.problems import ApiProblem, FieldError
from core.api.resources import Resource, screens
from core.api.values import ValueRefusedError, from_json
from core.db import db
from core.i18n import _, locale_code
from core.screens.actions import press
from core.screens.fields import number_text
from core.screens.forms.form import MAX_LINES, Entry, GridForm, Line, RecordForm
from core.screens.forms.saving import BASE, Outcome, RecordEditor
from core.screens.tree import Act, Button, FormScreen
from core.security.actor import Actor

Body = dict[str, Any]


@dataclass
class Sent:
    """What a browser would send for a call, and what is wrong with the call."""

    data: MultiDict[str, str]
    errors: list[FieldError] = field(default_factory=list)
    #: Of each grid that the call names: the keys of its lines, in the order of the call.
    keys: dict[str, list[str]] = field(default_factory=dict)


def save(resource: Resource, actor: Actor, record_id: int | None, body: Body) -> int:
    """Write a new record, or what the call changes of one, and return its id; raises ApiProblem."""
    assert resource.form is not None
    editor = RecordEditor(db.session, screens(), resource.form, actor)
    opened = editor.open(record_id)
    if opened is None:
        raise ApiProblem("not-found")
    if not opened.form.editable:
        raise ApiProblem("conflict", _("This record can no longer be changed."))
    sent = _as_form_data(resource, opened, body)
    if sent.errors:
        raise ApiProblem("invalid", errors=sent.errors)
    outcome = editor.save(record_id, sent.data)
    assert outcome is not None
    if outcome.saved_id is None:
        raise ApiProblem("invalid", " ".join(outcome.form.problems), errors=list(_errors(outcome.form, sent)))
    _refuse_lost_lines(outcome.form, sent)
    return outcome.saved_id


def _as_form_data(resource: Resource, opened: Outcome, body: Body) -> Sent:
    form = opened.form
    sent = Sent(MultiDict([(BASE, opened.base)]))
    known = {n for n, e in form.entries.items() if e.input is not None}
    known |= {n for n, g in form.grids.items() if g.editable}
    sent.errors += [FieldError(n[:80], _not_writable(resource, n)) for n in body if n not in known]
    for name, entry in form.entries.items():
        if entry.input is not None:
            _put(sent, resource, entry, body, name, name)
    for grid in form.grids.values():
        if grid.editable:
            _put_lines(sent, resource, grid, body)
    return sent


def _not_writable(resource: Resource, name: str) -> str:
    if name in resource.columns or name in resource.lines:
        return _("This field is read-only.")
    return _("There is no such field.")


def _put(sent: Sent, resource: Resource, entry: Entry, body: Body, key: str, path: str) -> None:
    """Add one input: what the call gives, else what the record holds."""
    value = entry.input.data
    if entry.node.name in body:
        try:
            value = from_json(resource, entry.info, body[entry.node.name])
        except ValueRefusedError as error:
            sent.errors.append(FieldError(path, str(error)))
            return
        if entry.info.kind == "moment" and value is not None:
            value = to_user_timezone(value)
    if entry.info.kind == "bool":
        if value:
            sent.data.add(key, "y")  # a box that is not ticked is not sent
    else:
        sent.data.add(key, _typed(entry, value))


def _typed(entry: Entry, value: Any) -> str:
    """The value as a person of the call's language would type it."""
    if value is None:
        return ""
    if entry.info.numeric:
        return number_text(value, locale_code(), 0, entry.input.scale)
    if entry.info.kind == "moment":
        return f"{value:%Y-%m-%dT%H:%M:%S}"
    return value.isoformat() if entry.info.kind == "date" else str(value)


def _put_lines(sent: Sent, resource: Resource, grid: GridForm, body: Body) -> None:
    name, of = grid.node.name, resource.lines[grid.node.name].resource
    stored = {line.key: line for line in grid.lines}
    if name not in body:
        for key, line in stored.items():
            _put_line(sent, of, line, {}, f"{name}-{key}", "")
        return
    given = body[name]
    if not isinstance(given, list) or len(given) > MAX_LINES:
        message = _("Give a list of at most %(n)s lines.", n=MAX_LINES)
        sent.errors.append(FieldError(name, message))
        return
    sent.keys[name] = []
    for number, line_body in enumerate(given):
        found, key = _line_for(sent, grid, stored, line_body, number)
        if found is not None:
            sent.keys[name].append(key)
            _put_line(sent, of, found, line_body, f"{name}-{key}", f"{name}.{number}")


def _line_for(
    sent: Sent, grid: GridForm, stored: dict[str, Line], body: Any, number: int
) -> tuple[Line | None, str]:
    """The stored line that the call means, or the blank one for a new line."""
    path = f"{grid.node.name}.{number}"
    if not isinstance(body, dict):
        sent.errors.append(FieldError(path, _("Give an object.")))
        return None, ""
    if body.get("id") is None:
        return grid.blank, f"n{number}"
    key = str(body["id"])
    if isinstance(body["id"], bool) or key not in stored or key in sent.keys[grid.node.name]:
        sent.errors.append(FieldError(f"{path}.id", _("The record has no such line, or it is given twice.")))
        return None, ""
    return stored[key], key


def _put_line(sent: Sent, of: Resource, line: Line, body: Body, key: str, path: str) -> None:
    # A mark by which the form knows of the line, even if none of its boxes is ticked.
    sent.data.add(f"{key}-_", "")
    entries = {e.node.name: e for e in line.entries if e.input is not None}
    for name in body:
        if name not in entries and name != "id":
            sent.errors.append(FieldError(f"{path}.{name[:80]}", _not_writable(of, name)))
    for name, entry in entries.items():
        _put(sent, of, entry, body, f"{key}-{name}", f"{path}.{name}")


def _errors(form: RecordForm, sent: Sent) -> Iterator[FieldError]:
    for name, entry in form.entries.items():
        if entry.input is not None and entry.input.errors:
            yield FieldError(name, " ".join(entry.input.errors))
    for name, grid in form.grids.items():
        keys = sent.keys.get(name, [])
        for line in grid.lines:
            at = keys.index(line.key) if line.key in keys else line.key
            for entry in line.entries:
                if entry.input is not None and entry.input.errors:
                    yield FieldError(f"{name}.{at}.{entry.node.name}", " ".join(entry.input.errors))


def _refuse_lost_lines(form: RecordForm, sent: Sent) -> None:
    """A form drops lines that nobody filled in; a program that sends one is told."""
    for name, keys in sent.keys.items():
        kept = {line.key for line in form.grids[name].lines}
        lost = [
            FieldError(f"{name}.{i}", _("This line is empty.")) for i, k in enumerate(keys) if k not in kept
        ]
        if lost:
            raise ApiProblem("invalid", errors=lost)


def do(act: Button | Act, record: Any, given: Any = None) -> str:
    """Do an act of the form and return its message; raises UserError where it may not be now."""
    message = press(db.session, act, record) if isinstance(act, Button) else _done(act, record, given)
    db.session.flush()
    return str(message)


def _done(act: Act, record: Any, given: Any) -> Any:
    return act.action(db.session, record, given) or _("Done.")


def delete(form: FormScreen, record: Any) -> None:
    """Delete the record, unless its state forbids it; raises ApiProblem."""
    if not form.delete or (form.readonly is not None and form.readonly(record)):
        raise ApiProblem("conflict", _("This record can no longer be changed."))
    db.session.delete(record)
    db.session.flush()
