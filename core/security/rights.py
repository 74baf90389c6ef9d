"""What may be done, and how routes, models and buttons say so.

Code declares which permission an act needs; data grants permissions to roles, so that an administrator
can change who may do what, but not what an act needs.

    rights = Rights()                                          # addons/accounting/security.py
    rights.model("accounting.invoice", read="accounting.read", write="accounting.write")

    @bp.post("/invoices/<int:invoice_id>/post")                # addons/accounting/routes.py
    @requires("accounting.post")
    def post(invoice_id): ...
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import abort, current_app, redirect, request, url_for
from flask_login import current_user

from core.db import db
from core.security.actor import Actor, actor_of

P = ParamSpec("P")
R = TypeVar("R")

#: For pages that anyone may open, such as the log-in; and for those that any user may.
PUBLIC = "public"
ANY_USER = "any user"


@dataclass(frozen=True)
class ModelRights:
    """The permissions that reading and changing the records of a model need."""

    read: str
    write: str
    #: None means that no one deletes such records by hand.
    delete: str | None = None


@dataclass
class Rights:
    """What one addon declares."""

    models: dict[str, ModelRights] = field(default_factory=dict)
    #: Field → the permission that seeing it needs: `{"product.cost": "cost.read"}`.
    fields: dict[str, str] = field(default_factory=dict)

    def model(self, name: str, *, read: str, write: str, delete: str | None = None) -> None:
        """Declare what the records of a model need; `delete` left out means never by hand."""
        self.models[name] = ModelRights(read, write, delete)

    def field(self, model: str, name: str, read: str) -> None:
        """Hide a field from everyone without the permission, in every response."""
        self.fields[f"{model}.{name}"] = read


def requires(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare the permission of a view; the app refuses to start with a view that declares none."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            refused = _refusal(permission)
            return refused if refused is not None else view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the start-up check
        return guarded

    return decorate


def _refusal(permission: str) -> Any:
    if permission == PUBLIC:
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    if permission != ANY_USER and not current_actor().may(permission):
        abort(403)
    return None


def current_actor() -> Actor:
    """The actor of the current session."""
    return actor_of(db.session)


def model_rights(model: str) -> ModelRights:
    """What the records of a model need; KeyError when no addon declared it."""
    rights: ModelRights = current_app.extensions["rights"].models[model]
    return rights


def may_see_field(actor: Actor, model: str, name: str) -> bool:
    """Whether the actor may see this field of the model's records."""
    needed = current_app.extensions["rights"].fields.get(f"{model}.{name}")
    return needed is None or actor.may(needed)


def merge(declared: list[Rights]) -> Rights:
    """The rights of all installed addons together."""
    together = Rights()
    for rights in declared:
        together.models.update(rights.models)
        together.fields.update(rights.fields)
    return together
