"""Models as resources of the API: their columns, their form, their lines, and which rows a caller sees."""

from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import Select, or_, select
from sqlalchemy import inspect as orm_inspect

from core.records.models import CompanyOwned
from core.screens.composition import ScreenSet
from core.screens.fields import FieldInfo
from core.screens.forms.form import parent_column
from core.screens.tree import Act, Button, FormScreen, Grid, walk
from core.screens.tree import Field as FormField
from core.security.actor import NEVER, Actor
from core.security.audit import SECRET
from core.security.rights import may_see_field, model_rights

#: Models of the host are reached only when they are named here: most are of no use to a program, and some
#: hold secrets. Those of addons are reached as soon as their rights are declared.
OF_HOST = ("company", "currency", "job", "job.item", "webhook.delivery", "webhook.endpoint")


@dataclass(frozen=True)
class Lines:
    """The lines of a document, nested in it."""

    name: str
    node: Grid
    resource: "Resource"
    #: The column of the line that points to the document.
    parent: str
    order: str


@dataclass(frozen=True)
class Resource:
    """A model as the API sees it."""

    name: str
    cls: Any
    columns: dict[str, FieldInfo]
    #: None: read-only.
    form: FormScreen | None = None
    lines: dict[str, Lines] = field(default_factory=dict)

    def visible(self, actor: Actor) -> dict[str, FieldInfo]:
        """The columns that the caller may see."""
        return {n: info for n, info in self.columns.items() if may_see_field(actor, self.name, n)}

    def visible_lines(self, actor: Actor) -> dict[str, Lines]:
        """The lines that the caller may see."""
        return {n: ls for n, ls in self.lines.items() if actor.may(model_rights(ls.resource.name).read)}

    @property
    def writable(self) -> bool:
        """Whether people write such records by hand: there is a form, and a right that somebody may hold."""
        return self.form is not None and model_rights(self.name).write != NEVER

    def buttons(self) -> list[Button]:
        """The acts that the form declares; what only opens a page is none."""
        found = [p.node for p in walk(self.form) if isinstance(p.node, Button)] if self.form else []
        return [b for b in found if callable(b.action) or ":" in b.action or "." not in b.action]

    def acts(self) -> list[Act]:
        """The acts that the form declares for programs alone."""
        return [p.node for p in walk(self.form) if isinstance(p.node, Act)] if self.form else []

    def written(self) -> dict[str, FormField]:
        """The fields that the form lets a person edit, at least on some records."""
        found = (
            [
                p.node
                for p in walk(self.form)
                if isinstance(p.node, FormField) and not isinstance(p.parent, Grid)
            ]
            if self.form
            else []
        )
        kept = [n for n in found if n.name in self.columns]
        return {n.name: n for n in kept if n.readonly is not True and self.columns[n.name].kind != "other"}

    def currency_of(self, name: str) -> str:
        """The column with the currency of this amount, empty for the company's or the document's."""
        info = self.columns.get(name)  # none of what a form asks for and no column keeps
        if info is None or not info.in_currency or info.currency not in self.columns:
            return ""
        return info.currency


def screens() -> ScreenSet:
    """The screens of the current app."""
    found: ScreenSet = current_app.extensions["screens"]
    return found


def resource_names() -> list[str]:
    """The models that the API offers, by name."""
    composition = current_app.extensions["composition"]
    own = {name: part.fragments[0][0] for name, part in composition.parts.items()}
    return sorted(name for name, addon in own.items() if addon != "core" or name in OF_HOST)


def find_resource(name: str) -> Resource | None:
    """The resource of a model, made once an app; None for what the API does not offer."""
    known: dict[str, Resource] = current_app.extensions.setdefault("api_resources", {})
    if name not in known and name in resource_names():
        known[name] = _resource(name)
    return known.get(name)


def _resource(name: str) -> Resource:
    plain = _plain(name)
    form = next((f for f in screens().forms() if f.model == name), None)
    grids = [p.node for p in walk(form) if isinstance(p.node, Grid)] if form else []
    lines = {g.name: _lines(form, g) for g in grids if form is not None}
    return Resource(name, plain.cls, plain.columns, form, lines)


def _plain(name: str) -> Resource:
    cls = current_app.extensions["composition"].model(name)
    names = [key for key in dict(orm_inspect(cls).columns) if key not in SECRET]
    return Resource(name, cls, {n: screens().info(name, n) for n in names})


def _lines(form: FormScreen, grid: Grid) -> Lines:
    resource = _plain(grid.model)
    order = grid.order or ("position" if "position" in resource.columns else "id")
    return Lines(grid.name, grid, resource, parent_column(screens(), form, grid), order)


def rows_seen(resource: Resource, actor: Actor, *columns: Any) -> Select[Any]:
    """Select `columns` of the rows that the caller may see.

    Record rules are added by the session to every model in the statement. What stands in no company of its
    own is seen with what it belongs to: a line with its document, an item with its job.
    """
    statement = select(*(columns or (resource.cls,)))
    return statement.where(*_scope(resource.cls, actor))


def _scope(cls: Any, actor: Actor) -> list[Any]:
    if actor.company_id is None or issubclass(cls, CompanyOwned):
        return []
    if cls._name == "company":
        return [cls.id == actor.company_id]
    columns = orm_inspect(cls).columns
    if "company_id" in columns:
        return [or_(cls.company_id.is_(None), cls.company_id == actor.company_id)]
    found = []
    for column in columns.values():
        for key in column.foreign_keys:
            if not column.nullable and key.ondelete == "CASCADE":
                parent = _class_of(key.column.table)
                found.append(column.in_(select(parent.id).where(*_scope(parent, actor))))
    return found


def _class_of(table: Any) -> Any:
    composition = current_app.extensions["composition"]
    return next(cls for cls in composition.classes.values() if cls.__table__ is table)
