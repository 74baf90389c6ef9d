"""Clubs, and the club on the form and the list of partners."""

from core.i18n import _l
from core.screens import Column, Field, Screens, Section

screens = Screens()
screens.extend("partner.form").after("currency_code", Field("club_id", _l("Club")))
screens.extend("partner.list").after("city", Column("club_id", _l("Club")))
screens.list(
    "specimen.club.list", model="specimen.club", title=_l("Clubs"), columns=["name", "email"], order="name"
)
screens.form(
    "specimen.club.form", model="specimen.club", title=_l("Club"), nodes=[Section("main", "name", "email")]
)
