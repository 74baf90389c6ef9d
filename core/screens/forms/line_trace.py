"""What a save did to the lines of a document, noted in the audit as one event of the document.

Lines have no page of their own, and many of their models are written by the thousand and not audited one by
one. The event stands with the document, where one looks for it: one index, one row a save, whatever became of
the lines. Example: `{"lines": [{"grid": "lines", "act": "update", "line": 2, "before": {"quantity": "10"},
"after": {"quantity": "12"}}]}`.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import inspect as orm_inspect

from core.screens.forms.conflict import canonical

#: The act under which the audit has it.
LINES = "lines"


def deleted_line(grid: str, number: int, row: Any, names: Iterable[str]) -> dict[str, Any]:
    """The trace of a line that goes, with the values of these fields."""
    return _trace(grid, "delete", number, before={n: canonical(getattr(row, n)) for n in names})


def written_line(
    grid: str, number: int, row: Any, names: Iterable[str], is_new: bool
) -> dict[str, Any] | None:
    """The trace of a line with what was set on it and is not written yet; None where nothing changed."""
    if is_new:
        return _trace(grid, "create", number, after={n: canonical(getattr(row, n)) for n in names})
    before, after = {}, {}
    state = orm_inspect(row)
    for name in names:
        history = state.attrs[name].history
        if history.added and history.deleted != history.added:
            before[name] = canonical(history.deleted[0]) if history.deleted else None
            after[name] = canonical(history.added[0])
    return _trace(grid, "update", number, before, after) if after else None


def _trace(
    grid: str,
    act: str,
    number: int,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {"grid": grid, "act": act, "line": number, "before": before or {}, "after": after or {}}
