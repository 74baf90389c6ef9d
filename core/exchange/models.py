"""An import and its rows: what the file said, and what became of each row."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db.types import Line, Timestamp
from core.models import Model, relationship
from core.records.models import CompanyOwned

IMPORT_STATES = ("uploaded", "checked", "running", "done", "failed")
#: `unchanged`: the record was there already, as this row describes it.
ROW_STATES = ("pending", "booked", "unchanged", "bad")


class DataImport(CompanyOwned, Model):
    """A file that someone brings in."""

    _name = "data.import"
    _title = "Import"
    _label = "filename"

    #: What its rows become: `accounting.invoice`.
    target: Mapped[str] = mapped_column(Text)
    filename: Mapped[str] = mapped_column(Line)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id", ondelete="RESTRICT"))
    attachment = relationship("attachment")
    state: Mapped[str] = mapped_column(Text, server_default="uploaded")
    #: The column headings of the file.
    header: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    #: How the file holds its rows: kind, encoding, delimiter.
    layout: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: The rows below the headings; as many outcomes there are in the end.
    row_count: Mapped[int] = mapped_column(Integer, server_default="0")
    #: Field of the target → heading in the file.
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: What of these a person chose: the next file with these headings begins with it.
    chosen: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    dry_run: Mapped[bool] = mapped_column(server_default="false")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    #: Since when its rows are cleaned up, and how many there were of each outcome.
    rows_deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)
    outcomes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint(f"state IN {IMPORT_STATES}", name="state_known"),)


class DataImportRow(Model):
    """One row of the file."""

    _name = "data.import_row"
    _audited = False
    _title = "Import row"
    _label = "number"

    import_id: Mapped[int] = mapped_column(ForeignKey("data_import.id", ondelete="CASCADE"))
    #: The line in the file as a person counts it: the heading is 1.
    number: Mapped[int] = mapped_column(Integer)
    #: Rows with the same key make one document.
    document: Mapped[str] = mapped_column(Text, server_default="")
    cells: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    #: The heading of the cell that is wrong, empty when the whole row is.
    column: Mapped[str] = mapped_column(Text, server_default="")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    record_id: Mapped[int | None] = mapped_column(BigInteger)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            Index(None, "import_id", "number", unique=True),
            Index(None, "import_id", "document", postgresql_where="document <> ''"),
            CheckConstraint(f"state IN {ROW_STATES}", name="state_known"),
            CheckConstraint("state <> 'bad' OR reason <> ''", name="reason_given"),
            # Half of each page is left free: a row's outcome then goes beside it, and no index is touched.
            {"postgresql_with": {"fillfactor": 50}},
        )
