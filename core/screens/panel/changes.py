"""What the audit holds of a record, as its reader may see it: fields by the form's labels, values by locale.

The audit keeps values as JSON, under the names of columns. A field that the form doesn't show, or that this
reader may not see, is left out; related records are named by their label, with one query a model.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import get_timezone
from markupsafe import Markup, escape

from core.i18n import _, locale_code
from core.screens.composition import ScreenSet
from core.screens.fields import NUMERIC, FieldInfo, UnknownFieldError, label_of, shower
from core.screens.forms.labels import labels_of
from core.screens.tree import Column, Field, FormScreen, Grid, walk
from core.security.actor import Actor
from core.security.rights import may_see_field, model_rights

#: Longer texts are cut: the panel says that a description changed, the record what it is.
LONGEST = 160


@dataclass(frozen=True)
class Change:
    """A field that changed, as people read it; `was` and `now` are empty for what was and is empty."""

    label: str
    was: Markup
    now: Markup


@dataclass(frozen=True)
class _Raw:
    node: Field | Column
    info: FieldInfo
    was: Any
    now: Any


@dataclass(frozen=True)
class Told:
    """What an event did: a heading where it is about a line, and fields."""

    heading: str
    changes: list[_Raw]


class Teller:
    """Tells the events of one record to one actor."""

    def __init__(self, screens: ScreenSet, form: FormScreen, record: Any, actor: Actor) -> None:
        self.screens, self.actor, self.record, self.model = screens, actor, record, form.model
        self.currency = getattr(record, "currency_code", "") or ""
        places = list(walk(form))
        self.fields = {
            p.node.name: p.node
            for p in places
            if isinstance(p.node, Field)
            and not isinstance(p.parent, Grid)
            and may_see_field(actor, form.model, p.node.name)
        }
        self.grids = {p.node.name: p.node for p in places if isinstance(p.node, Grid)}

    def of_record(self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Told:
        """The visible fields that an update changed."""
        return Told("", self._raw(self.model, self.fields, before or {}, after or {}))

    def of_lines(self, traces: Iterable[Mapping[str, Any]]) -> list[Told]:
        """What a save did to the lines that the reader may see."""
        told = []
        for trace in traces:
            grid = self.grids.get(trace.get("grid", ""))
            if grid is not None and self.actor.may(model_rights(grid.model).read):
                told.append(self._line(grid, trace))
        return [t for t in told if t.changes]

    def _line(self, grid: Grid, trace: Mapping[str, Any]) -> Told:
        headings = {
            "create": _("Line %(n)s added", n=trace["line"]),
            "delete": _("Line %(n)s deleted", n=trace["line"]),
            "update": _("Line %(n)s", n=trace["line"]),
        }
        seen = {
            c.name: c
            for c in grid.nodes
            if isinstance(c, Column) and may_see_field(self.actor, grid.model, c.name)
        }
        return Told(headings[trace["act"]], self._raw(grid.model, seen, trace["before"], trace["after"]))

    def _raw(
        self,
        model: str,
        nodes: Mapping[str, Field | Column],
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> list[_Raw]:
        found = []
        for name, node in nodes.items():
            was, now = before.get(name), after.get(name)
            if was != now and (name in before or name in after):
                try:
                    found.append(_Raw(node, self.screens.info(model, name), was, now))
                except UnknownFieldError:
                    continue
        return found

    def labels(self, session: Any, told: Iterable[Told]) -> dict[tuple[str, str], dict[Any, str]]:
        """The labels of all related records that are spoken of."""
        wanted: dict[tuple[str, str], set[Any]] = {}
        for raw in (raw for one in told for raw in one.changes if raw.info.kind == "ref"):
            key = (raw.info.target, raw.info.target_column)
            wanted.setdefault(key, set()).update(v for v in (raw.was, raw.now) if v is not None)
        return {key: labels_of(session, self.screens, key, ids) for key, ids in wanted.items() if ids}

    def shown(self, told: Told, labels: Mapping[tuple[str, str], Mapping[Any, str]]) -> list[Change]:
        """The fields in words."""
        return [
            Change(
                label_of(raw.node, raw.info),
                self._text(raw, raw.was, labels),
                self._text(raw, raw.now, labels),
            )
            for raw in told.changes
        ]

    def _text(self, raw: _Raw, value: Any, labels: Mapping[tuple[str, str], Mapping[Any, str]]) -> Markup:
        if value is None or value == "":
            return Markup("")
        info = raw.info
        if info.kind == "bool":
            return escape(_("Yes") if value else _("No"))
        if info.kind == "ref":
            known = labels.get((info.target, info.target_column), {})
            return escape(known.get(value, f"#{value}"))
        show = shower(info.kind, locale_code(), get_timezone(), raw.node.choices)
        currency = self.currency if info.in_currency else ""
        value = _read(info.kind, value)
        if isinstance(value, str) and len(value) > LONGEST:
            value = value[:LONGEST] + "…"
        return Markup(show(value, currency))  # noqa: S704  # a shower escapes


def _read(kind: str, value: Any) -> Any:
    """A value as the audit keeps it, as Python holds it."""
    if kind in NUMERIC:
        return Decimal(str(value))
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "moment":
        return datetime.fromisoformat(value)
    return value
