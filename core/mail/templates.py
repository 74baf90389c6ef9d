"""Subject and text of a mail from the templates that administrators edit.

They are Jinja in a sandbox that reaches no attribute of Python itself and changes nothing. A name that
isn't there is an error, not a gap: a customer must not read "Dear ,".
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import current_app
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from sqlalchemy import select

from core import m
from core.db import AnySession
from core.errors import UserError
from core.i18n import (
    _,
    format_date,
    format_moment,
    format_money,
    format_number,
    format_price,
    in_locale,
)


class MailTemplateError(UserError):
    """A template is missing or faulty; the message says which, and where."""


def render_template(
    session: AnySession, code: str, locale: str, context: Mapping[str, Any]
) -> tuple[str, str]:
    """Subject and text in this language, else in the default one; raises MailTemplateError."""
    template = _find(session, code, locale)
    with in_locale(template.locale):
        subject = _render(template, "subject", context)
        body = _render(template, "body", context)
    # One line: what follows a line break in a subject would be read as a further header.
    return " ".join(subject.split()), body


def check_template(subject: str, body: str) -> None:
    """Raise MailTemplateError where an edited template is no Jinja, before it is saved."""
    for part, source in (("subject", subject), ("body", body)):
        try:
            _environment().parse(source)
        except TemplateError as error:
            raise MailTemplateError(
                _("The %(part)s can't be read: %(reason)s", part=part, reason=error)
            ) from error


def _find(session: AnySession, code: str, locale: str) -> Any:
    default = current_app.config["BABEL_DEFAULT_LOCALE"]
    rows = session.scalars(select(m.MailTemplate).where(m.MailTemplate.code == code))
    by_locale = {row.locale: row for row in rows}
    for wanted in (locale, default, "en"):
        if wanted in by_locale:
            return by_locale[wanted]
    raise MailTemplateError(
        _(
            "There is no mail template “%(code)s” in %(locale)s: add it under Mail templates.",
            code=code,
            locale=locale,
        )
    )


def _render(template: Any, part: str, context: Mapping[str, Any]) -> str:
    try:
        return _environment().from_string(getattr(template, part)).render(context)
    except TemplateError as error:
        raise MailTemplateError(
            _(
                "The %(part)s of the mail template “%(code)s” (%(locale)s) fails: %(reason)s",
                part=part,
                code=template.code,
                locale=template.locale,
                reason=error,
            )
        ) from error


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    # Plain text: nothing to escape.
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.filters.update(
        money=format_money, price=format_price, number=format_number, date=format_date, moment=format_moment
    )
    return environment
