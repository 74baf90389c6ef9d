"""A workbook is measured when it is opened for the first time, and its contents are known from then on."""

import io

import pytest
import xlsxwriter

from core.tabular import workbook
from core.tabular.errors import FileError


def _book(*rows: str) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for number, text in enumerate(rows):
            sheet.write(number, 0, text)
    return made.getvalue()


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The contents that were measured."""
    seen: list[bytes] = []
    plain = workbook._measure

    def measure(contents: bytes) -> None:
        seen.append(contents)
        plain(contents)

    monkeypatch.setattr(workbook, "_measure", measure)
    monkeypatch.setattr(workbook, "_measured", set())
    return seen


def test_the_same_contents_are_measured_once(measured: list[bytes]) -> None:
    first, other = _book("a", "b"), _book("a", "c")
    for contents in (first, first, other, first):
        assert workbook.sheet_names(contents) == ["Sheet1"]
        assert [cells for _number, cells in workbook.lines(contents)][0] == ["a"]
    assert measured == [first, other]


@pytest.mark.usefixtures("speaking")
def test_what_is_refused_is_measured_each_time(
    measured: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = _book("a")
    workbook.refuse_bomb(contents)
    monkeypatch.setattr(workbook, "MAX_PARTS", 1)
    for _ in range(2):
        with pytest.raises(FileError):
            workbook.refuse_bomb(contents)
    assert measured == [contents] * 3
