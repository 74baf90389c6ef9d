"""Compose the fragments of the installed addons into one mapped class a model.

Problem: two applications of one process must be able to hold two sets of addons (tests, an install
without a restart), so nothing may be mapped at import. Rule: for each model take its fragments in the
order of the addons and build `type(name, (last, …, first, Base), body)`; method resolution then makes
`super()` in an extension reach what it extends. Example: `sales` defines `SalesOrder`, `pricing` and
`loyalty` extend it; the class is `SalesOrder(loyalty's, pricing's, sales', Base)`.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CheckConstraint, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, MappedColumn
from sqlalchemy.orm import relationship as orm_relationship

from core.models.fragment import Model, RelationshipSpec, class_name, table_name

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class CompositionError(Exception):
    """The fragments don't fit together; the message names both addons."""


@dataclass(frozen=True)
class FragmentSource:
    """What one addon brings: its fragments, and the addons that it may build on."""

    addon: str
    fragments: tuple[type[Model], ...]
    depends: frozenset[str]


@dataclass(frozen=True)
class Origin:
    """Where an attribute of a model comes from."""

    addon: str
    kind: str


@dataclass
class ModelParts:
    """The fragments of one model, in the order in which they were declared."""

    name: str
    fragments: list[tuple[str, type[Model]]] = field(default_factory=list)

    def origins(self) -> dict[str, list[Origin]]:
        """For each attribute, the addons that declare it: first the definition, then its overrides."""
        found: dict[str, list[Origin]] = {}
        for addon, fragment in self.fragments:
            for attribute, value in _declared(fragment):
                found.setdefault(attribute, []).append(Origin(addon, _kind(value)))
        return found


def _declared(fragment: type[Model]) -> Iterator[tuple[str, Any]]:
    """What a fragment declares, itself or by mixins of addons."""
    own = [c for c in mixins_of(fragment) if c.__module__.startswith("addons.")]
    for attribute, value in {n: v for c in (*reversed(own), fragment) for n, v in vars(c).items()}.items():
        if not attribute.startswith("_"):
            yield attribute, value


@dataclass
class Composition:
    """The mapped classes of one application; `composition.SalesOrder` is one of them."""

    base: type[DeclarativeBase]
    parts: dict[str, ModelParts]
    classes: dict[str, type[Any]]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.classes[name]
        except KeyError:
            raise AttributeError(f"no installed addon has a model {name}") from None

    def model(self, name: str) -> Any:
        """The class of a model given by its trade name; KeyError when no addon brings it."""
        if name not in self.parts:
            raise KeyError(f"no installed addon has a model {name!r}")
        return self.classes[class_name(name)]

    @property
    def metadata(self) -> MetaData:
        """The tables of this application."""
        return self.base.metadata


def _kind(value: object) -> str:
    if isinstance(value, MappedColumn):
        return "column"
    if isinstance(value, RelationshipSpec):
        return "relationship"
    return "method" if callable(value) else "attribute"


def new_base() -> type[DeclarativeBase]:
    """A declarative base of its own, with our constraint names."""

    class Base(DeclarativeBase):
        metadata = MetaData(naming_convention=NAMING)

    return Base


def compose(sources: Sequence[FragmentSource], base: type[DeclarativeBase]) -> Composition:
    """Map the models of these addons on `base`; raises CompositionError."""
    parts = _gather(sources)
    for part in parts.values():
        _refuse_twice_declared(part)
    with _without_gc():
        classes = {class_name(name): _build(part, base) for name, part in parts.items()}
        base.registry.configure()
    return Composition(base, parts, classes)


def _gather(sources: Sequence[FragmentSource]) -> dict[str, ModelParts]:
    parts: dict[str, ModelParts] = {}
    owner: dict[type[Model], str] = {}
    for source in sources:
        for fragment in source.fragments:
            owner[fragment] = source.addon
            _refuse_undeclared_dependency(fragment, source, owner)
            defines = "_name" in vars(fragment)
            if defines and fragment._name in parts:
                first = parts[fragment._name].fragments[0][0]
                raise CompositionError(
                    f"{source.addon} and {first} both define the model {fragment._name}: "
                    f"extend it with a subclass of {first}'s fragment"
                )
            part = parts.setdefault(fragment._name, ModelParts(fragment._name))
            part.fragments.append((source.addon, fragment))
    return parts


def _refuse_undeclared_dependency(
    fragment: type[Model], source: FragmentSource, owner: dict[type[Model], str]
) -> None:
    for parent in fragment.__mro__[1:]:
        if issubclass(parent, Model) and "_name" in vars(parent):
            addon = owner.get(parent, parent.__module__)
            if addon != source.addon and addon not in source.depends:
                raise CompositionError(
                    f"{source.addon} extends {parent._name} of {addon}, "
                    f"but its manifest does not depend on {addon}"
                )


def _refuse_twice_declared(part: ModelParts) -> None:
    for attribute, origins in part.origins().items():
        declared = [o for o in origins if o.kind in ("column", "relationship")]
        if len(declared) > 1:
            raise CompositionError(
                f"{declared[0].addon} and {declared[1].addon} both declare {part.name}.{attribute}"
            )


def _build(part: ModelParts, base: type[DeclarativeBase]) -> type[Any]:
    fragments = [fragment for _, fragment in part.fragments]
    body: dict[str, Any] = {"__tablename__": table_name(part.name), "__module__": fragments[0].__module__}
    body["__table_args__"] = tuple(_table_args(fragments))
    for attribute, spec in _relationships(fragments):
        body[attribute] = orm_relationship(class_name(spec.target), **spec.options)
    made = type(class_name(part.name), (*reversed(fragments), base), body)
    _bound(made.__table__)  # type: ignore[attr-defined]  # a mapped class has a table
    return made


def _bound(table: Table) -> None:
    """A CHECK for each text with a length: what a form, a file or a program gets past, the table refuses."""
    for column in table.columns:
        if longest := getattr(column.type, "longest", None):
            rule = f"length({column.name}) <= {longest}"
            table.append_constraint(CheckConstraint(rule, name=f"{column.name}_length"))


def _table_args(fragments: Sequence[type[Model]]) -> Iterator[Any]:
    for fragment in fragments:
        for cls in (fragment, *mixins_of(fragment)):
            hook = vars(cls).get("_table_args")
            if hook:
                yield from hook.__get__(None, fragment)()


def mixins_of(fragment: type[Model]) -> list[type]:
    """The plain classes that only this fragment brings in."""
    return [c for c in fragment.__mro__[1:] if not issubclass(c, Model)] if "_name" in vars(fragment) else []


def _relationships(fragments: Sequence[type[Model]]) -> Iterator[tuple[str, RelationshipSpec]]:
    for fragment in fragments:
        for cls in (fragment, *mixins_of(fragment)):
            for attribute, value in vars(cls).items():
                if isinstance(value, RelationshipSpec):
                    yield attribute, value


@contextmanager
def _without_gc() -> Iterator[None]:
    """Mapping allocates much and frees nothing: a fifth of its time is the collector's."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
