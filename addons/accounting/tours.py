"""The tour of whoever looks after customers."""

from core.i18n import _l
from core.screens import Step, Tours

tours = Tours()
tours.tour(
    "sales",
    _l("For sales"),
    permission="accounting.read",
    position=40,
    steps=[
        Step(
            _l("Your customers at a glance"),
            _l("The start page counts only what belongs to the customers that you look after."),
            "/",
            ".stats",
        ),
        Step(
            _l("Your customers"),
            _l("Type a few letters of a name, a code or an address; a row opens the customer."),
            "/m/partner.list",
            "#search",
        ),
        Step(
            _l("What they bought"),
            _l("Filter, sort and group the invoices, then keep the result as a view under a name."),
            "/m/accounting.invoice.list",
            "#drop-views summary",
        ),
        Step(
            _l("What they owe"),
            _l("Look here before you promise a delivery: open amounts with their due dates."),
            "/m/accounting.open_item.list",
            "#search",
        ),
        Step(
            _l("Parts"),
            _l("Find a part by any piece of its number. Ctrl+K finds parts and customers from every page."),
            "/m/product.list",
            ".palette-btn",
        ),
    ],
)
