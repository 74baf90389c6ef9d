"""What other addons let people do with matches in the workbench."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Act:
    """A button of the workbench and its key; `do` takes the session and ids of matches, and may say words."""

    name: str
    label: Any
    key: str
    permission: str
    do: Callable[[Any, list[int]], object]
