"""Who changed what: one list of all events; a row opens the event with the values before and after."""

from collections.abc import Iterator, Mapping

from flask import current_app

from core.i18n import _l
from core.models import Composition
from core.screens import Column, Filter, Screens
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


screens.list(
    "audit.event.list",
    model="audit.event",
    title=_l("Audit"),
    columns=[
        Column("at", _l("Time")),
        Column("user_name", _l("By"), show="actor"),
        Column("action", _l("Act"), show="choice", choices=ACTS),
        Column("model", _l("Kind of record"), show="choice", choices=Kinds()),
        Column("record_id", _l("Record")),
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
