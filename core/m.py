"""The composed models of the current application: `from core import m`, then `m.SalesOrder`."""

from typing import Any

from flask import current_app


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(current_app.extensions["composition"], name)
