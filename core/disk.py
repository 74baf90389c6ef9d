"""What is said when there is no room left on the disk."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import UserError
from core.i18n import _

#: How a system says that there is no room: on the disk, in the quota.
_FULL = (errno.ENOSPC, errno.EDQUOT)


class FullDiskError(UserError):
    """There is no room for the file; nothing of it was kept."""


@contextmanager
def said_when_full() -> Iterator[None]:
    """Turn what a full disk does to whoever writes into a FullDiskError."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise FullDiskError(
            _("The disk of the server is full: nothing was kept. Tell your administrator.")
        ) from error
