"""What products refuse."""

from core.errors import UserError


class UnitError(UserError):
    """The quantity can't be said in this unit; says which there are, or what does not come out whole."""


class DatasheetError(UserError):
    """No file beside the part can be its datasheet; says what to do."""
