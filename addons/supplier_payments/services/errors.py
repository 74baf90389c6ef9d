"""What payment runs refuse."""

from core.errors import UserError


class PayError(UserError):
    """The payment run does not allow this; says why and what to do."""
