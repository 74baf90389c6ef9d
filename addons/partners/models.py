"""Customer, supplier, and the people there."""

from contextlib import suppress
from typing import Any

from flask import current_app
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Line, begins_index, search_index
from core.locales import LOCALES
from core.mail import MailAddressError, parse_addresses
from core.models import Model, relationship
from core.records.models import CompanyOwned

#: What a contact is written to about; `statement` gets the statements of account.
CONTACT_ROLES = ("general", "statement", "invoice", "order")


class PartnerGroup(CompanyOwned, Model):
    """Partners that are treated alike, such as dealers: what is agreed for the group holds for each."""

    _name = "partner.group"
    _title = "Partner group"

    name: Mapped[str] = mapped_column(Line)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("company_id", "name"), CheckConstraint("name <> ''", name="named"))


class Partner(CompanyOwned, Model):
    """Someone we trade with; one record may be both customer and supplier."""

    _name = "partner"
    _known_by = ("code",)
    _title = "Partner"

    #: Our number for the partner, as it stands on documents.
    code: Mapped[str] = mapped_column(Line)
    name: Mapped[str] = mapped_column(Line)
    is_customer: Mapped[bool] = mapped_column(server_default="true")
    is_supplier: Mapped[bool] = mapped_column(server_default="false")
    #: Several addresses may stand here, separated by commas.
    email: Mapped[str] = mapped_column(Line, server_default="")
    phone: Mapped[str] = mapped_column(Line, server_default="")
    street: Mapped[str] = mapped_column(Line, server_default="")
    postcode: Mapped[str] = mapped_column(Line, server_default="")
    city: Mapped[str] = mapped_column(Line, server_default="")
    country: Mapped[str] = mapped_column(Line, server_default="")
    tax_number: Mapped[str] = mapped_column(Line, server_default="")
    #: The language of their documents and mails; empty for the company's.
    locale: Mapped[str] = mapped_column(Text, server_default="")
    #: The currency that we usually trade in; empty for the company's.
    currency_code: Mapped[str | None] = mapped_column(
        String(3), ForeignKey("currency.code", ondelete="RESTRICT")
    )
    active: Mapped[bool] = mapped_column(server_default="true")
    #: Who looks after the customer; record rules go by it.
    salesperson_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"), index=True)

    partner_group_id: Mapped[int | None] = mapped_column(
        ForeignKey("partner_group.id", ondelete="RESTRICT"), index=True
    )

    salesperson = relationship("user")
    team = relationship("team")
    partner_group = relationship("partner.group")
    contacts = relationship("partner.contact", back_populates="partner", cascade="all, delete-orphan")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "code"),
            CheckConstraint("code <> '' AND name <> ''", name="named"),
            CheckConstraint(f"locale IN {('', *LOCALES)}", name="locale_known"),
            Index(None, "company_id", "name"),
            Index(None, "company_id", "code", "id"),
            search_index("partner", "code", "name", "email"),
            *(begins_index("partner", column) for column in ("code", "name")),
        )

    @property
    def language(self) -> str:
        """The language of documents and mails: the own one, else the company's, else the default."""
        default: str = current_app.config["BABEL_DEFAULT_LOCALE"]
        return self.locale or self.company.locale or default

    @property
    def postal_address(self) -> list[str]:
        """The lines of an address window, the name first."""
        town = " ".join(part for part in (self.postcode, self.city) if part)
        return [self.name, self.street, town, self.country]

    def addresses_for(self, role: str) -> str:
        """Where to write to about `role`: the contacts with that role, else the partner's own address."""
        own = [c.email for c in self.contacts if c.role == role and c.email]
        return ", ".join(own) or self.email

    @property
    def all_addresses(self) -> list[str]:
        """Every mail address of the partner that is one."""
        found = []
        for written in (self.email, *(contact.email for contact in self.contacts)):
            with suppress(MailAddressError):
                found += parse_addresses(written)
        return found


class PartnerContact(Model):
    """A person or mailbox at a partner."""

    _name = "partner.contact"
    _title = "Contact"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Line, server_default="")
    role: Mapped[str] = mapped_column(Text, server_default="general")
    email: Mapped[str] = mapped_column(Line, server_default="")
    phone: Mapped[str] = mapped_column(Line, server_default="")

    partner = relationship("partner", back_populates="contacts")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint(f"role IN {CONTACT_ROLES}", name="role_known"),)
