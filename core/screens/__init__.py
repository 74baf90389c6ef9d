"""Screens as data: trees of lists and forms that other addons change by name."""

from flask import Flask

from core.loader.discovery import AddonSource


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Give the app what this room offers."""
