"""Users, roles, rights, and the audit of what they did."""

from flask import Flask
from sqlalchemy import event

from core.loader.code import declared
from core.loader.discovery import AddonSource
from core.security import host_rights
from core.security.audit import collect_changes, write_changes
from core.security.rights import merge
from core.security.rules import add_company_rule


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Give the app its rights, its record rules and its audit."""
    app.extensions["rights"] = merge(
        [host_rights.rights, *(rights for _, rights in declared(sources, "security", "rights"))]
    )
    session = app.extensions["sqlalchemy"].session
    event.listen(session, "do_orm_execute", add_company_rule)
    event.listen(session, "before_flush", collect_changes)
    event.listen(session, "after_flush", write_changes)
