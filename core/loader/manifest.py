"""The manifest of an addon: a literal dict that is read and never executed."""

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

FILE = "__manifest__.py"


class ManifestError(ValueError):
    """What is wrong with one manifest, with its path."""


@dataclass(frozen=True)
class Manifest:
    """What an addon says of itself."""

    version: Version
    title: str
    summary: str = ""
    category: str = ""
    #: Addons that it needs, as PEP 508 strings: `"accounting>=1.2"`.
    depends: tuple[Requirement, ...] = ()
    #: Versions of the host that it runs on.
    host: SpecifierSet = SpecifierSet()
    #: Python packages that it imports, as PEP 508 strings.
    python: tuple[Requirement, ...] = ()
    #: Installed by itself as soon as all its `depends` are: for glue between two addons.
    auto_install: bool = False


_TYPES: dict[str, type] = {
    "version": str,
    "title": str,
    "summary": str,
    "category": str,
    "depends": list,
    "host": str,
    "python": list,
    "auto_install": bool,
}


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest in an addon's folder; raises ManifestError with what to mend."""
    path = folder / FILE
    try:
        raw = ast.literal_eval(path.read_text(encoding="utf-8"))
    except (ValueError, SyntaxError) as error:
        raise ManifestError(f"{path}: write one literal dict, without calls or names ({error})") from error
    if not isinstance(raw, dict):
        raise ManifestError(f"{path}: write one dict, not {type(raw).__name__}")
    _check_keys(path, raw)
    return _parse(path, raw)


def _check_keys(path: Path, raw: dict[str, Any]) -> None:
    unknown = sorted(set(raw) - set(_TYPES))
    if unknown:
        raise ManifestError(f"{path}: unknown keys {', '.join(unknown)}; known: {', '.join(_TYPES)}")
    missing = {"version", "title"} - set(raw)
    if missing:
        raise ManifestError(f"{path}: {' and '.join(sorted(missing))} must be given")
    for key, value in raw.items():
        if not isinstance(value, _TYPES[key]):
            raise ManifestError(f"{path}: {key} must be a {_TYPES[key].__name__}, not {value!r}")


def _parse(path: Path, raw: dict[str, Any]) -> Manifest:
    try:
        return Manifest(
            version=Version(raw["version"]),
            title=raw["title"],
            summary=raw.get("summary", ""),
            category=raw.get("category", ""),
            depends=tuple(Requirement(text) for text in raw.get("depends", [])),
            host=SpecifierSet(raw.get("host", "")),
            python=tuple(Requirement(text) for text in raw.get("python", [])),
            auto_install=raw.get("auto_install", False),
        )
    except (InvalidRequirement, InvalidSpecifier, InvalidVersion) as error:
        raise ManifestError(f"{path}: {error}") from error
