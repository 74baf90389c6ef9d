"""Company, currency, sequence, attachment and note."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db.currencies import usual_decimals
from core.db.types import Line, Prose, Timestamp
from core.locales import LOCALES
from core.models import Model, relationship
from core.records.letterhead import OF_COMPANY, address_of


class Currency(Model):
    """A currency of ISO 4217."""

    _name = "currency"
    _title = "Currency"
    _label = "code"

    code: Mapped[str] = mapped_column(String(3), unique=True)
    name: Mapped[str] = mapped_column(Line)
    #: Decimals of amounts in it; those that CLDR gives unless somebody says otherwise. It never changes.
    digits: Mapped[int] = mapped_column(Integer)

    def _before_write(self) -> None:
        if getattr(self, "digits", None) is None:  # nobody has chosen
            self.digits = usual_decimals(self.code or "")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("code ~ '^[A-Z]{3}$'", name="iso_code"),
            CheckConstraint("digits BETWEEN 0 AND 2", name="digits_fit_money"),
        )


class Company(Model):
    """A legal entity that keeps its own books; every business record belongs to one."""

    _name = "company"
    _title = "Company"

    code: Mapped[str] = mapped_column(Line, unique=True)
    name: Mapped[str] = mapped_column(Line)
    currency_code: Mapped[str] = mapped_column(ForeignKey("currency.code", ondelete="RESTRICT"))
    street: Mapped[str] = mapped_column(Line, server_default="")
    city: Mapped[str] = mapped_column(Line, server_default="")
    country: Mapped[str] = mapped_column(Line, server_default="")
    tax_number: Mapped[str] = mapped_column(Line, server_default="")
    email: Mapped[str] = mapped_column(Line, server_default="")
    phone: Mapped[str] = mapped_column(Line, server_default="")
    #: Of documents and mails to partners who have chosen none; empty for the installation's.
    locale: Mapped[str] = mapped_column(Text, server_default="")
    #: Bank and account as documents print them; several lines.
    payment_details: Mapped[str] = mapped_column(Prose, server_default="")
    is_demo: Mapped[bool] = mapped_column(server_default="false")

    #: Read once for all documents of a transaction.
    logo = relationship("attachment", primaryjoin=OF_COMPANY, viewonly=True, uselist=False)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint(f"locale IN {('', *LOCALES)}", name="locale_known"),)

    @property
    def picture(self) -> str:
        """What stands above its documents, as a `data:` address; empty where there is none."""
        return address_of(self.logo.sha256) if self.logo else ""


class CompanyOwned:
    """Mixin of a fragment whose records belong to one company; a record rule hides the others."""

    company_id: Mapped[int] = mapped_column(
        ForeignKey("company.id", ondelete="RESTRICT"), index=True, sort_order=-90
    )
    company = relationship("company")


class Sequence(Model):
    """How the documents of one kind are numbered, such as INV/{year}/00001."""

    _name = "sequence"
    _title = "Number sequence"
    _label_shipped = True

    code: Mapped[str] = mapped_column(Line, unique=True)
    name: Mapped[str] = mapped_column(Line)
    #: `{year}` stands for the four digits of the document's year.
    prefix: Mapped[str] = mapped_column(Line, server_default="")
    padding: Mapped[int] = mapped_column(Integer, server_default="5")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("padding BETWEEN 1 AND 12", name="padding_in_range"),)


class SequenceCounter(Model):
    """The next number of a sequence, a company and a year; its row lock makes numbers gap-free."""

    _name = "sequence.counter"
    _audited = False

    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="RESTRICT"))
    year: Mapped[int] = mapped_column(Integer)
    next_number: Mapped[int] = mapped_column(BigInteger, server_default="1")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("sequence_id", "company_id", "year"),)


class Attachment(CompanyOwned, Model):
    """A file of a record; the contents lie in the store under their hash and never change."""

    _name = "attachment"
    _audited = False
    _title = "Attachment"
    _label = "filename"

    filename: Mapped[str] = mapped_column(Line)
    mimetype: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    #: The record that it belongs to.
    model: Mapped[str] = mapped_column(Text, server_default="")
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    #: Who put it there; nobody where the program made it.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    user_name: Mapped[str] = mapped_column(Text, server_default="")
    #: Of the archived copy of a document: its name and version, such as `accounting.invoice/1`.
    document: Mapped[str] = mapped_column(Text, server_default="")
    #: Since when it is out of sight; what was mailed with it keeps it.
    removed_at: Mapped[datetime | None] = mapped_column(Timestamp)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_hex"),
            Index(None, "model", "record_id"),
            # Two people who print at once archive one copy.
            Index(
                "uq_attachment_document",
                "model",
                "record_id",
                "document",
                unique=True,
                postgresql_where="document <> ''",
            ),
        )


class Note(CompanyOwned, Model):
    """What somebody wrote beside a record; notes are only ever added."""

    _name = "note"
    _audited = False
    _title = "Note"
    _label = "body"

    model: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    #: As in the audit: the note outlives the user.
    user_name: Mapped[str] = mapped_column(Text, server_default="")
    body: Mapped[str] = mapped_column(Prose)
    at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("body <> ''", name="not_empty"),
            Index(None, "model", "record_id", "at"),
        )
