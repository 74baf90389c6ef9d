"""A label on a part."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.shelf import models as shelf


class Part(shelf.Part):
    """A part with a label."""

    label: Mapped[str] = mapped_column(Text, server_default="")
