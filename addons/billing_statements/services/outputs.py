"""The files of a run as one archive, and its index: which file is whose, of how much, to whom it goes.

The archive is made while it is sent: a thousand statements are never in memory at once.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from addons.billing_statements.names import ANSWERS, STATES
from addons.billing_statements.services.data import WORKBOOK
from core import m
from core.db import AnySession
from core.i18n import _
from core.records import attachments


def _files(run_id: int) -> Any:
    """The statements of a run that the user may see, by record rules like any list."""
    statement, partner, file = m.BillingStatement, m.Partner, m.Attachment
    mail, answer, workbook = m.MailMessage, m.BillingAnswer, aliased(m.Attachment)
    own = (workbook.model == statement._name) & (workbook.record_id == statement.id)
    version = workbook.document == func.concat(f"{WORKBOOK}/", statement.version)
    return (
        select(
            statement.number,
            statement.version,
            partner.code,
            partner.name,
            statement.currency_code,
            statement.period_start,
            statement.period_end,
            statement.closing,
            statement.state,
            file.filename,
            file.sha256,
            func.array_to_string(mail.to, ", ").label("sent_to"),
            answer.state.label("answer"),
            workbook.filename.label("workbook_name"),
            workbook.sha256.label("workbook"),
        )
        .join(partner, partner.id == statement.partner_id)
        .outerjoin(file, file.id == statement.attachment_id)
        .outerjoin(workbook, own & version)
        .outerjoin(mail, mail.id == statement.mail_id)
        .outerjoin(answer, answer.statement_id == statement.id)
        .where(statement.run_id == run_id)
        .order_by(statement.number, statement.version)
    )


def index(session: AnySession, run_id: int) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The headings and the rows of the index of a run, replaced statements included."""
    header = [
        _("Number"),
        _("Version"),
        _("Code"),
        _("Customer"),
        _("From"),
        _("To"),
        _("Balance"),
        _("Currency"),
        _("State"),
        _("Sent to"),
        _("Customer's answer"),
        _("File"),
        "SHA-256",
        _("Workbook"),
        _("SHA-256 of the workbook"),
    ]
    return header, [_row(row) for row in session.execute(_files(run_id))]


def _row(row: Any) -> tuple[Any, ...]:
    return (
        row.number,
        row.version,
        row.code,
        row.name,
        row.period_start,
        row.period_end,
        row.closing,
        row.currency_code,
        str(STATES[row.state]),
        row.sent_to or "",
        str(ANSWERS[row.answer]) if row.answer else "",
        _name(row, row.filename) if row.sha256 else "",
        row.sha256 or "",
        _name(row, row.workbook_name) if row.workbook else "",
        row.workbook or "",
    )


def _name(row: Any, filename: str) -> str:
    """The name in the archive: one a statement and version, the customer's code first."""
    stem, _dot, ending = filename.rpartition(".")
    version = f" v{row.version}" if row.version > 1 else ""
    return f"{row.code} {stem}{version}.{ending}".replace("/", "-")


def archive(session: AnySession, run_id: int) -> Iterator[bytes]:
    """All files of a run that stand, in blocks."""
    rows = session.execute(_files(run_id)).all()
    standing = [row for row in rows if row.sha256 and row.state != "superseded"]
    files = [(_name(row, row.filename), row.sha256) for row in standing]
    files += [(_name(row, row.workbook_name), row.workbook) for row in standing if row.workbook]
    return _archived(files)


def _archived(files: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as made:
        for name, sha256 in files:
            made.writestr(name, attachments.read(sha256))
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """What an archive is written to and handed on from; it can't be gone back in."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        self._blocks.append(bytes(block))
        return len(self._blocks[-1])

    def taken(self) -> bytes:
        """What was written since."""
        blocks, self._blocks = self._blocks, []
        return b"".join(blocks)
