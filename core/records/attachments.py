"""File contents by their hash: written once, never changed, shared by equal files.

The contents are on disk, and synced, before the row that names them commits; a crash between the two
leaves a file that no row names, never a row without its file.
"""

import hashlib
import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

from core.disk import said_when_full
from core.errors import UserError
from core.i18n import _
from core.settings import get_settings


class MissingFileError(UserError):
    """The contents are not where they were stored; says which file, and what to do."""


class DamagedFileError(Exception):
    """The stored contents no longer have the hash under which they were stored."""


def path_of(sha256: str) -> Path:
    """Where the contents with this hash lie."""
    return get_settings().attachments / sha256[:2] / sha256


def store(contents: bytes) -> str:
    """Keep the contents and return their SHA-256 in hexadecimal."""
    sha256 = hashlib.sha256(contents).hexdigest()
    target = str(path_of(sha256))
    if not os.path.exists(target):
        _write(target, io.BytesIO(contents))
    return sha256


def store_file(file: IO[bytes]) -> tuple[str, int]:
    """Keep the contents of a file without reading it whole; returns their SHA-256 and length in bytes."""
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(1 << 20):
        digest.update(block)
    sha256, length = digest.hexdigest(), file.tell()
    file.seek(0)
    target = str(path_of(sha256))
    if not os.path.exists(target):
        _write(target, file)
    return sha256, length


def _write(target: str | Path, contents: IO[bytes]) -> None:
    """Write it whole under a name of its own, then give it its name: nobody ever sees a part of it."""
    temporary = ""
    try:
        with said_when_full():
            handle, temporary = _opened(os.path.dirname(target))
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(contents, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
            temporary = ""
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def _opened(folder: str) -> tuple[int, str]:
    """A file of no name that matters, in a folder that is made where it is the first of it."""
    try:
        return tempfile.mkstemp(dir=folder)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)
        return tempfile.mkstemp(dir=folder)


def path_to(sha256: str) -> Path:
    """Where the contents lie, for whoever hands them on unread; raises MissingFileError."""
    path = path_of(sha256)
    if not path.is_file():
        raise MissingFileError(
            _(
                "The contents of this file are missing on the server (%(hash)s…). Tell your administrator, "
                "who finds them in a backup.",
                hash=sha256[:12],
            )
        )
    return path


def read(sha256: str) -> bytes:
    """The contents; raises DamagedFileError when they are not what was stored."""
    contents = path_to(sha256).read_bytes()
    if hashlib.sha256(contents).hexdigest() != sha256:
        raise DamagedFileError(f"the stored file {sha256} is damaged: restore it from a backup")
    return contents
