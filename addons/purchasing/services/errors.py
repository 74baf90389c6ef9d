"""What purchasing refuses."""

from core.errors import UserError


class PurchasingError(UserError):
    """The order does not allow this; says why and what to do."""
