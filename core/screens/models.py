"""The menu."""

from sqlalchemy import ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Model


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
