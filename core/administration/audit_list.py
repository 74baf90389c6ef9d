"""Who changed what: one list of all events; a row opens the event with the values before and after."""

from typing import Any

from sqlalchemy import ColumnElement, or_

from core.i18n import _l
from core.screens import Column, Filter, Screens
from core.security.rights import current_actor

screens = Screens()


def of_company(event: Any) -> ColumnElement[bool]:
    """The condition that an event is of the company that the user works in, or of none."""
    return or_(event.company_id.is_(None), event.company_id == current_actor().company_id)


screens.list(
    "audit.event.list",
    model="audit.event",
    title=_l("Audit"),
    columns=[
        Column("at", _l("Time")),
        Column("user_name", _l("By")),
        Column("action", _l("Act")),
        Column("model", _l("Kind of record")),
        Column("record_id", _l("Record")),
        Column("request_id", _l("Request"), shown=False),
    ],
    filters=[
        Filter("at", _l("Time")),
        Filter("user_name", _l("By")),
        Filter("action", _l("Act")),
        Filter("model", _l("Kind of record")),
        Filter("record_id", _l("Record")),
    ],
    search=["user_name", "model", "action"],
    order="-at",
    create=False,
    address="/audit/",
    where=of_company,
    empty=_l("Every change is noted here: who, when, what it was before and after."),
)
