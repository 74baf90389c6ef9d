"""From an uploaded file to booked records: upload, map, preview, start, count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from core import m
from core.db import AnySession
from core.errors import UserError
from core.exchange.cells import CellError
from core.exchange.conversion import Conversion, Problem, read_options, sibling_reason
from core.exchange.mapping import check_mapping, guess_mapping, guess_reading, remembered
from core.exchange.named import refuse_unknown
from core.exchange.targets import Target
from core.i18n import _, locale_code
from core.jobs import queue
from core.records import attachments
from core.security.actor import actor_of
from core.tabular import delimited, workbook
from core.tabular.packed import unpacked
from core.tabular.readers import Table, count_rows, layout_from, open_table, sniff
from core.tabular.writers import XLSX

KIND = "core.import"
#: Bytes of an uploaded file.
MAX_FILE = 64 * 1024 * 1024
#: Rows from which the way of writing dates and amounts is found out.
SAMPLE = 1000
MIMETYPES = {
    "csv": "text/csv",
    "csv.gz": "application/gzip",
    "xls": "application/vnd.ms-excel",
    "xlsx": XLSX,
}


class UnknownTargetError(UserError):
    """No installed addon brings this target; the message lists those that there are."""


class ImportStateError(UserError):
    """The import is under way or done; the message says what to do instead."""


class UploadError(UserError):
    """The file is too large to be taken in."""


@dataclass(frozen=True)
class Totals:
    """The rows of a file by what became of them."""

    rows: int = 0
    booked: int = 0
    unchanged: int = 0
    bad: int = 0
    pending: int = 0


@dataclass(frozen=True)
class PreviewRow:
    """A row as it would be booked: what stands there and its value, by field, and what is wrong with it."""

    number: int
    texts: dict[str, str]
    values: dict[str, Any]
    problems: list[Problem]


def target_of(name: str) -> Target:
    """The target of this name; raises UnknownTargetError."""
    targets: dict[str, Target] = current_app.extensions["import_targets"]
    if name not in targets:
        raise UnknownTargetError(
            _(
                "Nothing can be imported as %(name)s: choose among %(known)s.",
                name=name,
                known=", ".join(sorted(targets)) or "–",
            )
        )
    return targets[name]


def upload(session: AnySession, target: str, filename: str, contents: bytes, encoding: str = "") -> Any:
    """Keep a file as an import of this target, with the mapping that fits best; raises UserErrors.

    The whole file is read once, so that one which cannot be read is refused here and not halfway. An encoding
    is named by a person where it can't be found out.
    """
    goal = target_of(target)
    _refuse_large(contents)
    inner = unpacked(contents)
    _refuse_large(inner)
    table = open_table(inner, sniff(inner, encoding if encoding in delimited.CHOICES else ""))
    rows = count_rows(table)
    kept = filename if inner is contents else f"{filename.removesuffix('.zip')}.{table.layout.kind}"
    attachment = _attach(session, kept, inner, table)
    mapping, options = _proposal(session, goal, table)
    actor = actor_of(session)
    data_import = m.DataImport(
        company_id=attachment.company_id,
        target=target,
        filename=filename,
        attachment_id=attachment.id,
        header=table.header,
        layout=table.layout.as_json(),
        row_count=rows,
        mapping=mapping,
        options=options,
        user_id=actor.user_id,
    )
    session.add(data_import)
    session.flush()
    attachment.record_id = data_import.id
    return data_import


def _refuse_large(contents: bytes) -> None:
    if len(contents) > MAX_FILE:
        limit = MAX_FILE // 1024**2
        raise UploadError(
            _("The file has more than %(limit)s MB: pack it with gzip, or split it.", limit=limit)
        )


def _attach(session: AnySession, filename: str, contents: bytes, table: Table) -> Any:
    attachment = m.Attachment(
        company_id=actor_of(session).company_id,
        filename=filename,
        mimetype=MIMETYPES[table.layout.kind],
        sha256=attachments.store(contents),
        size=len(contents),
        model="data.import",
    )
    session.add(attachment)
    session.flush()
    return attachment


def _proposal(session: AnySession, target: Target, table: Table) -> tuple[dict[str, str], dict[str, Any]]:
    """What a person chose for such a file before goes first, but for what the file itself answers."""
    columns, options = remembered(session, target, table.header)
    guessed = {n: h for n, h in guess_mapping(target, table.header).items() if h not in columns.values()}
    mapping = {name: heading for name, heading in (guessed | columns).items() if heading}
    sample = (cells for _number, cells in islice(table.rows(), SAMPLE))
    return mapping, options | guess_reading(target, table.header, mapping, sample)


def _chosen(data_import: Any, mapping: Mapping[str, str], options: Mapping[str, str]) -> dict[str, Any]:
    """What of a choice differs from what was proposed, with what was chosen before."""
    before = {"mapping": {}, "options": {}} | data_import.chosen
    fields = {*mapping, *data_import.mapping}
    columns = {n: mapping.get(n, "") for n in fields if mapping.get(n) != data_import.mapping.get(n)}
    given = {n: v for n, v in options.items() if v != data_import.options.get(n)}
    chosen = {"mapping": before["mapping"] | columns, "options": before["options"] | given}
    return chosen if any(chosen.values()) else {}


def open_file(data_import: Any) -> Table:
    """The stored file as rows."""
    return open_table(attachments.read(data_import.attachment.sha256), layout_from(data_import.layout))


def conversion_of(data_import: Any) -> Conversion:
    """How the rows of this import become documents; raises MappingError where a column is missing."""
    target = target_of(data_import.target)
    mapping = check_mapping(target, data_import.header, data_import.mapping)
    return Conversion(target, data_import.header, mapping, data_import.options)


def set_mapping(
    session: AnySession,
    data_import: Any,
    mapping: Mapping[str, str],
    options: Mapping[str, str] | None = None,
) -> None:
    """Say which heading holds which field, and the options as text.

    Raises MappingError and ImportStateError.
    """
    _refuse_started(session, data_import)
    target = target_of(data_import.target)
    chosen = check_mapping(target, data_import.header, mapping)
    given = {name: value for name, value in (options or {}).items() if value}
    read_options(target, given)
    refuse_unknown(session, target, given)
    data_import.chosen = _chosen(data_import, chosen, given)
    data_import.mapping, data_import.options = chosen, given
    session.flush()


def read_as(
    session: AnySession, data_import: Any, *, encoding: str = "", sheet: str = "", header: Sequence[int] = ()
) -> None:
    """Read the file anew as a person says it is; raises FileError, and ImportStateError once it was started.

    Headings that take several rows are given by the first and the last of them. The columns are proposed
    anew too: they may have other names now.
    """
    _refuse_started(session, data_import)
    kept = layout_from(data_import.layout)
    contents = attachments.read(data_import.attachment.sha256)
    layout = kept or sniff(contents)
    if encoding in delimited.CHOICES and layout.encoding:
        layout = replace(layout, encoding=encoding)
        layout = replace(layout, delimiter=delimited.delimiter_of(contents, layout.kind, encoding))
    if sheet in sheets(data_import):
        layout = replace(layout, sheet=sheet)
    first, last = (header[0], header[-1]) if header else (0, 0)
    table = open_table(contents, replace(layout, header=first, header_to=last))
    data_import.row_count = count_rows(table)
    data_import.header, data_import.layout = table.header, table.layout.as_json()
    data_import.mapping, data_import.options = _proposal(session, target_of(data_import.target), table)
    data_import.chosen = {}
    session.flush()


def encodings(data_import: Any) -> dict[str, str]:
    """The encodings that one may choose among, each with a text of the file as it would be read."""
    layout = data_import.layout
    if not layout.get("encoding"):
        return {}
    read = delimited.foreign_texts(attachments.read(data_import.attachment.sha256), layout["kind"])
    return {key: read.get(key, "") for key in delimited.CHOICES if not read or key in read}


def sheets(data_import: Any) -> list[str]:
    """The sheets of a workbook that one may choose among, those in sight first."""
    if data_import.layout.get("kind") not in ("xlsx", "xls"):
        return []
    return workbook.sheet_names(attachments.read(data_import.attachment.sha256))


def unused(data_import: Any) -> list[str]:
    """The columns of the file that become nothing."""
    used = set(data_import.mapping.values())
    return [heading for heading in data_import.header if heading not in used]


def preview(session: AnySession, data_import: Any, rows: int = 20) -> list[PreviewRow]:
    """The first rows as they would be booked; nothing is written."""
    conversion = conversion_of(data_import)
    group_by = conversion.target.group_by
    found = []
    for number, cells in islice(open_file(data_import).rows(), rows):
        values = conversion.values(cells)
        problems = conversion.problems(cells, values)
        texts = {column.field.name: cells[column.index] for column in conversion.columns}
        shown = {name: None if isinstance(value, CellError) else value for name, value in values.items()}
        found.append(PreviewRow(number, texts, shown, problems))
    if group_by and not conversion.target.in_part:
        _blame(found, group_by)
    return found


def _blame(rows: Sequence[PreviewRow], group_by: str) -> None:
    """Give the good rows of a document the number of its first bad one."""
    wrong: dict[Any, int] = {}
    for row in rows:
        if row.problems and row.values[group_by] is not None:
            wrong.setdefault(row.values[group_by], row.number)
    for row in rows:
        first = wrong.get(row.values[group_by])
        if first and not row.problems:
            row.problems.append(Problem("", "", sibling_reason(first)))


def samples(data_import: Any, count: int) -> list[list[str]]:
    """For each column of the file its first texts, without repeats."""
    rows = [cells for _number, cells in islice(open_file(data_import).rows(), SAMPLE)]
    columns = (dict.fromkeys(row[i].strip() for row in rows) for i in range(len(data_import.header)))
    return [[text for text in column if text][:count] for column in columns]


def start_import(session: AnySession, data_import: Any, dry_run: bool = False) -> Any:
    """Start the job that books the file, or only tries to; raises MappingError and ImportStateError."""
    _refuse_started(session, data_import)
    conversion_of(data_import)
    name = data_import.filename
    title = _("Check %(file)s", file=name) if dry_run else _("Import %(file)s", file=name)
    job = queue.start(
        session,
        KIND,
        title,
        # Reasons are read by whoever started it, in the language of now.
        params={"import_id": data_import.id, "dry_run": dry_run, "locale": locale_code()},
        model="data.import",
        record_id=data_import.id,
    )
    data_import.state, data_import.dry_run, data_import.job_id = "running", dry_run, job.id
    data_import.rows_deleted_at, data_import.outcomes = None, {}
    session.flush()
    return job


def _refuse_started(session: AnySession, data_import: Any) -> None:
    session.refresh(data_import, with_for_update=True)
    state = state_of(session, data_import)
    if state == "running":
        raise ImportStateError(_("This import is under way: wait for its end, or cancel its job first."))
    if state == "done":
        raise ImportStateError(_("This file has been imported: upload it again to import it once more."))


def state_of(session: AnySession, data_import: Any) -> str:
    """The state of an import; a job that failed or was cancelled makes it `failed`."""
    if data_import.state != "running":
        return str(data_import.state)
    job = session.get(m.Job, data_import.job_id) if data_import.job_id else None
    return "failed" if job is None or job.state in ("failed", "cancelled") else "running"


def totals(session: AnySession, import_id: int) -> Totals:
    """The rows of an import, counted by outcome; none before it was started, and as noted once deleted."""
    noted = select(m.DataImport.outcomes).where(
        m.DataImport.id == import_id, m.DataImport.rows_deleted_at.is_not(None)
    )
    row = m.DataImportRow
    query = select(row.state, func.count()).where(row.import_id == import_id).group_by(row.state)
    kept: dict[str, int] | None = session.scalar(noted)
    counts = dict(session.execute(query).all()) if kept is None else kept
    return Totals(rows=sum(counts.values()), **counts)


def record_ids(session: AnySession, import_id: int) -> Sequence[int]:
    """The records that the rows of an import became, or were already."""
    row = m.DataImportRow
    query = select(row.record_id).where(row.import_id == import_id, row.record_id.is_not(None))
    found = session.scalars(query.distinct().order_by(row.record_id))
    return [record_id for record_id in found if record_id is not None]
