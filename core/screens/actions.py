"""Buttons: what one may press, and what pressing does."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from core.errors import UserError
from core.i18n import _
from core.screens.tree import Button, FormScreen, walk
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


def shown_buttons(screen: FormScreen, record: Any, actor: Actor) -> list[ShownButton]:
    """The buttons that this actor may press on this record, as it is now."""
    if record is None:
        return []
    found = [place.node for place in walk(screen) if isinstance(place.node, Button)]
    return [
        ShownButton(b, endpoint_url(b, record))
        for b in found
        if actor.may(b.permission) and (b.visible is None or b.visible(record))
    ]


def press(session: Any, button: Button, record: Any) -> Any:
    """Do what the button says and return a message for the user; raises UserError where it may not be now."""
    if button.visible is not None and not button.visible(record):
        raise UserError(
            _("“%(label)s” is not possible any more: the record has changed.", label=str(button.label))
        )
    message = _action(button, record)(session)
    return message or _("Done.")


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


def endpoint_url(button: Button, record: Any) -> str:
    """The address of a button that opens a page; empty for one that acts."""
    action = button.action
    if callable(action) or ":" in action or "." not in action:
        return ""
    rule = next(current_app.url_map.iter_rules(action))
    argument = next(iter(rule.arguments), None)
    return url_for(action, **({argument: record.id} if argument else {"id": record.id}))
