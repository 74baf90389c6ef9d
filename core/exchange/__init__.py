"""Data in from files."""

from flask import Flask

from core.exchange import cleaning, jobs, routes
from core.exchange.targets import collect
from core.loader.discovery import AddonSource


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Give the app the targets of its addons, the jobs of imports, and their pages."""
    app.extensions["import_targets"] = collect(sources)
    app.extensions["job_kinds"].update(jobs.jobs.kinds | cleaning.jobs.kinds)
    app.register_blueprint(routes.bp)
