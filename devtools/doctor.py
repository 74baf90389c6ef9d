"""./dev doctor: each requirement, whether it is met, and the one command that mends it."""

import platform
from dataclasses import dataclass

from devtools import binaries, places, system, venv
from devtools.processes import SetupError


@dataclass(frozen=True)
class Finding:
    name: str
    #: What was found, or None.
    found: str | None
    remedy: str


def findings() -> list[Finding]:
    return [
        Finding("Python 3.11 or newer", platform.python_version(), ""),
        Finding("Virtual environment", str(places.venv_dir()) if venv.ready() else None, "./dev venv"),
        Finding("PostgreSQL", _postgres(), "./dev venv"),
        Finding("Broker", _broker(), "./dev venv"),
        *(
            Finding(
                f"{requirement.name}, for {requirement.needed_for}",
                "" if requirement.met() else None,
                system.install_command([requirement]),
            )
            for requirement in system.FOR_TEST
        ),
    ]


def _postgres() -> str | None:
    try:
        programs = binaries.find_postgres()
    except SetupError:
        return None
    return f"{programs.major} in {programs.bindir}"


def _broker() -> str | None:
    try:
        return binaries.find_broker()
    except SetupError:
        return None


def doctor() -> int:
    missing = 0
    for finding in findings():
        if finding.found is None:
            missing += 1
            print(f"missing  {finding.name}: {finding.remedy}")
        else:
            print(f"ok       {finding.name}{f': {finding.found}' if finding.found else ''}")
    return 1 if missing else 0
