"""Where Jinja finds templates, and how it compiles them: once for each language.

The host's folder comes first, so that no addon replaces a page of the host by chance; an addon keeps its own
templates in `templates/<addon>/`, where no two can meet.

A page asks for two hundred texts, nearly all of them the same each time. A language therefore has templates
of its own, in which `_("Save")` is what it says: Jinja joins it with the HTML around it, and a page is put
together from half as many pieces.
"""

from collections.abc import Sequence
from typing import Any

from flask import Flask, has_app_context
from flask.templating import Environment
from jinja2 import ChoiceLoader, FileSystemLoader, Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from core.i18n import Texts, texts_of_now
from core.loader.discovery import AddonSource
from core.settings import ROOT

HOST_TEMPLATES = ROOT / "templates"


class LanguageEnvironment(Environment):
    """Jinja's environment, and for each language an overlay of it."""

    #: What `_` says in this overlay; None in the environment that finds the overlays.
    texts: Texts | None = None

    def _load_template(self, name: str, globals: Any) -> Template:
        if self.texts is None and has_app_context():
            return self._overlay_of(texts_of_now())._load_template(name, globals)
        return super()._load_template(name, globals)

    def _overlay_of(self, texts: Texts) -> "LanguageEnvironment":
        overlays = self.__dict__.setdefault("overlays", {})
        if texts.code not in overlays:
            overlay = self.overlay()
            overlay.texts = texts
            overlays[texts.code] = overlay
        found: LanguageEnvironment = overlays[texts.code]
        return found

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        """Jinja's hook between reading a template and compiling it."""
        if self.texts is not None and self._escapes(name):
            source = _Said(self.texts).visit(source)
        return super()._generate(source, name, filename, defer_init)

    def _escapes(self, name: str | None) -> bool:
        # Mails and other plain text are few; what is said in them is looked up as they are written.
        return self.autoescape(name) if callable(self.autoescape) else self.autoescape


class _Said(NodeTransformer):
    """Puts what `_` says into its place wherever it takes nothing but literals."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # the name is Jinja's
        self.generic_visit(call)
        asked = isinstance(call.node, nodes.Name) and call.node.name == "_"
        arguments = [*call.args, *(pair.value for pair in call.kwargs)]
        if not asked or call.dyn_args or call.dyn_kwargs:
            return call
        if not all(isinstance(argument, nodes.Const) for argument in arguments):
            return call
        return self._text(call)

    def _text(self, call: nodes.Call) -> nodes.Const:
        message: Any = call.args[0]
        values = {pair.key: pair.value.as_const() for pair in call.kwargs}
        said = Markup(self.texts.catalog.gettext(message.value)) % values  # noqa: S704  # our catalogs
        return nodes.Const(said, lineno=call.lineno)


def init_app(app: Flask, sources: Sequence[AddonSource]) -> None:
    """Let the app find the templates of these addons."""
    folders = [HOST_TEMPLATES, *(source.path / "templates" for source in sources)]
    app.jinja_environment = LanguageEnvironment
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders if folder.is_dir()])
