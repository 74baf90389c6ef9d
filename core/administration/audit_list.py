"""Who changed what: one list of all events; a row opens the event with the values before and after."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Text, case, cast, func, select
from sqlalchemy.orm import aliased

from core.i18n import _l
from core.models import Composition
from core.screens import Column, Filter, Screens
from core.screens.fields import label_column
from core.screens.panel.timeline import ACTS
from core.screens.refusals import kind_name
from core.security.rules import here

screens = Screens()


class Kinds(Mapping[str, str]):
    """What people call the records of each audited model, by the model's name."""

    def __getitem__(self, model: str) -> str:
        return kind_name(_composition().model(model), model)

    def __iter__(self) -> Iterator[str]:
        audited = [name for name in _composition().parts if _composition().model(name)._audited]
        return iter(sorted(audited, key=lambda name: self[name]))

    def __len__(self) -> int:
        return len(_composition().parts)


def _composition() -> Composition:
    found: Composition = current_app.extensions["composition"]
    return found


def record_name(event: Any) -> ColumnElement[str]:
    """What people call the record: its number or name as it is now, its id where it has gone.

    Of each row only the query of its own model is asked.
    """
    named = []
    for name in sorted(_composition().parts):
        cls = aliased(_composition().model(name))
        if hasattr(cls, "id"):
            label = select(cast(label_column(cls), Text)).where(cls.id == event.record_id)
            named.append((event.model == name, label.correlate(event).scalar_subquery()))
    return func.coalesce(case(*named), cast(event.record_id, Text))


screens.list(
    "audit.event.list",
    model="audit.event",
    title=_l("Audit"),
    columns=[
        Column("at", _l("Time")),
        Column("user_name", _l("By"), show="actor"),
        Column("action", _l("Act"), show="choice", choices=ACTS),
        Column("model", _l("Kind of record"), show="choice", choices=Kinds()),
        Column("record", _l("Record"), value=record_name, sortable=False),
        Column("record_id", _l("Number"), shown=False),
        Column("request_id", _l("Request"), shown=False),
    ],
    filters=[
        Filter("at", _l("Time")),
        Filter("user_name", _l("By")),
        Filter("action", _l("Act"), choices=ACTS),
        Filter("model", _l("Kind of record"), choices=Kinds()),
        Filter("record_id", _l("Record")),
    ],
    search=["user_name", "model", "action"],
    order="-at",
    create=False,
    address="/audit/",
    where=here,
    empty=_l("Every change is noted here: who, when, what it was before and after."),
)
