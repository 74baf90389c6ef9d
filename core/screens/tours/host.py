"""The tour of whoever sets the program up."""

from core.i18n import _l
from core.screens.tours.tour import Step, Tours

tours = Tours()
tours.tour(
    "administrator",
    _l("For administrators"),
    permission="core.configure",
    position=10,
    steps=[
        Step(
            _l("Welcome to Bincard"),
            _l("The start page shows what needs you. Each figure opens the records that it counts."),
            "/",
            ".stats",
        ),
        Step(
            _l("Your company"),
            _l("Its address, bank account and letterhead stand on every document. Fill them in first."),
            "/m/company.list",
            "#search",
        ),
        Step(
            _l("People"),
            _l("Whoever works here is listed. A new user gets an invitation link from you."),
            "/m/user.list",
            "#new",
        ),
        Step(
            _l("Roles"),
            _l("A role bundles what people may do. You can change each of them, and write your own."),
            "/m/role.list",
            "#new",
        ),
        Step(
            _l("Your own settings"),
            _l(
                "Language, theme and password are in the menu of your name. "
                "From there you can take this tour again."
            ),
            "/account",
            ".user-menu summary",
        ),
    ],
)
