"""Everything that can be granted in an app, with what its buttons, acts and documents ask for."""

from collections.abc import Iterator

from flask import Flask

from core.documents.declare import Registry
from core.screens.composition import ScreenSet
from core.screens.tree import Button, walk
from core.security import permissions
from core.security.permissions import PermissionGroup


def grantable(app: Flask) -> set[str]:
    """The names of all permissions that something in this app asks for."""
    return permissions.asked_for(app, _asked_by_acts(app))


def grantable_groups(app: Flask) -> list[PermissionGroup]:
    """The permissions by addon, the host's first, each with its title in the language of the request."""
    return permissions.grouped(app, _asked_by_acts(app))


def _asked_by_acts(app: Flask) -> Iterator[str]:
    """Of buttons on forms, acts of lists, and documents that are sent."""
    screens: ScreenSet = app.extensions["screens"]
    for screen in screens.by_name.values():
        yield from (place.node.permission for place in walk(screen) if isinstance(place.node, Button))
    documents: Registry = app.extensions["documents"]
    for document in documents.values():
        if document.definition.delivery is not None:
            yield document.definition.delivery.permission
