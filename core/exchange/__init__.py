"""Data in from files and out to files."""

from flask import Flask

from core.loader.discovery import AddonSource


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Give the app what this room offers."""
