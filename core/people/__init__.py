"""The people who use it: users, roles and teams, their invitations, and everybody's own account."""

from flask import Flask

from core.loader.discovery import AddonSource
from core.people import demo, pages, screens


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Serve the pages, and give the forms of users and roles what they show."""
    app.jinja_env.globals.update(
        demo_log_ins=demo.demo_log_ins,
        locked_for=screens.locked_for,
        open_sessions=screens.open_sessions,
        permission_groups=screens.permission_groups,
    )
    app.register_blueprint(pages.bp)
