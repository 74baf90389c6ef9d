"""Read by the clock what came back.

A report is kept in the transaction of the job, and marked as seen in the mailbox by the next turn only, which
finds it kept: a worker that dies in between loses nothing, and a report that is read twice adds nothing.
"""

from typing import Any

from flask import current_app

from core.i18n import _
from core.jobs.kinds import Jobs, RefusedError, SkippedError, Step
from core.mail import noting
from core.mail.imap import Box, opened
from core.mail.reports import is_automatic, read_report
from core.mail.transport import TemporaryError

jobs = Jobs()
#: Reports that one turn reads.
MOST = 500


@jobs.kind("mail.read_returns")
def read_returns(session: Any, step: Step) -> dict[str, Any]:
    """What is new in the mailbox: returned letters, out-of-office replies; people's are left alone."""
    settings = current_app.extensions["settings"]
    if not settings.returns_host:
        raise SkippedError(_("No mailbox of returned mail is set: see BINCARD_RETURNS_HOST."))
    counts = {"bounced": 0, "delayed": 0, "away": 0, "of others": 0, "letters": 0}
    try:
        with opened(settings) as box:
            _read(session, box, settings.mail_redirect, counts)
    except TemporaryError as error:
        raise RefusedError(str(error)) from error
    return counts


def _read(session: Any, box: Box, redirect: str, counts: dict[str, int]) -> None:
    read = 0
    for uid, header in list(box.unseen()):
        if not is_automatic(header):
            counts["letters"] += 1
        elif read < MOST:
            read += 1
            for kind in _read_one(session, box, uid, redirect):
                counts[kind] += 1


def _read_one(session: Any, box: Box, uid: str, redirect: str) -> list[str]:
    report = read_report(box.whole(uid))
    if report is not None and noting.is_known(session, report):
        box.mark(uid)
        return []
    kinds = noting.note(session, report, redirect) if report is not None else []
    if not kinds:
        # About no mail of ours: nothing is lost where it is not looked at again.
        box.mark(uid)
        return ["of others"]
    return kinds
