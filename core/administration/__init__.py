"""What whoever sets the program up sees: companies, numbers, templates, schedules, addons, and the audit."""

from flask import Flask

from core.administration import pages
from core.loader.discovery import AddonSource


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Serve the pages that are no generic list or form."""
    app.register_blueprint(pages.bp)
    app.jinja_env.globals["host_notices"] = pages.host_notices
