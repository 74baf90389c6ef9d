"""File contents by their hash: written once, never changed, shared by equal files.

The contents are on disk, and synced, before the row that names them commits; a crash between the two
leaves a file that no row names, never a row without its file.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from core.settings import get_settings


class DamagedFileError(Exception):
    """The stored contents no longer have the hash under which they were stored."""


def path_of(sha256: str) -> Path:
    """Where the contents with this hash lie."""
    return get_settings().attachments / sha256[:2] / sha256


def store(contents: bytes) -> str:
    """Keep the contents and return their SHA-256 in hexadecimal."""
    sha256 = hashlib.sha256(contents).hexdigest()
    target = path_of(sha256)
    if not target.exists():
        _write(target, contents)
    return sha256


def _write(target: Path, contents: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, target)


def read(sha256: str) -> bytes:
    """The contents; raises DamagedFileError when they are not what was stored."""
    contents = path_of(sha256).read_bytes()
    if hashlib.sha256(contents).hexdigest() != sha256:
        raise DamagedFileError(f"the stored file {sha256} is damaged: restore it from a backup")
    return contents
