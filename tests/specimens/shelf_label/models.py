"""A label on a part."""

from addons.shelf import models as shelf
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column


class Part(shelf.Part):
    """A part with a label."""

    label: Mapped[str] = mapped_column(Text, server_default="")
