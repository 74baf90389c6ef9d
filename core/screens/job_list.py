"""All jobs in one list; a row opens the page of the job, which steers it."""

from typing import Any

from sqlalchemy import ColumnElement, and_

from core.i18n import _l
from core.jobs.names import STATES
from core.screens.declaring import Screens
from core.screens.tree import Column, Filter
from core.security.rules import here

screens = Screens()


def failed(job: Any) -> ColumnElement[bool]:
    """The condition that a job of this company ended with a fault."""
    return and_(here(job), job.state == "failed")


screens.list(
    "job.list",
    model="job",
    title=_l("Jobs"),
    columns=[
        "title",
        Column("state", choices=STATES),
        Column("user_id", _l("Started by")),
        Column("created_at", _l("Started")),
        Column("finished_at", _l("Finished")),
        Column("error", _l("Fault"), shown=False),
    ],
    filters=[
        Filter("state", choices=STATES),
        Filter("user_id", _l("Started by")),
        Filter("created_at", _l("Started")),
    ],
    search=["title", "error"],
    group_by=["state"],
    order="-created_at",
    create=False,
    address="/jobs/",
    where=here,
    empty=_l("Work in the background is listed here: statement runs, exports, changes of many records."),
)
