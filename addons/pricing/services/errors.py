"""What pricing refuses."""

from core.errors import UserError


class PricingError(UserError):
    """The price list or the run does not allow this; says why and what to do."""
