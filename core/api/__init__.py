"""A JSON API over the same models, rights and actions as the screens."""

from flask import Flask

from core.api import (
    access,
    file_routes,  # noqa: F401  # its calls are part of the blueprint
    jobs,
    pages,
    problems,
    routes,
)
from core.loader.discovery import AddonSource


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Serve the API, its description, and the page of a user's tokens."""
    problems.init_app(app)
    access.init_app(app)
    app.extensions["job_kinds"].update(jobs.jobs.kinds)
    # No cookie counts there, so that there is nothing to forge.
    app.extensions["csrf"].exempt(routes.bp)
    app.register_blueprint(routes.bp)
    app.register_blueprint(pages.bp)
