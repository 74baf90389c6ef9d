"""What a token can be given as scopes: the permissions that its user holds, each in words."""

from flask import current_app

from core.screens.permissions import grantable_groups
from core.security.actor import Actor
from core.security.permissions import PermissionGroup
from core.security.session import EVERYTHING


def choices(actor: Actor) -> list[PermissionGroup]:
    """The permissions that this actor holds, by addon; without the one for everything, which is no choice."""
    held = []
    for group in grantable_groups(current_app):
        offered = [(n, title) for n, title in group.permissions if n != EVERYTHING and actor.may(n)]
        if offered:
            held.append(PermissionGroup(group.title, offered))
    return held


def titles() -> dict[str, str]:
    """Each permission with what it allows in words."""
    return {name: title for group in grantable_groups(current_app) for name, title in group.permissions}
