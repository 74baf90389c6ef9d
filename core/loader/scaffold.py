"""Start a new addon: the files of `skeleton/` with its name put in."""

import re
from pathlib import Path
from string import Template

SKELETON = Path(__file__).parent / "skeleton"


class ScaffoldError(ValueError):
    """The addon cannot be started there; says what to do."""


def new_addon(name: str, folder: Path) -> list[Path]:
    """Write the addon's first files and return their paths; raises ScaffoldError."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,24}", name):
        raise ScaffoldError(
            f"{name!r} is no name for an addon: use 2 to 25 small letters, digits and underscores"
        )
    target = folder / name
    if target.exists():
        raise ScaffoldError(f"{target} exists already: choose another name or folder")
    values = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "cls": name.title().replace("_", ""),
    }
    return [_write(path, target, values) for path in sorted(SKELETON.rglob("*.txt"))]


def _write(path: Path, target: Path, values: dict[str, str]) -> Path:
    """`x.py.txt` becomes `x.py`; the suffix keeps tools from reading a skeleton as code."""
    relative = str(path.relative_to(SKELETON)).removesuffix(".txt").replace("__name__", values["name"])
    written = target / relative
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(Template(path.read_text(encoding="utf-8")).substitute(values), encoding="utf-8")
    return written
