"""Where Jinja finds templates: the host's folder first, then the folder `templates` of every addon.

The host comes first, so that no addon replaces a page of the host by chance; an addon keeps its own
templates in `templates/<addon>/`, where no two can meet.
"""

from collections.abc import Sequence

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader

from core.loader.discovery import AddonSource
from core.settings import ROOT

HOST_TEMPLATES = ROOT / "templates"


def init_app(app: Flask, sources: Sequence[AddonSource]) -> None:
    """Let the app find the templates of these addons."""
    folders = [HOST_TEMPLATES, *(source.path / "templates" for source in sources)]
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders if folder.is_dir()])
