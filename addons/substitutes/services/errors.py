"""What substitutes refuse."""

from core.errors import UserError


class SubstituteError(UserError):
    """The part can't be put in place of the other; says why and what to do."""
