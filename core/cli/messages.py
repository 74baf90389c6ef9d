"""`bincard messages`: collect what an addon says to people, and bring its catalogs up to that.

Problem: most texts stand in code and templates as `_("…")`, where an extractor finds them, but some are made
from names while a screen is shown: the label `Due date` of the column `due_date`, the value `Draft` of a
state, the rule that a CHECK constraint is called after, the name of a menu that a data file ships.

Rule: what the code says is read from the files; what is made from names is read from the composed app of the
addon and exactly what it needs, where each node, column and constraint knows its addon. A message that a
dependency has translated is not asked for again; an addon may still word it anew.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from flask import Flask
from sqlalchemy import CheckConstraint, UniqueConstraint

from core.app import create_app
from core.cli.base import as_json, get_lifecycle, show
from core.i18n import in_locale
from core.loader.discovery import CORE, AddonSource
from core.loader.graph import closure_of
from core.loader.scratch import with_dependencies
from core.locales import LOCALES
from core.models import Composition
from core.models.registry import mixins_of
from core.screens import Column, Field, Filter, Grid
from core.screens.composition import ScreenSet
from core.screens.fields import field_info, readable, readable_value
from core.screens.tree import ListScreen, Place, Screen, walk
from core.templating import HOST_TEMPLATES

#: The languages that have catalogs; what the code says is English.
TRANSLATED = tuple(code for code in LOCALES if code != "en")
#: Table → columns of shipped records that are translated where they are shown.
SHIPPED = {
    "currency": ("name",),
    "menu": ("name",),
    "role": ("title",),
    "scheduled_action": ("name",),
    "sequence": ("name",),
}
KEYWORDS: Mapping[str, Any] = {
    "_": None,
    "_l": None,
    "N_": None,
    "say": None,
    "gettext": None,
    "ngettext": (1, 2),
}
METHODS = [
    ("**.py", "python"),
    ("**.html", "jinja2.ext:babel_extract"),
    ("**.txt", "jinja2.ext:babel_extract"),
]
SKIPPED = {"migrations", "tests", "static", "skeleton", "i18n", "__pycache__"}

HEADER = """msgid ""
msgstr ""
"Language: {locale}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""

#: A text, or singular and plural.
Message = str | tuple[str, str]


@dataclass(frozen=True)
class Gaps:
    """What keeps a catalog from being complete."""

    missing: list[Message]
    obsolete: list[Message]
    fuzzy: list[Message]
    #: Translations that name other values than the message does.
    misnamed: list[Message]

    def __bool__(self) -> bool:
        return bool(self.missing or self.obsolete or self.fuzzy or self.misnamed)


def messages_of(source: AddonSource, sources: Sequence[AddonSource], app: Flask) -> set[Message]:
    """Everything that the addon says; `app` is made of `sources`, the addon and what it needs."""
    with app.app_context(), in_locale("en"):
        said = {*_in_code(source), *_in_data(source), *_made_from_names(source.name, app)}
        # Over its permissions, where they are granted; those of the host stand under the product's name.
        said |= {source.manifest.title} if source.name != CORE else set()
    return {message for message in said if message}


def read_catalog(source: AddonSource, locale: str) -> Catalog:
    """The addon's catalog; an empty one where there is none yet."""
    path = catalog_path(source, locale)
    if not path.exists():
        return Catalog(locale)
    with path.open("rb") as file:
        return read_po(file, locale)


def catalog_path(source: AddonSource, locale: str) -> Path:
    """Where the addon's translations of a language are."""
    return source.path / "i18n" / locale / "LC_MESSAGES" / "messages.po"


def gaps_of(source: AddonSource, sources: Sequence[AddonSource], app: Flask, locale: str) -> Gaps:
    """Compare the addon's catalog with what it says."""
    said = messages_of(source, sources, app)
    own = _translations(read_catalog(source, locale))
    elsewhere = _of_dependencies(source, sources, locale)
    return Gaps(
        missing=_sorted(m for m in said if m not in elsewhere and not any(own.get(m, ()))),
        obsolete=_sorted(set(own) - said),
        fuzzy=_sorted(m.id for m in read_catalog(source, locale) if m.fuzzy and m.id),
        misnamed=_sorted(m for m, texts in own.items() if not _names_agree(m, texts)),
    )


def rewrite(source: AddonSource, sources: Sequence[AddonSource], app: Flask, locale: str) -> int:
    """Write the addon's catalog anew, sorted; returns how many messages wait for a translation."""
    said = messages_of(source, sources, app)
    own = _translations(read_catalog(source, locale))
    elsewhere = _of_dependencies(source, sources, locale)
    kept = Catalog(locale)
    for message in said:
        texts = own.get(message, ("",))
        if any(texts) or message not in elsewhere:
            kept.add(message, texts if isinstance(message, tuple) else texts[0])
    if kept:
        _write(catalog_path(source, locale), kept, locale)
    return sum(1 for message in kept if message.id and not any(_texts(message.string)))


def _write(path: Path, catalog: Catalog, locale: str) -> None:
    """Without dates and places, which would change with every run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(locale=locale, plural=catalog.plural_forms).encode())
        write_po(file, catalog, width=100, no_location=True, omit_header=True, sort_output=True)


def _translations(catalog: Catalog) -> dict[Message, tuple[str, ...]]:
    found = (message for message in catalog if message.id and not message.fuzzy)
    return {cast(Message, message.id): _texts(message.string) for message in found}


def _texts(string: Any) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, list | tuple) else (string,)


def _of_dependencies(source: AddonSource, sources: Sequence[AddonSource], locale: str) -> set[Message]:
    needed = closure_of(source.name, {s.name: s for s in sources}) - {source.name}
    catalogs = (_translations(read_catalog(s, locale)) for s in sources if s.name in needed)
    return {message for catalog in catalogs for message, texts in catalog.items() if any(texts)}


def _names_agree(message: Message, texts: Iterable[str]) -> bool:
    """Whether each translation names the same values; a plural may leave the number out."""
    names = [set(re.findall(r"%\((\w+)\)", text)) for text in _texts(message)]
    return all(set(re.findall(r"%\((\w+)\)", text)) in (*names, names[-1]) for text in texts if text)


def _sorted(messages: Iterable[Any]) -> list[Any]:
    return sorted(messages, key=str)


# What stands in files.


def _in_code(source: AddonSource) -> Iterator[Message]:
    folders = [source.path, HOST_TEMPLATES] if source.name == CORE else [source.path]
    for folder in folders:
        found = extract_from_dir(folder, METHODS, keywords=KEYWORDS, directory_filter=_is_read)
        for _file, _line, message, _comments, _context in found:
            yield (message[0], message[1]) if isinstance(message, tuple) else message


def _is_read(folder: str | Path) -> bool:
    return Path(folder).name not in SKIPPED


def _in_data(source: AddonSource) -> Iterator[str]:
    for path in sorted((source.path / "data").glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for table, columns in SHIPPED.items():
            for record in content.get(table, ()):
                yield from (record.get(column, "") for column in columns)


# What is made from names.


def _made_from_names(addon: str, app: Flask) -> Iterator[str]:
    screens: ScreenSet = app.extensions["screens"]
    for screen in screens.by_name.values():
        for place in walk(screen):
            if place.node.addon == addon:
                yield from _of_node(screens, screen, place)
        if isinstance(screen, ListScreen) and screen.addon == addon:
            yield from (readable(name) for name in screen.group_by)
    yield from _of_models(addon, app.extensions["composition"])


def _of_node(screens: ScreenSet, screen: Screen, place: Place) -> Iterator[str]:
    """The label and the values that the screen derives where the node gives none."""
    node = place.node
    if isinstance(node, Grid) and not node.title:
        yield node.name.capitalize()
    if not isinstance(node, Column | Field | Filter):
        return
    computed = getattr(node, "value", None) or (isinstance(node, Filter) and node.where)
    model = place.parent.model if isinstance(place.parent, Grid) else screen.model
    info = None if computed else screens.info(model, node.name)
    if not node.label and not (info and info.label):
        yield readable(node.name)
    if info is not None and info.kind == "choice":
        yield from (readable_value(value) for value in info.values if value not in (node.choices or {}))


def _of_models(addon: str, composition: Composition) -> Iterator[str]:
    """Titles, and the names in what the database refuses: rules, and columns that must be unique."""
    for name, part in composition.parts.items():
        model = composition.model(name)
        if part.fragments[0][0] == addon:
            yield model._title or readable(name.split(".")[-1])
        for owner, fragment in part.fragments:
            for cls in (fragment, *mixins_of(fragment)) if owner == addon else ():
                hook = vars(cls).get("_table_args")
                rules = hook.__get__(None, fragment)() if hook else ()
                yield from (readable(str(r.name)) for r in rules if isinstance(r, CheckConstraint))
        if addon == CORE and part.fragments[0][0] == CORE:
            yield from _states(composition, name)
        yield from (readable(column) for column in _unique_columns(model) if _brings(part, column, addon))


def _states(composition: Composition, model: str) -> Iterator[str]:
    """The host shows its own models on pages that are no declared screens."""
    for column in composition.model(model).__table__.columns:
        yield from map(readable_value, field_info(composition, model, column.key).values)


def _unique_columns(model: Any) -> set[str]:
    table = model.__table__
    keys = [c.columns for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys += [index.columns for index in table.indexes if index.unique]
    return {column.key for key in keys for column in key} - {"company_id"}


def _brings(part: Any, column: str, addon: str) -> bool:
    origins = part.origins().get(column)
    return bool(origins) and origins[0].addon == addon


@click.command()
@click.argument("names", nargs=-1)
@as_json
def messages(names: tuple[str, ...], json_output: bool) -> None:
    """Bring the catalogs of these addons (all without a name) up to what they say."""
    lifecycle = get_lifecycle()
    waiting = {}
    for name in names or tuple(lifecycle.catalogue.found):
        sources = with_dependencies(name, lifecycle.catalogue)
        app = create_app(sources)
        for locale in TRANSLATED:
            waiting[f"{name} {locale}"] = rewrite(sources[-1], sources, app, locale)
    lines = [f"{name}: {count} without a translation" for name, count in waiting.items()]
    show({"waiting": waiting}, lines, json_output)
