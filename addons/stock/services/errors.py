"""What stock refuses."""

from core.errors import UserError


class StockError(UserError):
    """The goods can't be moved, reserved or counted like this; says why and what to do."""
