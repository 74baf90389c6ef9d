"""Users, roles, rights, and the audit of what they did."""

from flask import Flask

from core.loader.code import declared
from core.loader.discovery import AddonSource
from core.security import host_rights
from core.security.rights import merge


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Give the app its rights."""
    app.extensions["rights"] = merge(
        [host_rights.rights, *(rights for _, rights in declared(sources, "security", "rights"))]
    )
