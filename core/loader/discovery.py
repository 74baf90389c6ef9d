"""Where addons are found: the folder `addons/`, further folders, and pip-installed packages."""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from core.loader.manifest import FILE, Manifest, ManifestError, read_manifest
from core.settings import ROOT

ENTRY_POINT_GROUP = "bincard.addons"
CORE = "core"


@dataclass(frozen=True)
class AddonSource:
    """An addon as it lies on disk; nothing of it has been imported yet."""

    name: str
    module: str
    path: Path
    manifest: Manifest

    @property
    def depends(self) -> tuple[str, ...]:
        """The names of the addons that it needs."""
        return tuple(requirement.name for requirement in self.manifest.depends)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a place that holds addons."""

    text: str
    #: The addon that it concerns; empty where it is none in particular.
    addon: str = ""


@dataclass(frozen=True)
class Catalogue:
    """All addons that were found, and what is wrong with the places that hold them."""

    found: dict[str, AddonSource]
    problems: tuple[Problem, ...] = ()


def addon_folders(addons_path: str) -> list[Path]:
    """The product's own folder first, then the further ones of the setting."""
    return [ROOT / "addons", *(Path(part) for part in addons_path.split(os.pathsep) if part)]


def join_namespace(folders: Iterable[Path]) -> None:
    """Let `addons.x` be imported from each of these folders.

    `addons` is a namespace package; a path entry is needed only for the first folder's parent.
    """
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    package = import_module("addons")
    # A plain list, since a namespace path forgets what is appended whenever sys.path changes.
    known = [str(part) for part in package.__path__]
    package.__path__ = known + [str(f) for f in folders if str(f) not in known]


def discover(addons_path: str = "") -> Catalogue:
    """Find every addon; one found twice or with a broken manifest is a problem, not an error yet."""
    folders = addon_folders(addons_path)
    join_namespace(folders)
    found: dict[str, AddonSource] = {CORE: _core_source()}
    problems = [Problem(f"the addon folder {f} does not exist") for f in folders if not f.is_dir()]
    for name, module, path in [*_in_folders(folders), *_in_packages()]:
        try:
            source = AddonSource(name, module, path, read_manifest(path))
        except ManifestError as error:
            problems.append(Problem(str(error), name))
            continue
        if name in found:
            twice = f"the addon {name} is found twice: {found[name].path} and {path}"
            problems.append(Problem(twice, name))
        else:
            found[name] = source
    return Catalogue(found, tuple(problems))


def _core_source() -> AddonSource:
    path = Path(__file__).parent.parent
    return AddonSource(CORE, "core", path, read_manifest(path))


def _in_folders(folders: Iterable[Path]) -> Iterator[tuple[str, str, Path]]:
    for folder in folders:
        for manifest in sorted(folder.glob(f"*/{FILE}")):
            yield manifest.parent.name, f"addons.{manifest.parent.name}", manifest.parent


def _in_packages() -> Iterator[tuple[str, str, Path]]:
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        spec = find_spec(entry.value)
        if spec and spec.submodule_search_locations:
            yield entry.name, entry.value, Path(next(iter(spec.submodule_search_locations)))
