"""What sales refuses."""

from core.errors import UserError


class SalesError(UserError):
    """The order does not allow this; says why and what to do."""
