"""./dev run with a stand-in for the product: a web server from the standard library, and two sleepers."""

import sys
from pathlib import Path

from devtools import __main__, run

FAKES = {
    "web": [sys.executable, "-m", "http.server", "--bind", run.HOST],
    "worker": ["sleep", "600"],
    "beat": ["sleep", "601"],
}


def commands(data: Path, port: int) -> dict[str, list[str]]:
    return {**FAKES, "web": [*FAKES["web"], "--directory", str(data / "log"), str(port)]}


def initialise(_env: dict[str, str], demo: bool) -> str:
    return f"log-in: admin, demo: {demo}"


run.commands = commands
run._initialise = initialise

if __name__ == "__main__":
    sys.exit(__main__.main())
