"""The subcommands of ./dev."""

import argparse
import sys
from collections.abc import Callable

from devtools import doctor, foreground, lock, run, test, venv
from devtools.processes import SetupError


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="./dev", description="Sets up, runs and tests Bincard on this machine."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    start = commands.add_parser("run", help="run Bincard with a demo company")
    start.add_argument("--port", type=int, default=run.DEFAULT_PORT)
    start.add_argument("--no-demo", action="store_true", help="start with an empty company")
    start.add_argument("--verbose", action="store_true", help="logs go to the terminal")
    commands.add_parser("test", help="run all checks; with pytest arguments only pytest", add_help=False)
    commands.add_parser("bench", help="run a benchmark: NAME [--json] …", add_help=False)
    commands.add_parser("exec", help="run a command with a database: see ./dev exec --help", add_help=False)
    commands.add_parser("venv", help="make the virtual environment ready, silently")
    clear = commands.add_parser("reset", help="stop Bincard and delete its data")
    clear.add_argument("--yes", action="store_true", help="don't ask")
    commands.add_parser("doctor", help="list what is needed, what is missing, and how to get it")
    freeze = commands.add_parser("lock", help="write requirements.lock from setup.cfg")
    freeze.add_argument("--check", action="store_true", help="only compare the two, offline")
    freeze.add_argument("--upgrade", action="store_true", help="take the newest versions")
    return top


def dispatch(arguments: list[str]) -> int:
    # These hand their arguments through untouched; argparse would take --json or -x for its own.
    through = {"test": test.test, "bench": test.bench, "exec": test.execute}
    if arguments and arguments[0] in through:
        return through[arguments[0]](arguments[1:])
    options = parser().parse_args(arguments)
    return COMMANDS[options.command](options)


def _run(options: argparse.Namespace) -> int:
    return run.run(options.port, demo=not options.no_demo, verbose=options.verbose)


def _venv(_options: argparse.Namespace) -> int:
    venv.ensure(quiet=True)
    return 0


def _lock(options: argparse.Namespace) -> int:
    if options.check:
        return lock.check()
    lock.lock(upgrade=options.upgrade)
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "venv": _venv,
    "reset": lambda options: run.reset(yes=options.yes),
    "doctor": lambda _options: doctor.doctor(),
    "lock": _lock,
}


def main() -> int:
    try:
        with foreground.signals_as_exceptions():
            return dispatch(sys.argv[1:])
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
