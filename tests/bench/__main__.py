"""`./dev bench NAME [--json]`: do the work of one bench, and print what it cost.

Each bench is a module here, `statements_pdf` for the name `statements-pdf`, with a function `bench()` that
returns a list of results; the first one is what comparisons read.
"""

import argparse
import json
import pkgutil
import sys
from importlib import import_module

import tests.bench
from tests.bench.measure import Result, growth

_FRAME = {"__main__", "measure", "app", "work"}


def names() -> list[str]:
    """The benches that there are."""
    found = (module.name for module in pkgutil.iter_modules(tests.bench.__path__))
    return sorted(name.replace("_", "-") for name in found if name not in _FRAME)


def main(arguments: list[str] | None = None) -> int:
    """Run one bench; 2 when there is none of this name."""
    parser = argparse.ArgumentParser(prog="./dev bench", description="Benches: " + ", ".join(names()))
    parser.add_argument("name", choices=names(), metavar="NAME")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    results = import_module(f"tests.bench.{options.name.replace('-', '_')}").bench()
    print(as_json(results) if options.json else as_text(results), flush=True)
    return 0


def as_json(results: list[Result]) -> str:
    """The first result, with all of them as cases where there are several."""
    shown = results[0].as_json()
    if len(results) > 1:
        shown["cases"] = [result.as_json() for result in results]
    return json.dumps(shown)


def as_text(results: list[Result]) -> str:
    """A paragraph a result, for people."""
    return "\n".join(_paragraph(result, results[0]) for result in results)


def _paragraph(result: Result, first: Result) -> str:
    work = ", ".join(f"{count:,} {what}" for what, count in result.work.items())
    lines = [
        f"{result.case}: {work or f'{result.units:,} × {result.unit}'}",
        f"  CPU {result.cpu_s:.2f} s   wall {result.wall_s:.2f} s   peak {result.peak_rss_mb:.0f} MB",
        f"  {result.cpu_ms_per_unit:.2f} ms CPU and {result.queries_per_unit:.2f} queries a {result.unit}",
    ]
    if ratio := growth(first, result):
        lines.append(f"  grows with the size by {ratio:.2f} (1.00 is linear, against {first.case})")
    if not result.server_counted:
        lines.append("  without the database server, which runs on another machine")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
