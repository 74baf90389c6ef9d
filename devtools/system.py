"""What pip can't bring: libraries and programs of the operating system, checked by using them."""

import ctypes
import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devtools import places
from devtools.processes import SetupError, kill_family, process_table

#: What WeasyPrint loads. Without the last one it writes whole fonts into every document.
PANGO_LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libfontconfig.so.1",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
)
CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
#: Debian keeps servers where the path of a plain user doesn't look.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
POLICY = Path("/usr/sbin/policy-rc.d")
OUR_POLICY = "#!/bin/sh\n# Bincard's ./dev is installing packages: no service is to start.\nexit 101\n"
#: What Debian's package scripts would start.
SERVERS = ("redis-server", "beam.smp", "epmd", "rabbitmq-server")
ATTEMPTS = 3


@dataclass(frozen=True)
class Requirement:
    name: str
    needed_for: str
    met: Callable[[], bool]
    debian: tuple[str, ...]
    brew: tuple[str, ...]


def pango_loads() -> bool:
    if sys.platform != "linux":  # where the names differ, ask the library that will do the loading
        code = "from weasyprint.text.ffi import harfbuzz_subset as found; raise SystemExit(found is None)"
        return (
            subprocess.run(
                [places.venv_dir() / "bin" / "python", "-c", code], capture_output=True, check=False
            ).returncode
            == 0
        )
    try:
        for name in PANGO_LIBRARIES:
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


def chromium() -> str | None:
    """The browser for the tests; BINCARD_CHROMIUM may name it."""
    names = [chosen] if (chosen := os.environ.get("BINCARD_CHROMIUM")) else CHROMIUM_NAMES
    return next((path for name in names if (path := shutil.which(name)) and _runs(path)), None)


def _runs(program: str) -> bool:
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


def _redis_runs() -> bool:
    path = shutil.which("redis-server", path=SEARCH_PATH)
    return path is not None and _runs(path)


def _rabbitmq_is_there() -> bool:
    return shutil.which("rabbitmq-server", path=SEARCH_PATH) is not None and shutil.which("erl") is not None


VENV = Requirement(
    "Python's venv",
    "the virtual environment",
    lambda: importlib.util.find_spec("ensurepip") is not None,
    ("python3-venv",),
    ("python3",),
)
PANGO = Requirement(
    "Pango and HarfBuzz",
    "documents as PDF",
    pango_loads,
    ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
    ("pango", "harfbuzz"),
)
CHROMIUM = Requirement(
    "Chromium", "the browser tests", lambda: chromium() is not None, ("chromium",), ("--cask", "chromium")
)
REDIS = Requirement("Redis", "the broker tests", _redis_runs, ("redis-server",), ("redis",))
RABBITMQ = Requirement(
    "RabbitMQ", "the broker tests", _rabbitmq_is_there, ("rabbitmq-server",), ("rabbitmq",)
)
FOR_RUN = (PANGO,)
FOR_TEST = (PANGO, CHROMIUM, REDIS, RABBITMQ)


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"true", "1"}


def install_command(requirements: Sequence[Requirement]) -> str:
    """The one command that mends it all, for people to read."""
    if shutil.which("apt-get"):
        packages = " ".join(package for requirement in requirements for package in requirement.debian)
        return f"{'' if os.geteuid() == 0 else 'sudo '}apt-get install -y --no-install-recommends {packages}"
    if shutil.which("brew"):
        # --cask holds for the whole command, so programs and libraries go separately.
        return " && ".join(f"brew install {' '.join(requirement.brew)}" for requirement in requirements)
    return (
        f"(with your system's package manager) {', '.join(requirement.name for requirement in requirements)}"
    )


def require(requirements: Sequence[Requirement]) -> None:
    """Return if all are there, or could be installed: by root at once, with sudo for who says yes to it."""
    missing = [requirement for requirement in requirements if not requirement.met()]
    if not missing:
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        apt_install(_packages(missing))
    elif sys.stdin.isatty() and not in_ci() and (command := _command_to_offer(missing)):
        _ask_and_install(missing, command)
    importlib.invalidate_caches()  # what looked for a module before remembers that there was none
    missing = [requirement for requirement in missing if not requirement.met()]
    if missing:
        lines = [f"Missing: {requirement.name}, for {requirement.needed_for}." for requirement in missing]
        raise SetupError("\n".join([*lines, f"Install with: {install_command(missing)}"]))


def _packages(missing: Sequence[Requirement]) -> list[str]:
    return [package for requirement in missing for package in requirement.debian]


def _command_to_offer(missing: Sequence[Requirement]) -> list[str]:
    """What installs them with the rights that this user can get; empty where there is no such thing."""
    if shutil.which("apt-get"):
        # Not apt-get itself: a server that its package starts would be there for good.
        install = [sys.executable, "-m", "devtools.system", *_packages(missing)]
        return ["sudo", *install] if shutil.which("sudo") else []
    return ["sh", "-c", install_command(missing)] if shutil.which("brew") else []


def _ask_and_install(missing: Sequence[Requirement], command: Sequence[str]) -> None:
    for requirement in missing:
        print(f"Missing: {requirement.name}, for {requirement.needed_for}.")
    answer = input(f"Install it now with this command? [y/N]\n  {install_command(missing)}\n")
    if answer.strip().lower() in {"y", "yes"}:
        subprocess.run(command, cwd=places.REPOSITORY, check=False)


def apt_install(packages: Sequence[str]) -> None:
    """As root, without starting a server that a package brings."""
    print(f"Installing {' '.join(packages)} with apt-get.", file=sys.stderr, flush=True)
    with _alone(), services_held_back(POLICY):
        _apt_get("update")
        _apt_get("install", "-y", "--no-install-recommends", *packages)


def _apt_get(*arguments: str) -> None:
    """Mirrors fail now and then: try again before giving up."""
    options = ["-qq", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=300"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for _ in range(ATTEMPTS):
        done = subprocess.run(
            ["apt-get", *options, *arguments],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return
    raise SetupError(f"{done.stdout.strip()}\napt-get {arguments[0]} failed {ATTEMPTS} times.")


@contextmanager
def _alone() -> Iterator[None]:
    """Two of us would restore each other's policy file."""
    with (Path(tempfile.gettempdir()) / "bincard-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def services_held_back(policy: Path) -> Iterator[None]:
    """Debian's package scripts ask a policy file before they start a service: ours, for now, says no."""
    saved = policy.with_name(f"{policy.name}.before-bincard")
    before = {process.pid for process in process_table()}
    if policy.exists() and policy.read_text() != OUR_POLICY:  # else: left by one of us that was killed
        policy.rename(saved)
    policy.write_text(OUR_POLICY)
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()
        if saved.exists():
            saved.rename(policy)
        _end_strays(before)


def _end_strays(before: set[int]) -> None:
    """A package script that asks nobody may still have started its server."""
    for process in process_table():
        program = Path(process.command.split(" ")[0]).name
        if process.pid not in before and program in SERVERS:
            kill_family(process.pid)


if __name__ == "__main__":  # with sudo, for one who is not root
    try:
        apt_install(sys.argv[1:])
    except SetupError as error:
        sys.exit(str(error))
