"""What happened to a record, newest first: changes, acts, mails, jobs, and notes that people write.

Everything that one transaction did has one moment (`now()` of PostgreSQL is when it began), so that posting
an invoice is one entry: the act, the number that it was given, the state that it is in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core import m
from core.i18n import _, _l
from core.jobs import names as job_names
from core.mail import names as mail_names
from core.screens.actions import find_button
from core.screens.fields import actor_text, readable_value
from core.screens.forms.line_trace import LINES
from core.screens.panel.changes import Change, Teller, Told
from core.screens.tree import FormScreen
from core.security.rights import model_rights

PAGE = 20
#: Rows of each kind that are read for a page: a transaction may write several of them.
READ = 80

#: The acts of the host; those of addons are called as their buttons are.
ACTS = {
    "create": _l("Created"),
    "update": _l("Changed"),
    LINES: _l("Changed"),
    "delete": _l("Deleted"),
    "attach": _l("File added"),
    "detach": _l("File removed"),
    "reattach": _l("File restored"),
    "mail": _l("Sent by mail"),
}


@dataclass(frozen=True)
class Group:
    """Changes under a heading, which is empty for those of the record itself."""

    heading: str
    changes: list[Change]


@dataclass
class Happening:
    """One entry of the timeline."""

    at: datetime
    who: str = ""
    titles: list[str] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    #: Names of files that came or went.
    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    mails: list[tuple[Any, str]] = field(default_factory=list)
    jobs: list[tuple[Any, str]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether the reader sees nothing of it."""
        return not (self.titles or self.groups or self.notes or self.mails or self.jobs)


@dataclass(frozen=True)
class Timeline:
    """A page of it."""

    entries: list[Happening]
    #: Where the next page begins, None at the end.
    older: datetime | None


def act_title(form: FormScreen | None, action: str) -> str:
    """What people call what was done: an act of the host, or the button of the record's form."""
    if action in ACTS:
        return str(ACTS[action])
    button = find_button(form, action) if form is not None else None
    return str(button.label) if button is not None else _(readable_value(action))


class Reader:
    """Reads the timeline of one record, which the session's actor may read."""

    def __init__(self, session: Any, form: FormScreen, record: Any, teller: Teller) -> None:
        self.session, self.form, self.record, self.teller = session, form, record, teller
        self.found: dict[datetime, Happening] = {}

    def page(self, before: datetime | None = None) -> Timeline:
        """The entries before a moment: a fixed number of queries, however much there is."""
        full = [
            self._audit(self._rows(m.AuditEvent, m.AuditEvent.at, before)),
            self._notes(self._rows(m.Note, m.Note.at, before)),
        ]
        if not self.form.own_mail_log:
            full.append(self._mails(self._rows(m.MailMessage, m.MailMessage.created_at, before)))
        if self.teller.actor.may(model_rights("job").read):
            full.append(self._jobs(self._rows(m.Job, m.Job.created_at, before)))
        # Below the last row of a kind that was not read to its end, there may be more of that kind.
        known_to = max((at for at in full if at is not None), default=None)
        moments = sorted((at for at in self.found if known_to is None or at >= known_to), reverse=True)
        shown = moments[:PAGE]
        more = known_to is not None or len(moments) > PAGE
        entries = [self.found[at] for at in shown if not self.found[at].empty]
        return Timeline(entries, shown[-1] if more and shown else None)

    def _rows(self, model: Any, at: Any, before: datetime | None) -> list[Any]:
        query = select(model).where(model.model == self.form.model, model.record_id == self.record.id)
        if before is not None:
            query = query.where(at < before)
        return list(self.session.scalars(query.order_by(at.desc(), model.id.desc()).limit(READ)))

    def _entry(self, at: datetime, who: str = "") -> Happening:
        entry = self.found.setdefault(at, Happening(at))
        entry.who = entry.who or actor_text(who)
        return entry

    def _audit(self, events: list[Any]) -> datetime | None:
        told = [(event, self._told(event)) for event in reversed(events)]
        labels = self.teller.labels(self.session, (t for _event, some in told for t in some))
        for event, some in told:
            groups = [Group(t.heading, self.teller.shown(t, labels)) for t in some if t.changes]
            if not groups and event.action in ("update", LINES):
                # Nothing that this reader may see.
                continue
            entry = self._entry(event.at, event.user_name)
            entry.groups += groups
            if event.action in ("attach", "detach", "reattach"):
                entry.files.append(str((event.after or {}).get("filename", "")))
            if reason := (event.after or {}).get("reason"):
                entry.notes.append(str(reason))
            title = act_title(self.form, event.action)
            if title not in entry.titles:
                entry.titles.append(title)
        self._drop_plain_titles()
        return events[-1].at if len(events) == READ else None

    def _told(self, event: Any) -> list[Told]:
        if event.action == LINES:
            return self.teller.of_lines((event.after or {}).get("lines", ()))
        if event.action == "update":
            return [self.teller.of_record(event.before, event.after)]
        return []

    def _drop_plain_titles(self) -> None:
        """“Posted” says all that “Changed, Posted” does."""
        changed = str(ACTS["update"])
        for entry in self.found.values():
            if len(entry.titles) > 1:
                entry.titles = [title for title in entry.titles if title != changed]

    def _mails(self, mails: list[Any]) -> datetime | None:
        for mail in mails:
            entry = self._entry(mail.created_at)
            if not entry.titles:
                entry.titles.append(str(ACTS["mail"]))
            entry.mails.append((mail, str(mail_names.STATES[mail.state])))
        return _end(mails, "created_at")

    def _notes(self, notes: list[Any]) -> datetime | None:
        for note in notes:
            self._entry(note.at, note.user_name).notes.append(note.body)
        return _end(notes, "at")

    def _jobs(self, jobs: list[Any]) -> datetime | None:
        for job in jobs:
            self._entry(job.created_at).jobs.append((job, str(job_names.STATES[job.state])))
        return _end(jobs, "created_at")


def _end(rows: Iterable[Any], name: str) -> datetime | None:
    rows = list(rows)
    return getattr(rows[-1], name) if len(rows) == READ else None
