"""Public links: a question to somebody who has no log-in, answered once by a button.

An addon says in its `links.py` what may be asked, and asks by the verb of the model:

    links = Links()
    links.purpose("shelf.loan", show=show, answer=answer)    # show(session, record) → Shown

    link = m.Link.make(session, "shelf.loan", loan, days=14, locale="de")
    address = m.Link.address(link)                           # /l/<token>

A link is signed, expires, may be revoked, and counts how often it was opened. Opening it does nothing but
count, so that a robot that follows links answers nothing. The answer is kept as evidence that never changes:
who, when, from where, and the text that they saw. ADR 240.
"""

from typing import Any

from flask import Flask

from core.links.declare import Answer, Links, Purpose, Shown, Table
from core.links.pages import bp
from core.loader.code import declared
from core.loader.discovery import AddonSource

__all__ = ["Answer", "Links", "Purpose", "Shown", "Table", "init_app"]


class PurposeError(Exception):
    """Two addons ask the same question; the message names it."""


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Collect what may be asked, and serve the page of the links."""
    purposes: dict[str, Purpose] = {}
    found: list[tuple[AddonSource, Any]] = list(declared(sources, "links", "links"))
    for source, links in found:
        for name, purpose in links.declared.items():
            if name in purposes:
                raise PurposeError(f"{source.name} declares the links {name}, which another addon declares")
            purposes[name] = purpose
    app.extensions["links"] = purposes
    app.register_blueprint(bp)
