"""PDF documents from HTML templates, with places where other addons add to them."""

from flask import Flask

from core.documents.copies import MisdirectedError, copy_of, delivery_for, delivery_of, papers_of
from core.documents.declare import (
    Contribution,
    Delivery,
    Document,
    DocumentError,
    Documents,
    Registry,
    collect,
)
from core.documents.glyphs import UnprintableError, boxes, why_unprintable
from core.documents.identity import DataFile, Identity, UnidentifiedError, read_identity
from core.documents.render import filename_of, render_html, render_pdf, unprintable
from core.loader.code import declared
from core.loader.discovery import AddonSource

__all__ = [
    "Contribution",
    "DataFile",
    "Delivery",
    "Document",
    "DocumentError",
    "Documents",
    "Identity",
    "MisdirectedError",
    "Registry",
    "UnidentifiedError",
    "UnprintableError",
    "boxes",
    "copy_of",
    "delivery_for",
    "delivery_of",
    "filename_of",
    "papers_of",
    "read_identity",
    "render_html",
    "render_pdf",
    "unprintable",
    "why_unprintable",
]


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Collect what the addons declare; raises DocumentError where it doesn't fit together."""
    app.extensions["documents"] = collect(declared(sources, "reports", "documents"), sources)
