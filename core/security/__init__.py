"""Users, roles, rights, record rules, log-in, and the audit of what users did."""

from flask import Flask
from sqlalchemy import event

from core.loader.code import declared
from core.loader.discovery import AddonSource
from core.models.hooks import prepare_writes
from core.security import guard, headers, host_rights, incoming, limits, login, rules, session, sessions
from core.security.audit import collect_changes, write_changes
from core.security.rights import merge
from core.security.rules import add_record_rules


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Give the app its limits, its rights, its record rules, its audit, its log-in and its headers."""
    incoming.init_app(app)
    app.extensions["rights"] = merge(
        [host_rights.rights, *(rights for _, rights in declared(sources, "security", "rights"))]
    )
    rules.init_app(app)
    database_session = app.extensions["sqlalchemy"].session
    event.listen(database_session, "do_orm_execute", add_record_rules)
    event.listen(database_session, "before_flush", prepare_writes)
    event.listen(database_session, "before_flush", guard.check_people)
    event.listen(database_session, "before_flush", collect_changes)
    event.listen(database_session, "after_flush", write_changes)
    event.listen(database_session, "before_flush", sessions.note_changed)
    event.listen(database_session, "after_flush", sessions.end_of_changed)
    event.listen(database_session, "after_flush", guard.check_administrator)
    headers.init_app(app)
    login.init_app(app)
    limits.init_app(app)
    session.init_app(app)
