"""Who may see what is paid, prepare runs, approve them and confirm accounts, and pay."""

from core.i18n import _l
from core.security.actor import NEVER
from core.security.rights import Rights

rights = Rights()
rights.model("payment.bank_account", read="supplier_payments.read", write="supplier_payments.prepare")
rights.model("payment.run", read="supplier_payments.read", write="supplier_payments.prepare")
rights.model("payment.run_line", read="supplier_payments.read", write=NEVER)
rights.follows("payment.run_line", "partner_id", "partner")
for name in ("payment_priority", "payment_hold"):
    rights.field("partner", name, read="supplier_payments.read")

rights.permission("supplier_payments.read", _l("See payment runs and bank accounts"))
rights.permission("supplier_payments.prepare", _l("Prepare payment runs and enter bank accounts"))
rights.permission("supplier_payments.approve", _l("Approve payment runs and confirm bank accounts"))
rights.permission("supplier_payments.file", _l("Get the file for the bank of approved runs"))
rights.permission("supplier_payments.pay", _l("Post the payments of approved runs"))
