"""PDF documents from HTML templates, with places where other addons add to them."""

from flask import Flask

from core.loader.discovery import AddonSource


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Give the app what this room offers."""
