"""What people read for the values of a part's fields."""

from core.i18n import _l

KINDS = {"goods": _l("Goods"), "service": _l("Service")}
LIFECYCLES = {
    "active": _l("Active"),
    "nrnd": _l("Not for new designs"),
    "last_buy": _l("Last buy"),
    "obsolete": _l("Obsolete"),
}
ROHS = {"unknown": _l("Not known"), "yes": _l("Compliant"), "no": _l("Not compliant"), "exempt": _l("Exempt")}
REACH = {
    "unknown": _l("Not known"),
    "yes": _l("No substance of concern"),
    "no": _l("Holds substances of concern"),
    "exempt": _l("Exempt"),
}
NUMBER_KINDS = {"customer": _l("Customer"), "supplier": _l("Supplier")}
