"""What a statement run refuses, said so that a person can act on it."""

from core.errors import UserError


class StatementError(UserError):
    """A run or a statement does not allow this; says why and what to do."""


class MisdirectedError(StatementError):
    """The file is not the one of this statement: sending it would show a customer another's figures."""
