"""Bills and credit notes of suppliers from files.

A document is grouped by its number in the file, which is the supplier's where no column has that: two
suppliers may have given the same one, and then the file needs both columns.
"""

from functools import partial

from addons.accounting.imports.fields import INVOICE
from addons.accounting.imports.papers import OPTIONS, Columns, book
from addons.accounting.services.bills import BILLS
from core.exchange.convert import code_of, identifier, text
from core.exchange.targets import Target, TargetField, headings
from core.i18n import _, _l

COLUMNS = Columns(
    BILLS,
    "supplier",
    {"is_customer": False, "is_supplier": True},
    lambda code: _("Supplier %(code)s", code=code),
)
_OWN = (
    TargetField(
        "reference",
        _l("Supplier's number"),
        identifier(),
        aliases=headings(
            "Supplier invoice no., Vendor invoice no., Supplier reference, 供应商发票号, 供应商单号",
            "Lieferantenrechnungsnummer, Numéro du fournisseur, Número del proveedor",
        ),
        help=_l("As it stands on the supplier's paper; left out, the document number."),
    ),
    TargetField(
        "supplier",
        _l("Supplier code"),
        code_of("partner"),
        required=True,
        aliases=headings(
            "SupplierID, Supplier, Supplier No., Vendor, Vendor No., Vendor Code, 供应商编号, 供应商编码",
            "供应商代码, Lieferantennummer, Kreditor, Code fournisseur, Código de proveedor",
        ),
    ),
    TargetField(
        "supplier_name",
        _l("Supplier name"),
        text(200),
        aliases=headings(
            "Vendor Name, 供应商名称, 供应商, Lieferant, Nom du fournisseur, Nombre del proveedor"
        ),
    ),
)
#: As for invoices, with the supplier in the customer's place.
FIELDS = tuple(
    field
    for invoiced in INVOICE
    if invoiced.name != "customer_name"
    for field in (_OWN if invoiced.name == "customer" else (invoiced,))
)

TARGET = Target(
    name="accounting.bill",
    title=_l("Supplier bills and credit notes"),
    permission="accounting.import",
    group_by="document",
    book=partial(book, COLUMNS),
    fields=FIELDS,
    options=OPTIONS,
)
