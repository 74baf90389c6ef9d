"""`./dev bench` tells the speed of the machine, and what its figures would be at the standard speed."""

import json

import pytest

from tests.bench.__main__ import as_json, as_text, names
from tests.bench.measure import Result
from tests.bench.reference import Reference, around, timed

SPEED = Reference(python_s=3.3, insert_cpu_ms=0.25, insert_wall_ms=1.5)
RESULT = Result("posted", "line", units=1000, cpu_s=4.0, wall_s=5.0)


def test_a_machine_at_half_the_speed_counts_half() -> None:
    assert SPEED.scaled(4.0) == pytest.approx(2.0)
    assert Reference(python_s=1.65).scaled(4.0) == pytest.approx(4.0)


def test_a_program_reads_figures_as_they_are_and_scaled() -> None:
    shown = json.loads(as_json([RESULT, RESULT], SPEED))
    assert shown["reference"] == {"python_s": 3.3, "insert_cpu_ms": 0.25, "insert_wall_ms": 1.5}
    for case in (shown, *shown["cases"]):
        assert (case["cpu_s"], case["cpu_s_scaled"]) == (4.0, 2.0)
        assert (case["cpu_ms_per_unit"], case["cpu_ms_per_unit_scaled"]) == (4.0, 2.0)
    assert "reference" not in names()


def test_a_person_reads_both() -> None:
    said = as_text([RESULT], SPEED)
    assert said.startswith("reference: 3.30 s CPU for the loop (targets hold at 1.65 s)")
    assert (
        "4.00 ms CPU and 0.00 queries a line\n  scaled to the reference: 2.00 s CPU, 2.00 ms a line" in said
    )


def test_the_fixed_work_is_timed_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.reference.ROUNDS", 200_000)
    monkeypatch.setattr("tests.bench.reference.INSERTS", 20)
    once = timed()
    assert 0 < once.python_s < 1.65 and once.insert_cpu_ms >= 0 and once.insert_wall_ms > 0
    measurements = iter([Reference(1.0, 2.0, 3.0), Reference(2.0, 4.0, 5.0)])
    monkeypatch.setattr("tests.bench.reference.timed", lambda: next(measurements))
    with around() as found:
        pass
    assert found == Reference(1.5, 3.0, 4.0)
