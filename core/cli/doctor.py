"""`bincard doctor`: is this installation well, and what mends it?"""

import sys
from dataclasses import asdict

import click

from core import doctor
from core.cli.base import as_json, get_lifecycle, show
from core.settings import get_settings


@click.command("doctor")
@as_json
def examine(json_output: bool) -> None:
    """Look at settings, database, broker, workers, mail and files; ends with 1 when something is bad."""
    findings = list(doctor.examine(get_lifecycle(), get_settings()))
    lines = [f"{f.state:8} {f.name}: {f.found}" + (f" - {f.remedy}" if f.remedy else "") for f in findings]
    show({"findings": [asdict(f) for f in findings]}, lines, json_output)
    sys.exit(1 if any(f.state == doctor.BAD for f in findings) else 0)
