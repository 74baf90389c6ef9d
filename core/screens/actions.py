"""Buttons: what one may press, and what pressing does."""

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, url_for

from core.errors import UserError
from core.i18n import _
from core.screens.fields import label_text, readable_value
from core.screens.tree import Button, FormScreen, Screen, ScreenError, walk
from core.security.actor import Actor


def find_button(screen: FormScreen, name: str) -> Button | None:
    """The button of that name, None where the screen declares none: nothing else can be called."""
    for place in walk(screen):
        if isinstance(place.node, Button) and place.node.name == name:
            return place.node
    return None


@dataclass(frozen=True)
class ShownButton:
    """A button as a page shows it."""

    node: Button
    #: Of a button that opens a page.
    url: str
    #: What is asked before it is done.
    confirm: str = ""


def shown_buttons(screen: FormScreen, record: Any, actor: Actor) -> list[ShownButton]:
    """The buttons that this actor may press on this record, as it is now."""
    if record is None:
        return []
    found = [place.node for place in walk(screen) if isinstance(place.node, Button)]
    return [
        ShownButton(b, endpoint_url(b, record), confirmation(b, record))
        for b in found
        if actor.may(b.permission) and (b.visible is None or b.visible(record))
    ]


def confirmation(button: Button, record: Any) -> str:
    """What the button asks of this record before it acts; empty for nothing."""
    return str(button.confirm(record) if callable(button.confirm) else button.confirm)


def press(session: Any, button: Button, record: Any) -> Any:
    """Do what the button says and return a message for the user; raises UserError where it may not be now."""
    if button.visible is not None and not button.visible(record):
        raise UserError(_not_possible(button, record))
    message = _action(button, record)(session)
    return message or _("Done.")


def _not_possible(button: Button, record: Any) -> str:
    """Why a button is not there: it does not fit the state, or somebody pressed it at the same moment."""
    state = getattr(record, "state", "")
    if not state:
        return _("“%(label)s” is not possible any more: the record has changed.", label=str(button.label))
    return _(
        "“%(label)s” is not possible now: %(record)s is %(state)s.",
        label=str(button.label),
        record=label_text(record, getattr(record, record._label, "") or ""),
        state=_(readable_value(state)).lower(),
    )


def _action(button: Button, record: Any) -> Callable[[Any], Any]:
    action = button.action
    if callable(action):
        return lambda session: action(session, record)
    if ":" in action:
        module, name = action.split(":")
        service = getattr(importlib.import_module(module), name)
        return lambda session: service(session, record)
    if "." in action:
        raise UserError(_("This button opens a page of its own."))
    return lambda session: getattr(record, action)()


def check_buttons(app: Flask, screens: Iterable[Screen]) -> None:
    """Refuse at start a button that leads nowhere; raises ScreenError with its name."""
    for screen in screens:
        for place in walk(screen):
            if isinstance(place.node, Button):
                _check(app, screen, place.node)


def _check(app: Flask, form: Screen, button: Button) -> None:
    action = button.action
    where = f"{button.addon}: the button {button.name} in {form.name}"
    if callable(action):
        return
    if ":" in action:
        module, name = action.split(":")
        if not callable(getattr(importlib.import_module(module), name, None)):
            raise ScreenError(f"{where}: {module} has no function {name}")
    elif "." in action:
        if button.bulk:
            raise ScreenError(f"{where} opens a page: it cannot be pressed for many records")
        if action not in app.view_functions:
            raise ScreenError(f"{where}: no addon has the page {action}")
    elif not callable(getattr(app.extensions["composition"].model(form.model), action, None)):
        raise ScreenError(f"{where}: {form.model} has no method {action!r}")


def endpoint_url(button: Button, record: Any) -> str:
    """The address of a button that opens a page; empty for one that acts."""
    action = button.action
    if callable(action) or ":" in action or "." not in action:
        return ""
    rule = next(current_app.url_map.iter_rules(action))
    argument = next(iter(rule.arguments), None)
    return url_for(action, **({argument: record.id} if argument else {"id": record.id}))
