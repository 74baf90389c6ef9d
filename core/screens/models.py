"""The menu, and the views of lists that users keep."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.types import Line, Prose
from core.models import Model
from core.records.models import CompanyOwned


class Menu(Model):
    """An entry of the menu; shipped by addons, hidden from users who may not open it."""

    _name = "menu"
    _title = "Menu entry"

    #: English; translated where it is shown.
    name: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("menu.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer, server_default="100")
    #: The list that it opens (`accounting.invoice.list`), or the endpoint of a page of its own.
    screen: Mapped[str] = mapped_column(Text, server_default="")
    endpoint: Mapped[str] = mapped_column(Text, server_default="")
    icon: Mapped[str] = mapped_column(Text, server_default="")
    #: Needed to see the entry, besides what it takes to open it; empty for nothing more.
    permission: Mapped[str] = mapped_column(Text, server_default="")


class ListView(CompanyOwned, Model):
    """A list as somebody set it up: search, filters, order, groups and columns, under a name."""

    _name = "list.view"
    _title = "Saved view"

    #: The list, such as `accounting.invoice.list`; a view outlives the addon that brought the list.
    screen: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Line)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    #: Whether all of the company who may see the list see it.
    shared: Mapped[bool] = mapped_column(server_default="false")
    #: The arguments of the list's address.
    state: Mapped[str] = mapped_column(Prose, server_default="")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "user_id", "screen", "name"),
            CheckConstraint("name <> ''", name="named"),
            Index(None, "company_id", "screen"),
        )


class TourPlace(Model):
    """How far a user is in a tour."""

    _name = "tour.place"
    _title = "Tour"
    _label = "tour"
    _audited = False

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    tour: Mapped[str] = mapped_column(Text)
    #: Counted from 0.
    step: Mapped[int] = mapped_column(Integer, server_default="0")
    #: Gone through or skipped: it is not shown again unless the user begins it anew.
    ended: Mapped[bool] = mapped_column(server_default="false")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("user_id", "tour"), CheckConstraint("step >= 0", name="step_counts"))


class ListDefaultView(CompanyOwned, Model):
    """The view that a list opens with: for one user, or for everyone."""

    _name = "list.default_view"
    _label = "screen"

    screen: Mapped[str] = mapped_column(Text)
    view_id: Mapped[int] = mapped_column(ForeignKey("list_view.id", ondelete="CASCADE"), index=True)
    #: None for everyone who has chosen none.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "screen", "user_id"),
            Index(
                "uq_list_default_view_everyone",
                "company_id",
                "screen",
                unique=True,
                postgresql_where="user_id IS NULL",
            ),
        )
