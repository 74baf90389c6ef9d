"""What buyers and accountants of payables see first: their disputes, and what waits for a second person."""

from addons.supplier_payables.dispute_screens import mine, to_approve
from core.i18n import _l
from core.screens import Dashboards

dashboards = Dashboards()

for board in ("finance", "purchase_orders"):
    dashboards.figure(
        board, "my_disputes", _l("My disputes with suppliers"), mine, permission="supplier_payables.match"
    )
    dashboards.figure(
        board,
        "payables_to_approve",
        _l("Supplier lines to approve"),
        to_approve,
        permission="supplier_payables.approve",
    )
