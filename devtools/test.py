"""./dev test: lint, then pytest, with servers of its own. Also ./dev exec, and ./dev bench."""

import os
import sys
from pathlib import Path

from devtools import foreground, places, run, system, venv
from devtools.services import Services, throw_away_services

#: Folders with Python; those that exist are checked.
PYTHON_FOLDERS = ("core", "addons", "devtools", "tests")
TEMPLATE_FOLDERS = ("templates", "core", "addons")


def environment(up: Services) -> dict[str, str]:
    browser = system.chromium()
    found = {"BINCARD_CHROMIUM": browser} if browser else {}
    return venv.environment({**up.env, **found, "BINCARD_DEVELOPMENT": "1"})


def lint_steps(repository: Path = places.REPOSITORY) -> list[list[str]]:
    python = [name for name in PYTHON_FOLDERS if (repository / name).is_dir()]
    typed = [name for name in python if name != "tests"]
    steps = [
        ["ruff", "check", *python],
        ["ruff", "format", "--check", *python],
        ["mypy", *typed],
    ]
    if (repository / "core").is_dir() and (repository / "addons").is_dir():
        steps.append(["lint-imports", "--no-logo"])
    templates = [name for name in TEMPLATE_FOLDERS if next((repository / name).rglob("*.html"), None)]
    if templates:
        steps.append(["djlint", "--quiet", "--check", *templates])
        steps.append(["djlint", "--quiet", "--lint", *templates])
    return steps


def test(arguments: list[str]) -> int:
    """All checks without arguments; with arguments only pytest, with these."""
    venv.ensure()
    failed = []
    if not arguments:
        system.require(system.FOR_TEST)
        failed = _lint()
        arguments = ["-n", "2", "--dist", "worksteal"]
    with throw_away_services() as up:
        if foreground.run(
            [venv.program("python"), "-m", "pytest", *arguments], env=environment(up), cwd=places.REPOSITORY
        ):
            failed.append("pytest")
    return _closing_line(failed)


def _lint() -> list[str]:
    """The names of the steps that failed; all of them run."""
    failed = []
    for step in lint_steps():
        print(f"--- {' '.join(step[:2])}", flush=True)
        if foreground.run([venv.program(step[0]), *step[1:]], env=venv.environment(), cwd=places.REPOSITORY):
            failed.append(" ".join(step[:2]) if step[0] == "ruff" else step[0])
    return failed


def _closing_line(failed: list[str]) -> int:
    print(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.", flush=True)
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    venv.ensure()
    with throw_away_services(durable=True) as up:
        return foreground.run(
            [venv.program("python"), "-m", "tests.bench", *arguments],
            env=environment(up),
            cwd=places.REPOSITORY,
        )


EXEC = """usage: ./dev exec [--running] COMMAND ...

Run a command in the virtual environment with a database, a broker and a data folder of its own. The database
is empty, and all of it is gone when the command has ended:

  ./dev exec sh -c 'bincard init && bincard addon list'
  ./dev exec python -m pytest tests/core/test_i18n.py

  --running   on the database, the broker and the files of ./dev run, which may be running or not, as the
              owner of the tables:

  ./dev exec --running bincard addon list
  ./dev exec --running env | grep -E 'DATABASE|BROKER|BINCARD'
"""


def execute(command: list[str]) -> int:
    if not command or command[0] in {"-h", "--help"}:
        print(EXEC, end="")
        return 0 if command else 2
    venv.ensure()
    if command[0] == "--running":
        with run.servers_of_run() as env:
            return _execute(command[1:], env)
    with throw_away_services() as up:
        return _execute(command, environment(up))


def _execute(command: list[str], env: dict[str, str]) -> int:
    os.environ["PATH"] = env["PATH"]  # where Popen looks for the program
    try:
        return foreground.run(command, env=env)
    except FileNotFoundError:
        print(f"There is no program named {command[0]}.", file=sys.stderr)
        return 127
