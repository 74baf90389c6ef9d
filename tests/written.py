"""Addons that a test writes for itself, and `bincard` run as a person runs it."""

import json
import os
import pprint
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests import warm

MANIFEST = {"version": "1.0", "title": "Written for a test"}


class AddonFolder:
    """A folder of addons.

    Give each a name that no other test uses: the modules of a name are imported once a process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(exist_ok=True)

    def write(
        self, name: str, manifest: Mapping[str, Any] | str = MANIFEST, files: Mapping[str, str] | None = None
    ) -> Path:
        """Write an addon; a manifest may be text, to be wrong."""
        if not isinstance(manifest, str):
            manifest = pprint.pformat({**MANIFEST, **manifest})
        for file, content in {"__manifest__.py": manifest, **(files or {})}.items():
            path = self.path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return self.path / name


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the product, with these settings."""
    return warm.run(*arguments, environment={**os.environ, **environment})


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """What a command says with `--json`."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
