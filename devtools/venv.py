"""The virtual environment: made from the hashed lock, and left alone while its recipe stays the same."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from devtools import places, system
from devtools.processes import SetupError, locked

LOCK = places.REPOSITORY / "requirements.lock"
#: The installer itself, with its hash.
BOOTSTRAP = places.REPOSITORY / "requirements-bootstrap.lock"
RECIPE = (LOCK, BOOTSTRAP, places.REPOSITORY / "setup.cfg", places.REPOSITORY / "pyproject.toml")
#: Folders with code of our own.
OWN = ("core", "addons", "devtools", "tests")
SECONDS_TO_BUILD = 1800


def python() -> Path:
    return places.venv_dir() / "bin" / "python"


def program(name: str) -> str:
    return str(places.venv_dir() / "bin" / name)


def ready() -> bool:
    return python().exists() and _stamp().exists() and _stamp().read_text() == recipe()


def recipe() -> str:
    """What the environment was made from, as one hash."""
    digest = hashlib.sha256(str(places.REPOSITORY).encode())
    for path in RECIPE:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def ensure(*, quiet: bool = False) -> Path:
    """The environment's Python, after installing whatever is missing."""
    if ready():
        compile_own()
        return python()
    places.venv_dir().parent.mkdir(parents=True, exist_ok=True)
    busy = f"Another process is still setting up {places.venv_dir()}."
    lock = places.venv_dir().with_name(f"{places.venv_dir().name}.lock")
    with locked(lock, SECONDS_TO_BUILD, busy):
        if not ready():
            if not quiet:
                print(
                    f"Setting up {places.venv_dir()} (a few minutes the first time).",
                    file=sys.stderr,
                    flush=True,
                )
            _build()
            _stamp().write_text(recipe())
    compile_own()
    return python()


def compile_own() -> None:
    """Write the bytecode of our own code, which an environment may forbid Python to do by itself."""
    done = places.venv_dir() / ".bincard-compiled"
    newest = max(
        path.stat().st_mtime for folder in OWN for path in (places.REPOSITORY / folder).rglob("*.py")
    )
    if done.exists() and done.stat().st_mtime >= newest:
        return
    began = time.time()
    # What does not compile is told by whoever imports it.
    command = [str(python()), "-m", "compileall", "-q", *OWN]
    subprocess.run(command, cwd=places.REPOSITORY, capture_output=True, check=False)
    done.touch()
    os.utime(done, (began, began))  # a file that was written meanwhile is newer


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment variables of a command that runs in the virtual environment."""
    folder = places.venv_dir()
    path = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**os.environ, "VIRTUAL_ENV": str(folder), "PATH": path, **(extra or {})}


def _stamp() -> Path:
    return places.venv_dir() / ".bincard-recipe"


def ensure_installer() -> None:
    """An environment with at least the locked uv in it; it can mend a lock that can't be installed."""
    system.require([system.VENV])
    if not python().exists():
        _run([sys.executable, "-m", "venv", "--clear", str(places.venv_dir())])
    pip = [program("python"), "-m", "pip", "--disable-pip-version-check"]
    _run([*pip, "install", "--quiet", "--require-hashes", "-r", str(BOOTSTRAP)])


def _build() -> None:
    """Fill the environment. Package indexes are the user's business: pip's and uv's own settings hold."""
    ensure_installer()
    uv = [program("uv"), "pip"]
    _run([*uv, "sync", "--quiet", "--compile-bytecode", "--require-hashes", str(LOCK), str(BOOTSTRAP)])
    # Without isolation the build uses the locked setuptools and asks no index.
    _run([*uv, "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", str(places.REPOSITORY)])


def _run(command: list[str]) -> None:
    """Silent when all is well; else the whole output."""
    done = subprocess.run(
        command,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        line = " ".join(command)
        raise SetupError(
            f"{done.stdout.strip()}\nThe virtual environment could not be set up; this failed: {line}"
        )
