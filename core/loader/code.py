"""The rooms of an addon: which module holds what, and under which name the host finds it.

Each room is optional. The host reads one object by a fixed name from it (`screens.py` → `screens`,
`routes.py` → `bp`), so that nothing is registered by the mere act of importing.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from core.loader.discovery import CORE, AddonSource
from core.models import FragmentSource, Model

#: The host's own rooms with models; an addon has one room, `models`.
CORE_MODEL_ROOMS = (
    "core.records.models",
    "core.security.models",
    "core.loader.models",
    "core.jobs.models",
    "core.mail.models",
    "core.screens.models",
    "core.exchange.models",
    "core.api.models",
    "core.webhooks.models",
    "core.links.models",
)
#: The host's own rooms with screens.
CORE_SCREEN_ROOMS = (
    "core.people.screens",
    "core.screens.job_list",
    "core.webhooks.screens",
    "core.administration.screens",
    "core.administration.audit_list",
)


def room(source: AddonSource, name: str) -> ModuleType | None:
    """The module `name` of an addon, or None where the addon has no such room."""
    qualified = f"{source.module}.{name}"
    return importlib.import_module(qualified) if find_spec(qualified) else None


def declared(sources: list[AddonSource], room_name: str, attribute: str) -> Iterator[tuple[AddonSource, Any]]:
    """What each addon declares in one room, in the order of the addons; not the host's rooms."""
    for source in sources:
        if source.name == CORE:
            continue
        module = room(source, room_name)
        if module is not None and hasattr(module, attribute):
            yield source, getattr(module, attribute)


def host_screens() -> Iterator[tuple[str, Any]]:
    """What the host's own rooms declare as `screens`."""
    for name in CORE_SCREEN_ROOMS:
        yield CORE, importlib.import_module(name).screens


def fragments_of(source: AddonSource, depends: frozenset[str]) -> FragmentSource:
    """The model fragments that an addon declares."""
    names = CORE_MODEL_ROOMS if source.name == CORE else (f"{source.module}.models",)
    found: dict[type[Model], None] = {}
    for name in names:
        for module in _modules(name):
            found.update(dict.fromkeys(_fragments_in(module)))
    return FragmentSource(source.name, tuple(found), depends)


def _modules(name: str) -> Iterator[ModuleType]:
    if not find_spec(name):
        return
    module = importlib.import_module(name)
    yield module
    for child in pkgutil.iter_modules(getattr(module, "__path__", [])):
        yield importlib.import_module(f"{name}.{child.name}")


def _fragments_in(module: ModuleType) -> Iterator[type[Model]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Model) and value.__module__ == module.__name__:
            yield value
