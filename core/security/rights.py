"""What may be done, and how routes, models and buttons say so.

Code declares which permission an act needs; data grants permissions to roles, so that an administrator
can change who may do what, but not what an act needs.

    rights = Rights()                                          # addons/accounting/security.py
    rights.model("accounting.invoice", read="accounting.read", write="accounting.write")
    rights.field("product", "cost", read="products.cost")
    rights.rule("partner", "partners.read", own_rows("salesperson_id"))
    rights.rule("partner", "partners.read_all", all_rows)
    rights.follows("accounting.invoice", "partner_id", "partner")
    rights.permission("accounting.post", _l("Post and reverse documents"))

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
    #: To choose such a record in a search field, which shows little of it; None means as for reading.
    choose: str | None = None


@dataclass
class Rights:
    """What one addon declares."""

    models: dict[str, ModelRights] = field(default_factory=dict)
    #: Field → the permission that seeing it needs: `{"product.cost": "cost.read"}`.
    fields: dict[str, str] = field(default_factory=dict)
    #: Model → (permission, condition): which rows it opens; see `core.security.rules`.
    rules: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    #: Model → (its column, the model that it points to and whose rule it goes by).
    followed: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: The same for models without a company of their own that are looked at by themselves: whose they are.
    belonging: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: Permission → what a person reads who grants it.
    titles: dict[str, Any] = field(default_factory=dict)

    def model(
        self, name: str, *, read: str, write: str, delete: str | None = None, choose: str | None = None
    ) -> None:
        """Declare what the records of a model need; `delete` left out means never by hand."""
        self.models[name] = ModelRights(read, write, delete, choose)

    def field(self, model: str, name: str, read: str) -> None:
        """Hide a field from everyone without the permission, in every response."""
        self.fields[f"{model}.{name}"] = read

    def rule(self, model: str, permission: str, condition: Any) -> None:
        """Let whoever has the permission see the rows of the condition; those of several add up.

        `condition(rows, actor)` gives SQL on the columns of the table: `all_rows`, `own_rows(column)`,
        `team_rows(owner, team)` of `core.security.rules`, or one of your own.
        """
        self.rules.setdefault(model, []).append((permission, condition))

    def follows(self, model: str, column: str, target: str) -> None:
        """Show a record to whoever sees the one that `column` points to; declare the target's first."""
        self.followed[model] = (column, target)

    def belongs(self, model: str, column: str, target: str) -> None:
        """Show a record, which has no company, in the company alone of the one that `column` points to.

        For what has a list: lines are reached through their document, whose company is asked for.
        """
        self.belonging[model] = (column, target)

    def permission(self, name: str, title: Any) -> None:
        """Say in words what a permission allows, for those who grant it."""
        self.titles[name] = title


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
    needed = field_right(model, name)
    return needed is None or actor.may(needed)


def field_right(model: str, name: str) -> str | None:
    """The permission that seeing this field needs beyond the model's own; None for none."""
    needed: str | None = current_app.extensions["rights"].fields.get(f"{model}.{name}")
    return needed


def merge(declared: list[Rights]) -> Rights:
    """The rights of all installed addons together."""
    together = Rights()
    for rights in declared:
        together.models.update(rights.models)
        together.fields.update(rights.fields)
        together.followed.update(rights.followed)
        together.belonging.update(rights.belonging)
        together.titles.update(rights.titles)
        for model, rules in rights.rules.items():
            together.rules.setdefault(model, []).extend(rules)
    return together
