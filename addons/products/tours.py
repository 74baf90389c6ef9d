"""The tour of whoever buys."""

from core.i18n import _l
from core.screens import Step, Tours

tours = Tours()
tours.tour(
    "purchasing",
    _l("For purchasing"),
    permission="products.write",
    position=30,
    steps=[
        Step(
            _l("What is missing"),
            _l("The start page counts what is missing and what waits: each figure opens it."),
            "/",
            ".stats",
        ),
        Step(
            _l("All parts"),
            _l("Type any piece of a number or a description. Add the column Cost under Columns."),
            "/m/product.list",
            "#drop-columns summary",
        ),
        Step(
            _l("A new part"),
            _l("Give it the maker and the maker's number: by them it is ordered and found."),
            "/m/product.list",
            "#new",
        ),
        Step(
            _l("Makers"),
            _l("Each maker stands here once, however its name is written on papers."),
            "/m/maker.list",
            "#search",
        ),
        Step(
            _l("Suppliers"),
            _l("Whom you buy from. Ctrl+K finds them, and every part, from every page."),
            "/m/partner.list",
            ".palette-btn",
        ),
    ],
)
