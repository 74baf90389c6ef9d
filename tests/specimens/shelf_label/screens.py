"""The label in the screens of the shelf."""

from core.i18n import _l
from core.screens import Column, Field, Filter, Screens

screens = Screens()
screens.extend("shelf.part.list").after("mpn", Column("label", _l("Label"))).inside(
    "filters", Filter("label")
)
screens.extend("shelf.part.form").after("mpn", Field("label")).set(
    "description", help=_l("What it is, in a few words.")
)
screens.extend("shelf.order.form").after("lines.part_id", Column("id", readonly=True))
