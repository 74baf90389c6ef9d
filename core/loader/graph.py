"""Which addons stand on which, and every reason why a set of them cannot stand."""

import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement

from core.loader.discovery import CORE, AddonSource, Catalogue


class ResolutionError(Exception):
    """All problems of a set of addons at once."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(self.problems))


def resolve(wanted: Iterable[str], catalogue: Catalogue) -> list[AddonSource]:
    """The wanted addons with all that they need, dependencies first and `core` before all.

    Addons with `auto_install` join when all that they depend on is there. Raises ResolutionError
    with every problem: missing, cyclic, version, host, missing Python package, found twice.
    """
    names = _closure({CORE, *wanted}, catalogue.found)
    problems = [problem.text for problem in catalogue.problems]
    problems += [f"the addon {n} is not found" for n in sorted(_named(wanted) - set(catalogue.found))]
    for name in sorted(names):
        problems += _problems_of(catalogue.found[name], catalogue.found)
    order, cyclic = _sorted(names, catalogue.found)
    if cyclic:
        problems.append(f"these addons depend on each other in a circle: {', '.join(sorted(cyclic))}")
    if problems:
        raise ResolutionError(problems)
    return [catalogue.found[name] for name in order]


def dependents(name: str, installed: Iterable[str], catalogue: Catalogue) -> list[str]:
    """The installed addons that cannot stand without `name`, furthest first, `name` last."""
    kept = {n: catalogue.found[n] for n in installed if n in catalogue.found}
    falling = {name}
    while True:
        more = {n for n, s in kept.items() if n not in falling and falling & set(s.depends)}
        if not more:
            break
        falling |= more
    order, _ = _sorted(falling & set(kept), catalogue.found)
    return list(reversed(order))


def closure_of(name: str, found: Mapping[str, AddonSource]) -> frozenset[str]:
    """The addon's dependencies, direct and indirect, with `core`."""
    return frozenset(_depends_closure({name}, found) - {name} | {CORE})


def _named(wanted: Iterable[str]) -> set[str]:
    return set(wanted)


def _depends_closure(names: set[str], found: Mapping[str, AddonSource]) -> set[str]:
    result: set[str] = set()
    waiting = {n for n in names if n in found}
    while waiting:
        result |= waiting
        waiting = {d for n in waiting for d in found[n].depends if d in found} - result
    return result


def _closure(names: set[str], found: Mapping[str, AddonSource]) -> set[str]:
    result = _depends_closure(names, found)
    while True:
        glue = {
            n
            for n, s in found.items()
            if n not in result and s.manifest.auto_install and s.depends and set(s.depends) <= result
        }
        if not glue:
            return result
        result |= glue


def _problems_of(source: AddonSource, found: Mapping[str, AddonSource]) -> Iterable[str]:
    for requirement in source.manifest.depends:
        yield from _dependency_problem(source, requirement, found)
    host = found[CORE].manifest.version
    if not source.manifest.host.contains(host, prereleases=True):
        yield f"{source.name} needs a host {source.manifest.host}, this one is {host}"
    for requirement in source.manifest.python:
        yield from _package_problem(source, requirement)


def _dependency_problem(
    source: AddonSource, requirement: Requirement, found: Mapping[str, AddonSource]
) -> Iterable[str]:
    other = found.get(requirement.name)
    if other is None:
        yield f"{source.name} needs the addon {requirement}, which is not found"
    elif not requirement.specifier.contains(other.manifest.version, prereleases=True):
        yield f"{source.name} needs {requirement}, found is {other.manifest.version}"


def _package_problem(source: AddonSource, requirement: Requirement) -> Iterable[str]:
    if requirement.marker and not requirement.marker.evaluate():
        return
    try:
        installed = version(requirement.name)
    except PackageNotFoundError:
        yield (
            f"{source.name} needs the Python package {requirement}: "
            f"run `{sys.executable} -m pip install '{requirement}'`"
        )
        return
    if not requirement.specifier.contains(installed, prereleases=True):
        yield f"{source.name} needs the Python package {requirement}, installed is {installed}"


def _sorted(names: set[str], found: Mapping[str, AddonSource]) -> tuple[list[str], set[str]]:
    """Dependencies first, else by name; and what is left over when there is a circle."""
    order: list[str] = []
    left = set(names)
    while left:
        ready = sorted(
            n for n in left if not (set(found[n].depends) & left - {n}) and n not in found[n].depends
        )
        if not ready:
            break
        ready = [CORE] if CORE in ready else ready
        order += ready
        left -= set(ready)
    return order, left
