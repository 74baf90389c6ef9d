"""The mail outbox: messages are written in the transaction that causes them, and sent afterwards."""

from flask import Flask

from core.loader.discovery import AddonSource


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Give the app what this room offers."""
