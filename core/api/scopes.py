"""Which scopes there are to choose from: the permissions that something in this app asks for."""

from flask import current_app

from core.screens.tree import Button, walk
from core.security.actor import NEVER, Actor
from core.security.rights import ANY_USER, PUBLIC


def permissions() -> list[str]:
    """All permissions that models, fields, views and buttons of this app ask for."""
    rights = current_app.extensions["rights"]
    asked = {p for r in rights.models.values() for p in (r.read, r.write, r.delete)} | {
        *rights.fields.values()
    }
    asked |= {getattr(view, "permission", None) for view in current_app.view_functions.values()}
    for screen in current_app.extensions["screens"].by_name.values():
        asked |= {p.node.permission for p in walk(screen) if isinstance(p.node, Button)}
    return sorted(asked - {None, "", PUBLIC, ANY_USER, NEVER})


def choices(actor: Actor) -> dict[str, list[str]]:
    """The permissions that this actor holds, by what they belong to."""
    found: dict[str, list[str]] = {}
    for permission in permissions():
        if actor.may(permission):
            found.setdefault(permission.partition(".")[0], []).append(permission)
    return found
