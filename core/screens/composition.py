"""One app's screens: what its addons declare, copied, with the changes of the others applied in order."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from core.models import Composition
from core.screens.arguments import arguments_of
from core.screens.declaring import Extension, Screens
from core.screens.fields import FieldInfo, UnknownFieldError, field_info
from core.screens.tree import (
    Act,
    Button,
    Change,
    Column,
    Field,
    Filter,
    FormScreen,
    Grid,
    ListScreen,
    Narrowing,
    Node,
    Offers,
    Place,
    Screen,
    ScreenError,
    SetField,
    walk,
)


@dataclass
class ScreenSet:
    """The composed screens of an app."""

    models: Composition
    by_name: dict[str, Screen] = field(default_factory=dict)
    #: What choices and the palette look in, made when somebody first does.
    lookups: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    #: What addons add to offered records, by their model.
    offers: dict[str, list[Offers]] = field(default_factory=dict)
    _infos: dict[tuple[str, str], FieldInfo] = field(default_factory=dict)
    _form_of_model: dict[str, FormScreen | None] = field(default_factory=dict)
    _lists_of_model: dict[str, list[ListScreen]] = field(default_factory=dict)

    def lists(self) -> list[ListScreen]:
        """All lists, by name."""
        return [s for _, s in sorted(self.by_name.items()) if isinstance(s, ListScreen)]

    def forms(self) -> list[FormScreen]:
        """All forms, by name."""
        return [s for _, s in sorted(self.by_name.items()) if isinstance(s, FormScreen)]

    def form_of(self, screen: ListScreen) -> FormScreen | None:
        """The form that the rows of a list open."""
        named = self.by_name.get(screen.form)
        if isinstance(named, FormScreen):
            return named
        return self.form_for(screen.model)

    def form_for(self, model: str) -> FormScreen | None:
        """The first form of a model, in order of names."""
        if model not in self._form_of_model:
            self._form_of_model[model] = next((form for form in self.forms() if form.model == model), None)
        return self._form_of_model[model]

    def lists_of(self, model: str) -> list[ListScreen]:
        """The lists of a model, by name."""
        if model not in self._lists_of_model:
            self._lists_of_model[model] = [screen for screen in self.lists() if screen.model == model]
        return self._lists_of_model[model]

    def list_of(self, model: str) -> ListScreen | None:
        """The list of a model: that of its own name, else the first in order of names."""
        own = self.lists_of(model)
        return next((s for s in own if s.name == f"{model}.list"), own[0] if own else None)

    def held_by(self, info: FieldInfo, narrowed: Narrowing | None) -> list[str]:
        """The fields of a form that what a field offers depends on, as they stand on the page."""
        offers = self.offers.get(info.target, ()) if info.kind == "ref" else ()
        names = [*(narrowed.by if narrowed else ()), *(name for one in offers for name in one.by)]
        return list(dict.fromkeys(names))

    def info(self, model: str, name: str) -> FieldInfo:
        """What is known of a field of a model; raises UnknownFieldError."""
        key = (model, name)
        if key not in self._infos:
            self._infos[key] = field_info(self.models, model, name)
        return self._infos[key]


def compose_screens(declared: Iterable[tuple[str, Screens]], models: Composition) -> ScreenSet:
    """Compose what these addons (name, screens) declare, in their order; raises ScreenError."""
    together = ScreenSet(models)
    for addon, screens in declared:
        for screen in screens.declared.values():
            _add(together, addon, screen)
        for extension in screens.extensions:
            _apply(together, addon, extension)
        for offers in screens.offered:
            together.offers.setdefault(offers.model, []).append(offers)
    for screen in together.by_name.values():
        _check(together, screen)
    return together


def _add(together: ScreenSet, addon: str, screen: Screen) -> None:
    if screen.name in together.by_name:
        other = together.by_name[screen.name].addon
        raise ScreenError(f"{addon} and {other} both declare the screen {screen.name}")
    own = screen.clone()
    own.addon = addon
    for place in walk(own):
        place.node.addon = addon
    together.by_name[own.name] = own


def _apply(together: ScreenSet, addon: str, extension: Extension) -> None:
    screen = together.by_name.get(extension.screen)
    if screen is None:
        known = ", ".join(sorted(together.by_name)) or "none"
        raise ScreenError(
            f"{addon} extends the screen {extension.screen}, which no addon declares; screens: {known}"
        )
    for what, name, detail in extension.steps:
        if what == "set":
            _set(screen, addon, name, detail)
        elif what == "remove":
            place = _find(screen, addon, name)
            place.parent.nodes.remove(place.node)
            place.parent.changes.append(Change(addon, f"removed {name}"))
        else:
            _insert(screen, addon, what, name, detail)


def _find(screen: Screen, addon: str, name: str) -> Place:
    places = list(walk(screen))
    for place in places:
        if place.name == name:
            return place
    names = ", ".join(place.name for place in places)
    raise ScreenError(f"{addon} changes {name!r} in the screen {screen.name}, which has only: {names}")


def _set(screen: Screen, addon: str, name: str, props: dict[str, Any]) -> None:
    node = screen if name == screen.name else _find(screen, addon, name).node
    known = {f.name for f in fields(node) if f.init} - {"name"}
    unknown = sorted(set(props) - known)
    if unknown:
        raise ScreenError(
            f"{addon} sets {', '.join(unknown)} of {name} in the screen {screen.name}, "
            f"but a {node.kind} has only: {', '.join(sorted(known))}"
        )
    for prop, value in props.items():
        setattr(node, prop, value)
        node.changes.append(Change(addon, f"set {prop}"))


def _insert(screen: Screen, addon: str, what: str, name: str, nodes: tuple[Node | str, ...]) -> None:
    place = _find(screen, addon, name)
    container = place.node if what == "inside" else place.parent
    siblings = container.nodes
    at = len(siblings) if what == "inside" else siblings.index(place.node) + (what == "after")
    for node in container.take(nodes):
        own = node.clone()
        own.addon = addon
        for below in walk(own):
            below.node.addon = addon
        siblings.insert(at, own)
        at += 1


def _check(together: ScreenSet, screen: Screen) -> None:
    if screen.model not in together.models.parts:
        raise ScreenError(
            f"{screen.addon}: the screen {screen.name} is of {screen.model}, which no addon brings"
        )
    seen: dict[str, Node] = {}
    for place in walk(screen):
        if place.name in seen:
            raise ScreenError(
                f"{place.node.addon} and {seen[place.name].addon} both put {place.name!r} into {screen.name}"
            )
        seen[place.name] = place.node
        _check_node(together, screen, place)
    for name in _named_by(screen):
        _check_field(together, screen, screen, screen.model, name)


def _named_by(screen: Screen) -> list[str]:
    if not isinstance(screen, ListScreen):
        return []
    shown = {column.name for column in screen.columns if column.value is not None}
    return [*screen.search, *({screen.order.lstrip("-")} - shown), *(set(screen.group_by) - shown)]


def _check_node(together: ScreenSet, screen: Screen, place: Place) -> None:
    node = place.node
    computed = getattr(node, "value", None) or getattr(node, "where", None)
    if isinstance(node, Field) or (isinstance(node, Column | Filter) and not computed):
        model = place.parent.model if isinstance(place.parent, Grid) else screen.model
        _check_field(together, screen, node, model, node.name)
    if isinstance(node, Grid) and node.model not in together.models.parts:
        raise ScreenError(f"{node.addon}: the grid {node.name} is of {node.model}, which no addon brings")
    if isinstance(node, SetField) or getattr(node, "editable", False):
        _check_editable(together, screen, node)
    if isinstance(node, Button) and not node.permission:
        raise ScreenError(f"{node.addon}: the button {node.name} in {screen.name} names no permission")
    if isinstance(node, Act):
        _check_act(screen, node)


def _check_act(screen: Screen, act: Act) -> None:
    where = f"{act.addon}: the act {act.name} in {screen.name}"
    if not act.permission:
        raise ScreenError(f"{where} names no permission")
    try:
        arguments_of(act.takes)
    except TypeError as error:
        raise ScreenError(f"{where}: {error}") from error


def _check_editable(together: ScreenSet, screen: Screen, node: Node) -> None:
    """What a list changes goes through the form of its records: their field must be there."""
    form = together.form_of(screen) if isinstance(screen, ListScreen) else None
    if form is None or field_of(form, node.name) is None:
        raise ScreenError(
            f"{node.addon}: {screen.name} edits {node.name!r}, but the form of its records doesn't"
        )


def field_of(form: Screen, name: str) -> Place | None:
    """Where a form has its field of this name, outside of its grids."""
    found = (p for p in walk(form) if isinstance(p.node, Field) and not isinstance(p.parent, Grid))
    return next((place for place in found if place.node.name == name), None)


def _check_field(together: ScreenSet, screen: Screen, node: Node, model: str, name: str) -> None:
    try:
        together.info(model, name)
    except UnknownFieldError as error:
        raise ScreenError(f"{node.addon}: the screen {screen.name}: {error}") from error
