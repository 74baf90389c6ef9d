"""Contents on disk: whole or not at all, and said when there is no room or nothing there."""

import errno
import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from core.disk import FullDiskError
from core.errors import UserError
from core.mail.message import Outgoing
from core.mail.transport import MailboxTransport, TemporaryError
from core.records import attachments

pytestmark = pytest.mark.addons()


class Broken(io.BytesIO):
    """A file whose end cannot be read."""

    def read(self, size: int | None = -1) -> bytes:
        raise OSError(errno.EIO, "broken")


def left_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_and_nothing_is_left(
    app: Flask, data_folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def full(_handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)  # what a disk says when it really writes
    with pytest.raises(FullDiskError, match="^The disk of the server is full: nothing was kept."):
        attachments.store(b"contents")
    monkeypatch.undo()
    assert left_in(data_folder) == []
    assert attachments.read(attachments.store(b"contents")) == b"contents"


def test_a_file_that_breaks_off_leaves_nothing(app: Flask, data_folder: Path) -> None:
    with pytest.raises(OSError, match="broken"):
        attachments._write(attachments.path_of("0" * 64), Broken())
    assert left_in(data_folder) == []


def test_a_mailbox_that_is_full_keeps_no_half_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_from: str, _to: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    letter = Outgoing(
        1, "<a@b>", "a@b.example", ("c@d.example",), (), "", "", datetime(2026, 1, 1, tzinfo=UTC)
    )
    with pytest.raises(TemporaryError, match="the mailbox folder can't be written"):
        MailboxTransport(tmp_path / "mailbox").send(letter, b"contents")
    assert left_in(tmp_path) == []


def test_a_file_that_is_missing_is_said(app: Flask) -> None:
    kept = attachments.store(b"contents")
    attachments.path_of(kept).unlink()
    for ask in (attachments.read, attachments.path_to):
        with pytest.raises(UserError, match=f"missing on the server \\({kept[:12]}…\\)"):
            ask(kept)
