"""Whether the code on disk is still the code that this process runs.

An upgrade replaces files under a running server, which goes on with what it has imported, and meets templates
and tables that are newer: it has to be restarted, and says so.
"""

import hashlib
import threading
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

#: Seconds for which an answer holds: looking at a thousand files takes some milliseconds.
HOLDS = 30.0


class RunningCode:
    """The folders that this process has loaded code from, as they were then."""

    def __init__(self) -> None:
        self._seen: dict[Path, str] = {}
        self._checked: tuple[float, bool] = (float("-inf"), False)
        self._lock = threading.Lock()

    def loaded(self, folders: Iterable[Path]) -> None:
        """Code of these folders is loaded from now on, or has been already."""
        for folder in folders:
            self._seen.setdefault(folder, stamp_of(folder))

    def is_outdated(self) -> bool:
        """Whether a file of them has changed, come or gone since."""
        with self._lock:
            at, outdated = self._checked
            if monotonic() - at >= HOLDS:
                outdated = any(stamp_of(folder) != stamp for folder, stamp in list(self._seen.items()))
                self._checked = (monotonic(), outdated)
            return outdated


def stamp_of(folder: Path) -> str:
    """A text that changes when a file of code in the folder does."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        found = path.stat()
        digest.update(f"{path} {found.st_mtime_ns} {found.st_size}\n".encode())
    return digest.hexdigest()
