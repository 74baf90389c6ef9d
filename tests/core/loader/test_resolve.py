"""Whatever keeps addons from standing together is told at once, each with what to do."""

import os
import sys
from importlib.metadata import version

import pytest

from core.loader.discovery import discover
from core.loader.graph import ResolutionError, resolve
from core.loader.manifest import ManifestError, read_manifest
from tests.written import AddonFolder


def test_every_problem_is_reported_at_once(folder: AddonFolder, tmp_path):
    folder.write(
        "needy",
        {
            "depends": ["absent>=2", "partners>=99"],
            "host": ">=99",
            "python": ["no-such-package>=1", "click<1", "never-asked; python_version < '3'"],
        },
    )
    folder.write("ring_a", {"depends": ["ring_b"]})
    folder.write("ring_b", {"depends": ["ring_a"]})
    broken = folder.write("broken", "dict(version='1')")
    unknown = folder.write("unknown_key", {"colour": "red"})
    second = AddonFolder(tmp_path / "second")
    twin = second.write("needy")
    missing = tmp_path / "third"

    catalogue = discover(os.pathsep.join(map(str, (folder.path, second.path, missing))))
    with pytest.raises(ResolutionError) as refused:
        resolve(["needy", "ring_a", "nowhere"], catalogue)

    problems = list(refused.value.problems)
    # Python's own words follow in brackets; they change with its version.
    said = f"{broken}/__manifest__.py: write one literal dict, without calls or names ("
    assert problems[1].startswith(said)
    del problems[1]
    assert problems == [
        f"the addon folder {missing} does not exist",
        f"{unknown}/__manifest__.py: unknown keys colour; known: version, title, summary, category, depends, "
        "host, python, auto_install",
        f"the addon needy is found twice: {folder.path / 'needy'} and {twin}",
        "the addon nowhere is not found",
        "needy needs the addon absent>=2, which is not found",
        "needy needs partners>=99, found is 0.1.0",
        "needy needs a host >=99, this one is 0.1.0",
        "needy needs the Python package no-such-package>=1: "
        f"run `{sys.executable} -m pip install 'no-such-package>=1'`",
        f"needy needs the Python package click<1, installed is {version('click')}",
        "these addons depend on each other in a circle: ring_a, ring_b",
    ]
    assert str(refused.value) == "\n".join(refused.value.problems)


@pytest.mark.parametrize(
    ("manifest", "text"),
    [
        ("[]", "write one dict, not list"),
        ("{'version': '1'}", "title must be given"),
        ("{}", "title and version must be given"),
        ("{'version': 1, 'title': 'A'}", "version must be a str, not 1"),
        ("{'version': '1', 'title': 'A', 'auto_install': 1}", "auto_install must be a bool, not 1"),
        ("{'version': 'new', 'title': 'A'}", "Invalid version: 'new'"),
        ("{'version': '1', 'title': 'A', 'host': 'some'}", "Invalid specifier: 'some'"),
    ],
)
def test_a_manifest_says_what_to_mend(folder: AddonFolder, manifest, text):
    path = folder.write("mistaken", manifest)
    with pytest.raises(ManifestError) as refused:
        read_manifest(path)
    assert str(refused.value) == f"{path}/__manifest__.py: {text}"


def test_a_manifest_is_never_executed(folder: AddonFolder, tmp_path):
    witness = tmp_path / "witness"
    path = folder.write("cunning", f"open({str(witness)!r}, 'w')")
    with pytest.raises(ManifestError):
        read_manifest(path)
    assert not witness.exists()


def test_dependencies_come_first_and_glue_joins_when_all_its_sides_are_there(folder: AddonFolder):
    folder.write("side_a")
    folder.write("side_b", {"depends": ["side_a"]})
    folder.write("side_c")
    folder.write("a_glue", {"depends": ["side_b", "side_c"], "auto_install": True})
    catalogue = discover(str(folder.path))

    def names(*wanted):
        return [source.name for source in resolve(wanted, catalogue)]

    assert names("side_b") == ["core", "side_a", "side_b"]
    assert names("side_c", "side_b") == ["core", "side_a", "side_c", "side_b", "a_glue"]
