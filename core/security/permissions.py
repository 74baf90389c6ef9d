"""Everything that can be granted: what the models, views and buttons of the installed addons ask for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from core.loader.discovery import CORE
from core.security.actor import NEVER
from core.security.rights import ANY_USER, PUBLIC, Rights

#: Over the permissions of the host, which is no addon that people know of.
PRODUCT = "Bincard"


@dataclass
class PermissionGroup:
    """The permissions of one addon."""

    title: str
    #: (name, what it allows in words).
    permissions: list[tuple[str, str]] = field(default_factory=list)


def asked_for(app: Flask, further: Iterable[str] = ()) -> set[str]:
    """The names of all permissions; `further` are those of buttons and the like."""
    rights: Rights = app.extensions["rights"]
    asked = {p for r in rights.models.values() for p in (r.read, r.write, r.delete, r.choose) if p}
    asked |= set(rights.fields.values()) | {p for rules in rights.rules.values() for p, _rule in rules}
    asked |= {getattr(view, "permission", "") for view in app.view_functions.values()}
    targets: dict[str, Any] = app.extensions.get("import_targets", {})
    asked |= {target.permission for target in targets.values()} | set(rights.titles) | set(further)
    return asked - {PUBLIC, ANY_USER, NEVER, ""}


def grouped(app: Flask, further: Iterable[str] = ()) -> list[PermissionGroup]:
    """The permissions by addon, the host's first under the product's name, each with its title."""
    titles = app.extensions["rights"].titles
    groups = {CORE: PermissionGroup(PRODUCT)}
    groups |= {s.name: PermissionGroup(s.manifest.title) for s in app.extensions["sources"] if s.name != CORE}
    for name in sorted(asked_for(app, further)):
        addon = name.partition(".")[0]
        titled = (name, str(titles.get(name) or name))
        groups[addon if addon in groups else CORE].permissions.append(titled)
    return [group for group in groups.values() if group.permissions]
