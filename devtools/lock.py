"""./dev lock: writes the hashed lock from setup.cfg, for all platforms, and not where it was fetched."""

import configparser
import re
import subprocess
from pathlib import Path

from devtools import places, venv
from devtools.processes import SetupError

SETUP = places.REPOSITORY / "setup.cfg"
EXTRAS = ("embedded", "dev")
HEADER = "# Written by ./dev lock from setup.cfg. Change the bounds there, not the lines here.\n"
INSTALLER = "setuptools>=80\nuv>=0.9\n"
OPTIONS = ["--generate-hashes", "--universal", "--python-version", "3.11", "--no-header", "--quiet"]
#: An index or a mirror is the affair of the machine that asks it.
PLACE = re.compile(r"^\s*(--(extra-)?index-url|--find-links|--trusted-host|-i |-f )|^\s*#.*://")


def lock(*, upgrade: bool) -> None:
    """Known versions stay as they are unless `upgrade` asks for the newest."""
    venv.ensure_installer()
    extras = [f"--extra={extra}" for extra in EXTRAS]
    _compile(venv.LOCK, ["setup.cfg", *extras], upgrade)
    _compile(venv.BOOTSTRAP, ["-", "-c", venv.LOCK.name, "--no-annotate"], upgrade, INSTALLER)


def _compile(target: Path, arguments: list[str], upgrade: bool, text: str = "") -> None:
    command = [venv.program("uv"), "pip", "compile", *arguments, *OPTIONS, "-o", target.name]
    if upgrade:
        command.append("--upgrade")
    done = subprocess.run(
        command,
        cwd=places.REPOSITORY,
        env=venv.environment(),
        input=text,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"{done.stderr.strip()}\nThe lock was not written.")
    target.write_text(HEADER + without_places(target.read_text()))


def without_places(text: str) -> str:
    kept = [line for line in text.splitlines(keepends=True) if not PLACE.match(line) and line != HEADER]
    return "".join(kept)


def check() -> int:
    """Compare, offline, the names in setup.cfg with the names that the lock holds for its sake."""
    wanted, locked = direct_names(SETUP.read_text()), locked_for_us(venv.LOCK.read_text())
    for name in sorted(wanted - locked):
        print(f"{name} is in setup.cfg and not in {venv.LOCK.name}: run ./dev lock.")
    for name in sorted(locked - wanted):
        print(f"{name} is in {venv.LOCK.name} and no longer in setup.cfg: run ./dev lock.")
    return 1 if wanted != locked else 0


def direct_names(setup: str) -> set[str]:
    config = configparser.ConfigParser(interpolation=None)
    config.read_string(setup)
    lists = [config["options"]["install_requires"]]
    lists += [config["options.extras_require"][extra] for extra in EXTRAS]
    return {
        normal_name(line)
        for text in lists
        for line in text.splitlines()
        if line.strip() and not line.strip().startswith("#")
    }


def locked_for_us(lock_text: str) -> set[str]:
    """The packages whose `# via` comment names the project itself."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", lock_text, flags=re.MULTILINE)
    return {normal_name(block) for block in blocks if "bincard (setup.cfg)" in block}


def normal_name(requirement: str) -> str:
    match = re.match(r"\s*([A-Za-z0-9._-]+)", requirement)
    assert match is not None, requirement
    return re.sub(r"[-_.]+", "-", match.group(1)).lower()
