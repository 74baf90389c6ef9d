"""What is wrong with a file, in the words of whoever uploads it."""

from core.errors import UserError


class FileError(UserError):
    """The file cannot be read as rows; the message says what to do about it."""
