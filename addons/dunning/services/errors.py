"""What is said where something can't be asked for like this."""

from core.errors import UserError


class DunningError(UserError):
    """The run or letter does not allow this; says why and what to do."""
