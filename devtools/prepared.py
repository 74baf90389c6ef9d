"""Whether the database already is as the files here want it: a start then has nothing to prepare.

`bincard init` imports the whole product to find that nothing is new, which is most of the time that a second
start takes. What it would find depends on the files alone, as long as the database is the one in our data
folder: so we remember what the files were, and run it again when one was touched.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from devtools import places

ADDONS_PATH = "BINCARD_ADDONS_PATH"
#: What can change the tables or the demo company: code, manifests, migrations, shipped data.
SUFFIXES = {".py", ".toml"}


def state_of_files(*, demo: bool) -> str:
    """One hash over name, size and time of every file that `bincard init` goes by."""
    digest = hashlib.sha256(f"demo {demo}".encode())
    for path in _files():
        found = path.stat()
        digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    named = [Path(part) for part in os.environ.get(ADDONS_PATH, "").split(os.pathsep) if part]
    yield places.REPOSITORY / "requirements.lock"
    for folder in (places.REPOSITORY / "core", places.REPOSITORY / "addons", *named):
        yield from sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def recall(data: Path, state: str) -> str | None:
    """The log-ins to show, when the database was last prepared from just these files; else None."""
    path = _note(data)
    if "DATABASE_URL" in os.environ or not path.exists():
        return None
    found = json.loads(path.read_text())
    return str(found["log_ins"]) if found["state"] == state else None


def remember(data: Path, state: str, log_ins: str) -> None:
    """Note that the database is as these files want it; whole or not at all."""
    unfinished = _note(data).with_suffix(".new")
    unfinished.write_text(json.dumps({"state": state, "log_ins": log_ins}))
    unfinished.rename(_note(data))


def _note(data: Path) -> Path:
    return data / "prepared.json"
