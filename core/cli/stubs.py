"""`bincard addon types`: write `core/m.pyi`, by which mypy and editors see the composed models.

A model exists only when an application is composed, so that nothing can be read from its source: the stub
holds one class a model with the columns, relationships and methods that all addons of the product give it.
"""

import inspect
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click
from flask import Flask
from sqlalchemy import inspect as orm_inspect
from sqlalchemy.orm import ColumnProperty, RelationshipDirection, RelationshipProperty

from core.app import create_app
from core.db.types import ExactDecimal
from core.loader.discovery import CORE, Catalogue, discover
from core.loader.graph import resolve
from core.models import Composition
from core.models.fragment import class_name
from core.settings import ROOT

STUB = ROOT / "core" / "m.pyi"
HEAD = '''"""The composed models, as `bincard addon types` sees them; written by it, not by hand."""

# A column may be called `date`: the types have names that no column has.
from datetime import date as _date
from datetime import datetime as _datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Table
from sqlalchemy.orm import Mapped

class _Composed:
    _name: ClassVar[str]
    _title: ClassVar[str]
    _label: ClassVar[str]
    _audited: ClassVar[bool]
    __table__: ClassVar[Table]
    def __init__(self, **values: Any) -> None: ...
    @classmethod
    def create(cls, session: Any, records: Any, /) -> list[int]: ...
    @classmethod
    def _bulk(cls, session: Any, rows: Any) -> None: ...
'''
#: What a stub names without an import of its own.
PLAIN: dict[Any, str] = {
    **{kind: kind.__name__ for kind in (bool, bytes, Decimal, float, int, str)},
    date: "_date",
    datetime: "_datetime",
    dict: "dict[str, Any]",
    list: "list[Any]",
    None: "None",
    type(None): "None",
}


@click.command("types")
def types() -> None:
    """Write `core/m.pyi`, by which mypy and editors see the composed models."""
    STUB.write_text(stub(product_app()), encoding="utf-8")
    click.echo(STUB)


def product_app() -> Flask:
    """The app of all addons in the product's own folder, and of no other."""
    everything = discover()
    own = {n: s for n, s in everything.found.items() if n == CORE or s.path.parent == ROOT / "addons"}
    return create_app(resolve(set(own) - {CORE}, Catalogue(own)))


def stub(app: Flask) -> str:
    """The text of the stub."""
    composition: Composition = app.extensions["composition"]
    models = (_model(name, composition) for name in sorted(composition.parts))
    return HEAD + "".join("\n" + "\n".join(lines) + "\n" for lines in models)


#: Characters of a line, as in setup; and what stands between two arguments, but not within brackets.
LONGEST, _BETWEEN = 110, re.compile(r", (?![^\[]*\])")


def _model(name: str, composition: Composition) -> list[str]:
    cls = composition.model(name)
    mapper = orm_inspect(cls)
    lines = [f"class {class_name(name)}(_Composed):"]
    for prop in sorted(mapper.attrs, key=lambda p: p.key):
        kind = _kind_of(prop)
        if kind:
            lines.append(f"    {prop.key}: Mapped[{kind}]")
    for method in sorted(composition.parts[name].origins()):
        lines += _method(method, inspect.getattr_static(cls, method))
    return lines


def _kind_of(prop: Any) -> str:
    if isinstance(prop, ColumnProperty):
        column = prop.columns[0]
        exact = isinstance(column.type, ExactDecimal)
        kind = "Decimal" if exact else PLAIN.get(column.type.python_type, "Any")
        return f"{kind} | None" if column.nullable else kind
    if isinstance(prop, RelationshipProperty):
        target = prop.mapper.class_.__name__
        if prop.uselist:
            return f"list[{target}]"
        certain = prop.direction is RelationshipDirection.MANYTOONE
        certain = certain and not any(column.nullable for column in prop.local_columns)
        return target if certain else f"{target} | None"
    return ""


def _method(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, property) and value.fget:
        yield "    @property"
        value = value.fget
    elif isinstance(value, classmethod):
        yield "    @classmethod"
        value = value.__func__
    if inspect.isfunction(value):
        yield from _wrapped(f"    def {name}{_signature(value)}: ...")


def _wrapped(line: str) -> Iterator[str]:
    """As the formatter has it: arguments too long for one line have the next to themselves, else one each."""
    if len(line) <= LONGEST:
        yield line
        return
    head, _open, rest = line.partition("(")
    arguments, _close, tail = rest.rpartition(")")
    alone = f"        {arguments}"
    apart = [f"        {argument}," for argument in _BETWEEN.split(arguments)]
    yield from (f"{head}(", *([alone] if len(alone) <= LONGEST else apart), f"    ){tail}")


def _signature(function: Any) -> str:
    """With the types that the stub can name; `Any` for all others."""
    signature = inspect.signature(function)
    parameters = [
        p.replace(
            annotation=_Name(_named(p.annotation)),
            default=_Name("...") if p.default is not p.empty else p.empty,
        )
        if at
        else p
        for at, p in enumerate(signature.parameters.values())
    ]
    return str(
        signature.replace(parameters=parameters, return_annotation=_Name(_named(signature.return_annotation)))
    )


def _named(annotation: Any) -> str:
    return PLAIN.get(annotation, "Any") if isinstance(annotation, type | None) else "Any"


class _Name:
    """Shows as its text, where a signature would show a type or a default."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text
