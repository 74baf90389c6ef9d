"""`./dev bench NAME [--json]`: do the work of one bench, and print what it cost.

Each bench is a module here, `statements_pdf` for the name `statements-pdf`, with a function `bench()` that
returns a list of results; the first one is what comparisons read.
"""

import argparse
import json
import pkgutil
import sys
from importlib import import_module
from typing import Any

import tests.bench
from tests.bench import reference
from tests.bench.measure import Result, growth
from tests.bench.reference import STANDARD_S, Reference

_FRAME = {"__main__", "measure", "app", "reference", "screens_data", "work"}


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
    with reference.around() as speed:
        results = import_module(f"tests.bench.{options.name.replace('-', '_')}").bench()
    print(as_json(results, speed) if options.json else as_text(results, speed), flush=True)
    return 0


def as_json(results: list[Result], speed: Reference) -> str:
    """The first result, all of them as cases and the slowest as `worst`, and the speed of the machine."""
    shown = _with_scaled(results[0], speed)
    shown["worst"] = _with_scaled(max(results, key=lambda result: result.cpu_ms_per_unit), speed)
    if len(results) > 1:
        shown["cases"] = [_with_scaled(result, speed) for result in results]
    shown["reference"] = {name: round(value, 3) for name, value in vars(speed).items()}
    return json.dumps(shown)


def _with_scaled(result: Result, speed: Reference) -> dict[str, Any]:
    """The figures as they were measured, and those of CPU as they would be at the standard speed."""
    scaled = {"cpu_s": result.cpu_s, "cpu_ms_per_unit": result.cpu_ms_per_unit}
    shown = result.as_json()
    return shown | {f"{name}_scaled": round(speed.scaled(value), 3) for name, value in scaled.items()}


def as_text(results: list[Result], speed: Reference) -> str:
    """A paragraph a result, for people, after the speed of the machine."""
    said = (
        f"reference: {speed.python_s:.2f} s CPU for the loop (targets hold at {STANDARD_S} s), a committed "
        f"insert {speed.insert_cpu_ms:.2f} ms CPU, {speed.insert_wall_ms:.2f} ms by the clock"
    )
    return "\n".join([said, *(_paragraph(result, results[0], speed) for result in results)])


def _paragraph(result: Result, first: Result, speed: Reference) -> str:
    work = ", ".join(f"{count:,} {what}" for what, count in result.work.items())
    lines = [
        f"{result.case}: {work or f'{result.units:,} × {result.unit}'}",
        f"  CPU {result.cpu_s:.2f} s   wall {result.wall_s:.2f} s   peak {result.peak_rss_mb:.0f} MB",
        f"  {result.cpu_ms_per_unit:.2f} ms CPU and {result.queries_per_unit:.2f} queries a {result.unit}",
        f"  scaled to the reference: {speed.scaled(result.cpu_s):.2f} s CPU, "
        f"{speed.scaled(result.cpu_ms_per_unit):.2f} ms a {result.unit}",
    ]
    if ratio := growth(first, result):
        lines.append(f"  grows with the size by {ratio:.2f} (1.00 is linear, against {first.case})")
    if not result.server_counted:
        lines.append("  without the database server, which runs on another machine")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
