"""The tour of whoever sends statements."""

from core.i18n import _l
from core.screens import Step, Tours

tours = Tours()
tours.tour(
    "finance",
    _l("For finance"),
    permission="billing_statements.run",
    position=20,
    steps=[
        Step(
            _l("What needs you today"),
            _l("Each figure opens the documents that it counts: what is overdue, which statements wait."),
            "/",
            ".stats",
        ),
        Step(
            _l("Close a period"),
            _l(
                "The page begins with who is due today, in all cycles at once, and what needs a look before. "
                "Nothing is sent before you say so."
            ),
            "/billing_statements/runs",
            "main h1",
        ),
        Step(
            _l("Every statement"),
            _l("Open one to see its very file, where it was sent, and what the server answered."),
            "/m/billing.statement.list",
            "#search",
        ),
        Step(
            _l("Invoices in"),
            _l("A file becomes posted invoices: good rows are booked, bad ones come back with reasons."),
            "/imports/",
            "",
        ),
        Step(
            _l("Mail out"),
            _l("The outbox keeps each mail with all its attempts. Failed ones are found and repeated here."),
            "/outbox/",
            "#search",
        ),
    ],
)
