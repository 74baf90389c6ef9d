"""The files of a run as one archive, and its index: which file is whose, of how much, to whom it goes.

The archive is made while it is sent: a thousand statements are never in memory at once.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import text

from addons.billing_statements.names import ANSWERS, STATES
from core.db import AnySession
from core.i18n import _
from core.records import attachments

_FILES = text("""
    SELECT s.number, s.version, p.code, p.name, s.currency_code, s.period_start, s.period_end, s.closing,
           s.state, a.filename, a.sha256, a.size, array_to_string(mail.to, ', ') AS sent_to, w.state AS answer
      FROM billing_statement s
      JOIN partner p ON p.id = s.partner_id
      LEFT JOIN attachment a ON a.id = s.attachment_id
      LEFT JOIN mail_message mail ON mail.id = s.mail_id
      LEFT JOIN billing_answer w ON w.statement_id = s.id
     WHERE s.run_id = :run ORDER BY s.number, s.version
""")


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
    ]
    return header, [_row(row) for row in session.execute(_FILES, {"run": run_id})]


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
        _name(row) if row.sha256 else "",
        row.sha256 or "",
    )


def _name(row: Any) -> str:
    """The name in the archive: one a statement and version, the customer's code first."""
    stem, _dot, ending = row.filename.rpartition(".")
    version = f" v{row.version}" if row.version > 1 else ""
    return f"{row.code} {stem}{version}.{ending}".replace("/", "-")


def archive(session: AnySession, run_id: int) -> Iterator[bytes]:
    """All files of a run that stand, in blocks."""
    rows = session.execute(_FILES, {"run": run_id}).all()
    return _archived([(_name(row), row.sha256) for row in rows if row.sha256 and row.state != "superseded"])


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
