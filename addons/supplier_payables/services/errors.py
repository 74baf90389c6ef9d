"""What is wrong with an act on a payable statement, in the words of whoever does it."""

from core.errors import UserError


class PayablesError(UserError):
    """The act is refused; the message says what to do about it."""
