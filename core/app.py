"""Compose one Flask application from a set of addons."""

import secrets
from collections.abc import Iterable, Sequence

from flask import Flask

from core import (
    administration,
    api,
    documents,
    exchange,
    i18n,
    jobs,
    links,
    mail,
    people,
    screens,
    security,
    templating,
    webhooks,
)
from core.db import Database
from core.loader.code import declared, fragments_of
from core.loader.discovery import AddonSource
from core.loader.graph import closure_of
from core.models import Composition, compose
from core.models.registry import new_base
from core.settings import Settings, get_settings
from core.telemetry import requests

#: Each room of the host that takes part in an app has `init_app(app, sources)`.
ROOMS = (security, jobs, mail, documents, screens, people, administration, exchange, webhooks, api, links)

_KEY_OF_PROCESS = secrets.token_urlsafe(32)


class UndeclaredRightsError(Exception):
    """A view without `@requires(...)`, or a model without rights: nobody decided who may use it."""


def composition_of(sources: Sequence[AddonSource], base: type | None = None) -> Composition:
    """The mapped models of these addons, on a base of their own unless one is given."""
    found = {source.name: source for source in sources}
    parts = [fragments_of(source, closure_of(source.name, found)) for source in sources]
    return compose(parts, base or new_base())


def create_app(sources: Sequence[AddonSource], settings: Settings | None = None) -> Flask:
    """The application of these addons; raises where they don't fit together."""
    settings = settings or get_settings()
    app = Flask("core", static_folder=None)
    app.config.update(_config(settings))
    database = Database(app, model_class=new_base(), disable_autonaming=True)
    app.extensions["composition"] = composition_of(sources, database.Model)
    app.extensions["sources"] = list(sources)
    app.extensions["settings"] = settings
    requests.init_app(app)
    templating.init_app(app, sources)
    i18n.init_app(app)
    for host_room in ROOMS:
        host_room.init_app(app, list(sources))
    for source, blueprint in declared(list(sources), "routes", "bp"):
        app.register_blueprint(blueprint, url_prefix=f"/{source.name}")
    security.limits.put_on(app)
    _refuse_undeclared_routes(app)
    _refuse_undeclared_models(app)
    screens.check(app)
    return app


def _config(settings: Settings) -> dict[str, object]:
    return {
        # Without one, what this process signs is good in this process; `core.host` serves nobody then.
        "SECRET_KEY": settings.secret_key.get_secret_value() or _KEY_OF_PROCESS,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "BABEL_DEFAULT_LOCALE": settings.default_locale,
        "BABEL_DEFAULT_TIMEZONE": settings.timezone,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": security.incoming.FORM_BYTES,
    }


def _refuse_undeclared_routes(app: Flask) -> None:
    missing = [rule for rule, view in _views(app) if not hasattr(view, "permission")]
    if missing:
        raise UndeclaredRightsError(f"declare @requires(...) on the views of {', '.join(missing)}")


def _refuse_undeclared_models(app: Flask) -> None:
    declared_models = app.extensions["rights"].models
    composition: Composition = app.extensions["composition"]
    missing = [
        f"{name} of {part.fragments[0][0]}"
        for name, part in composition.parts.items()
        if name not in declared_models
    ]
    if missing:
        raise UndeclaredRightsError(f"declare in security.py the rights of the models {', '.join(missing)}")


def _views(app: Flask) -> Iterable[tuple[str, object]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in ("static", "security"):
            yield rule.rule, app.view_functions[rule.endpoint]
