"""Who may see how customers pay; of each only whoever sees the customer."""

from core.i18n import _l
from core.security.rights import Rights

rights = Rights()
rights.permission("credit_scores.read", _l("See credit scores of customers"))
