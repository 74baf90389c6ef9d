"""What is kept between two lists of one partner."""

from collections.abc import Mapping as Choice
from typing import Any

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from core import m
from core.db import Line
from core.models import Model
from core.records.models import CompanyOwned


class Mapping(CompanyOwned, Model):
    """Which columns the lists of one owner have; the next one with the same headings is read by it."""

    _name = "matching.mapping"
    _title = "Columns of lists"
    _label = "owner"
    _audited = False

    #: Whose lists these are, such as `partner:17`; the caller's word.
    owner: Mapped[str] = mapped_column(Line)
    #: Field → heading.
    columns: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("company_id", "owner"),)

    @classmethod
    def recall(cls, session: Any, company_id: int, owner: str) -> dict[str, str]:
        """The columns of the owner's last list; nothing where there was none."""
        mapping = m.MatchingMapping
        query = mapping.__table__.c
        found = session.scalar(
            mapping.__table__.select()
            .with_only_columns(query.columns)
            .where(query.company_id == company_id, query.owner == owner)
        )
        return dict(found or {})

    @classmethod
    def remember(cls, session: Any, company_id: int, owner: str, columns: Choice[str, str]) -> None:
        """Keep the columns of a list that was read, in place of those before."""
        values = {"company_id": company_id, "owner": owner, "columns": dict(columns)}
        made = insert(m.MatchingMapping.__table__).values(values)
        kept = {"columns": made.excluded["columns"]}
        session.execute(made.on_conflict_do_update(index_elements=["company_id", "owner"], set_=kept))
