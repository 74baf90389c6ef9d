"""Who may see, write and post.

Documents follow the rule of their partner, so that a sales rep sees those of the own customers. The ledger
has a permission of its own: an entry tells of several partners, and of accounts that are no rep's business.
"""

from typing import Any

from sqlalchemy import ColumnElement

from core.i18n import _l
from core.security.actor import NEVER, Actor
from core.security.rights import Rights
from core.security.rules import all_rows

rights = Rights()


def _of_customers(rows: Any, _actor: Actor) -> ColumnElement[bool]:
    receivable: ColumnElement[bool] = rows.side == "receivable"
    return receivable


# Whoever writes documents of any kind chooses taxes.
rights.model("accounting.tax", read="accounting.read", write="accounting.configure", choose="products.read")
rights.model(
    "accounting.tax_part", read="accounting.read", write="accounting.configure", delete="accounting.configure"
)
for configured in ("accounting.account", "accounting.journal"):
    rights.model(configured, read="accounting.read_ledger", write="accounting.configure")
for document in (
    "accounting.invoice",
    "accounting.invoice_line",
    "accounting.invoice_tax",
    "accounting.payment",
):
    rights.model(document, read="accounting.read", write="accounting.write", delete="accounting.write")
rights.model(
    "accounting.payment_line", read="accounting.read", write="accounting.write", delete="accounting.write"
)
for document in ("accounting.bill", "accounting.bill_line", "accounting.bill_tax"):
    rights.model(
        document,
        read="accounting.read_bills",
        write="accounting.write_bills",
        delete="accounting.write_bills",
    )
rights.field("accounting.bill_line", "account_id", read="accounting.read_ledger")
rights.model(
    "accounting.netting", read="accounting.read_ledger", write="accounting.write", delete="accounting.write"
)
rights.model(
    "accounting.write_off", read="accounting.read", write="accounting.write", delete="accounting.write"
)
rights.field("accounting.write_off", "account_id", read="accounting.read_ledger")
rights.model("accounting.open_item", read="accounting.read", write=NEVER)
rights.model("accounting.allocation", read="accounting.read", write="accounting.post", delete=NEVER)
for book in ("accounting.currency_rate", "accounting.closing"):
    rights.model(book, read="accounting.read", write="accounting.configure", delete="accounting.configure")
# Whoever writes partners chooses their terms.
rights.model(
    "accounting.payment_term",
    read="accounting.read",
    write="accounting.configure",
    delete="accounting.configure",
    choose="partners.read",
)
rights.model(
    "accounting.revaluation",
    read="accounting.read_ledger",
    write="accounting.post",
    delete="accounting.post",
)
rights.model("accounting.revaluation_line", read="accounting.read_ledger", write=NEVER)
for ledger in ("accounting.entry", "accounting.entry_line"):
    rights.model(ledger, read="accounting.read_ledger", write=NEVER)

for document in ("invoice", "bill", "payment", "netting", "write_off", "open_item", "allocation"):
    rights.follows(f"accounting.{document}", "partner_id", "partner")
rights.follows("accounting.payment_line", "payment_id", "accounting.payment")
rights.follows("accounting.revaluation_line", "revaluation_id", "accounting.revaluation")
rights.belongs("accounting.revaluation_line", "revaluation_id", "accounting.revaluation")
for part in ("accounting.invoice_line", "accounting.invoice_tax"):
    rights.follows(part, "invoice_id", "accounting.invoice")
for part in ("accounting.bill_line", "accounting.bill_tax"):
    rights.follows(part, "bill_id", "accounting.bill")
# Of a partner that also supplies, what we owe is no business of whoever looks after it as a customer.
for document in (
    "accounting.payment",
    "accounting.open_item",
    "accounting.allocation",
    "accounting.write_off",
):
    rights.rule(document, "accounting.read", _of_customers)
    rights.rule(document, "accounting.read_bills", all_rows)

rights.permission("accounting.read", _l("See invoices, payments and open items"))
rights.permission("accounting.read_bills", _l("See supplier bills and what is owed to suppliers"))
rights.permission("accounting.write_bills", _l("Write supplier bills"))
rights.permission("accounting.read_ledger", _l("See the ledger and the chart of accounts"))
rights.permission("accounting.write", _l("Write invoices and payments"))
rights.permission("accounting.post", _l("Post and reverse documents"))
rights.permission("accounting.write_off", _l("Write off more than the limit of the company"))
rights.permission("accounting.send", _l("Send invoices and credit notes by mail"))
rights.permission("accounting.configure", _l("Change accounts, journals and taxes"))
rights.permission("accounting.import", _l("Import invoices, bills and payments"))
