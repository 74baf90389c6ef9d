"""What the form of every document ends with: traces in the books, and buttons that post and reverse it."""

from collections.abc import Callable
from typing import Any

from addons.accounting.document_forms import (
    has_reversal,
    is_draft,
    is_posted,
    is_reversed,
    post,
    reverse,
    settlement,
)
from core.i18n import _l
from core.screens import Button, Field, Part, Section


def traces() -> tuple[Part, Section, Part]:
    """What settled the document, its entry, and what takes it back."""
    return (
        Part("settlement", template="accounting/settlement.html", read=settlement, visible=is_posted),
        Section("links", Field("entry_id", readonly=True), title=_l("Links"), visible=is_posted),
        Part("reversal", template="accounting/reversals.html", visible=has_reversal),
    )


def post_button(confirm: Callable[[Any], str]) -> Button:
    """Posts a draft, of the form or of all that are marked in the list."""
    return Button(
        "post",
        _l("Post"),
        action=post,
        permission="accounting.post",
        visible=is_draft,
        style="primary",
        confirm=confirm,
        bulk=lambda document: document.state == "draft",
    )


def reverse_button(
    confirm: Any,
    visible: Callable[[Any], bool] = lambda one: one.reverses_id is None and one.reversed_by is None,
    bulk: Callable[[Any], Any] = lambda model: model.reverses_id.is_(None),
) -> Button:
    """Takes a posted document back where nothing did: `visible` says it of one, `bulk` of a list in SQL."""
    return Button(
        "reverse",
        _l("Reverse"),
        action=reverse,
        permission="accounting.post",
        style="danger",
        visible=lambda one: is_posted(one) and visible(one),
        confirm=confirm,
        bulk=lambda model: (model.state == "posted") & bulk(model) & ~is_reversed(model),
    )
