"""The subcommands of ./dev."""

import argparse
import sys

from devtools import foreground, test, venv
from devtools.processes import SetupError


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="./dev", description="Sets up, runs and tests Bincard on this machine."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("test", help="run all checks; with pytest arguments only pytest", add_help=False)
    commands.add_parser("bench", help="run a benchmark: NAME [--json] …", add_help=False)
    commands.add_parser("exec", help="run a command with a database and a broker of its own", add_help=False)
    commands.add_parser("venv", help="make the virtual environment ready, silently")
    return top


def dispatch(arguments: list[str]) -> int:
    # These hand their arguments through untouched; argparse would take --json or -x for its own.
    through = {"test": test.test, "bench": test.bench, "exec": test.execute}
    if arguments and arguments[0] in through:
        return through[arguments[0]](arguments[1:])
    options = parser().parse_args(arguments)
    if options.command == "venv":
        venv.ensure(quiet=True)
    return 0


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
