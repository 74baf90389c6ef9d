"""The file of a backup: a tar that anybody can open.

    database.dump           PostgreSQL's custom format, read by pg_restore
    attachments/<sha256>    the contents of each attachment, once
    manifest.json           what is in it, with the hash of the dump; the last member

Whoever breaks off writing a backup leaves a file with the suffix `.part`; one that was cut off later has no
manifest, and is refused.
"""

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
ATTACHMENTS = "attachments/"
_BLOCK = 1024 * 1024


class BackupError(Exception):
    """The file is no whole backup, or the target isn't fit for it; the message says what to do."""


@dataclass
class Manifest:
    """What a backup holds."""

    made_at: str
    version: str
    #: Addon → its version.
    addons: dict[str, str]
    #: Table → its rows.
    tables: dict[str, int]
    dump_sha256: str = ""
    #: Hash of the last seal on the audit.
    audit_head: str = ""
    attachments: int = 0
    #: Attachments whose contents were missing or damaged when the backup was made.
    damaged: list[str] = field(default_factory=list)
    format: int = FORMAT


@contextmanager
def writing(path: Path) -> Iterator[tarfile.TarFile]:
    """A new backup at `path`, there only when all of it is written and on the disk."""
    if path.exists():
        raise BackupError(f"{path} exists: a backup never replaces another one. Choose another name.")
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)  # it holds everything that the company knows
        with tarfile.open(fileobj=file, mode="w") as tar:
            yield tar
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def add(tar: tarfile.TarFile, name: str, contents: bytes) -> None:
    """Add a member from memory."""
    info = tarfile.TarInfo(name)
    info.size = len(contents)
    tar.addfile(info, BytesIO(contents))


def add_manifest(tar: tarfile.TarFile, manifest: Manifest) -> None:
    """Close the backup with its list of contents."""
    add(tar, MANIFEST, json.dumps(asdict(manifest), indent=1, ensure_ascii=False).encode())


def read_manifest(path: Path) -> Manifest:
    """What is in the backup; raises BackupError where it isn't a whole one."""
    try:
        with tarfile.open(path) as tar:
            member = tar.extractfile(MANIFEST)
            found = json.loads(member.read()) if member else {}
    except (tarfile.TarError, KeyError, EOFError, ValueError) as error:
        raise BackupError(f"{path} is no backup, or was cut off: {error}") from error
    if found.get("format") != FORMAT:
        raise BackupError(f"{path} has the format {found.get('format')}, and this Bincard reads {FORMAT}")
    return Manifest(**found)


def extract_dump(path: Path, target: Path, manifest: Manifest) -> None:
    """Write the dump to `target`; raises BackupError where it isn't what was stored."""
    with tarfile.open(path) as tar:
        member = tar.extractfile(DUMP)
        if member is None or _copy(member, target) != manifest.dump_sha256:
            raise BackupError(f"the database in {path} is damaged: take another backup")


def _copy(source: IO[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("wb") as file:
        while block := source.read(_BLOCK):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def attachments_in(path: Path) -> Iterator[tuple[str, bytes]]:
    """(hash, contents) of each attachment; raises BackupError on the first that is damaged."""
    with tarfile.open(path) as tar:
        for info in tar:
            if info.name.startswith(ATTACHMENTS):
                name, member = info.name.removeprefix(ATTACHMENTS), tar.extractfile(info)
                contents = member.read() if member else b""
                if hashlib.sha256(contents).hexdigest() != name:
                    raise BackupError(f"the attachment {name} in {path} is damaged")
                yield name, contents


def sha256_of(path: Path) -> str:
    """The hash of a file's contents."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
