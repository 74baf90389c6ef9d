"""Subject and text of a mail from the templates that administrators edit.

They are Jinja in a sandbox that reaches no attribute of Python itself and changes nothing. A name that
isn't there is an error, not a gap: a customer must not read "Dear ,".

Whoever may edit one holds a process in his hand, so that a template is bounded by what it can say: it fills
in values, chooses and repeats, and neither calls, includes, imports nor defines anything. Loops go over the
values that it is given, two deep at most, and what it makes of them has a length. It is tried out when it
is saved.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import current_app
from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError
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

#: Characters of a template, and of what becomes of it.
LONGEST_SOURCE, LONGEST = 20_000, 100_000
#: Loops within loops.
DEEPEST = 2
#: What a template may not say, since it would know no end, or read other files.
_REFUSED = (
    *(nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Block),
    *(nodes.Macro, nodes.CallBlock, nodes.Call, nodes.Pow, nodes.Assign, nodes.AssignBlock),
)
#: Filters of Jinja whose output is as long as their input, or nearly so.
_FILTERS = (
    *("default", "d", "upper", "lower", "title", "capitalize", "trim", "join", "length", "count"),
    *("first", "last", "round", "int", "float", "abs", "string", "replace", "truncate", "escape", "e"),
)


class MailTemplateError(UserError):
    """A template is missing or faulty; the message says which, and where."""


def render_template(
    session: AnySession, code: str, locale: str, context: Mapping[str, Any]
) -> tuple[str, str]:
    """Subject and text in this language, else in the default one; raises MailTemplateError."""
    return Templates(session).render(code, locale, context)


class Templates:
    """The templates of a set of mails that are written at once, each read once."""

    def __init__(self, session: AnySession) -> None:
        self._session = session
        self._found: dict[tuple[str, str], Any] = {}

    def render(self, code: str, locale: str, context: Mapping[str, Any]) -> tuple[str, str]:
        """As `render_template`."""
        if (code, locale) not in self._found:
            self._found[code, locale] = _find(self._session, code, locale)
        template = self._found[code, locale]
        with in_locale(template.locale):
            subject = _render(template, "subject", context)
            body = _render(template, "body", context)
        # One line: what follows a line break in a subject would be read as a further header.
        return " ".join(subject.split()), body


def check_template(
    subject: str, body: str, *, session: AnySession | None = None, template: Any = None
) -> None:
    """Raise MailTemplateError where an edited template cannot work, before it is saved.

    It is tried out with every value given; a `template` that was shipped may use the names of then only.
    """
    known = _names_of(session, template) if session is not None and template is not None else set()
    for part, source in (("subject", subject), ("body", body)):
        try:
            names = find_undeclared_variables(_parsed(source))
            if known and names - known:
                raise TemplateError(
                    _(
                        "there is no “%(name)s”; there are %(known)s",
                        name=min(names - known),
                        known=", ".join(sorted(known)),
                    )
                )
            _filled(source, dict.fromkeys(names, "1"))
        except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
            raise MailTemplateError(
                _("The %(part)s can't be read: %(reason)s", part=part, reason=error)
            ) from error


def _names_of(session: AnySession, template: Any) -> set[str]:
    """The names that the template uses as it was shipped; none for one that somebody made."""
    shipped = m.ShippedRecord
    query = select(shipped.shipped).where(
        shipped.table_name == "mail_template", shipped.record_id == template.id
    )
    values: dict[str, Any] = session.scalar(query) or {}
    found: set[str] = set()
    for part in ("subject", "body"):
        found |= find_undeclared_variables(_environment().parse(values.get(part) or ""))
    return found


def _parsed(source: str) -> nodes.Template:
    """The source as a tree; raises TemplateError for what no template of ours may say."""
    if len(source) > LONGEST_SOURCE:
        raise SecurityError(_("it has more than %(most)s characters", most=LONGEST_SOURCE))
    tree = _environment().parse(source)
    for node in tree.find_all(_REFUSED):
        raise SecurityError(
            _("line %(line)s: only values, conditions and loops are possible here", line=node.lineno)
        )
    for loop in tree.find_all(nodes.For):
        given = isinstance(loop.iter, nodes.Name | nodes.Getattr)
        if loop.recursive or not given or _depth(loop) > DEEPEST:
            raise SecurityError(
                _("line %(line)s: loops go over given values, and over those within them", line=loop.lineno)
            )
    return tree


def _depth(loop: nodes.For) -> int:
    return 1 + max((_depth(inner) for part in loop.body for inner in _loops(part)), default=0)


def _loops(node: nodes.Node) -> list[nodes.For]:
    return [node] if isinstance(node, nodes.For) else list(node.find_all(nodes.For))


@lru_cache(maxsize=128)
def _compiled(source: str) -> Template:
    """A run fills the same few templates thousands of times."""
    return _environment().from_string(_parsed(source))


def _filled(source: str, context: Mapping[str, Any]) -> str:
    """The text with its values; raises TemplateError, also for one that grows too long."""
    made, length = [], 0
    for piece in _compiled(source).generate(context):
        made.append(piece)
        length += len(piece)
        if length > LONGEST:
            raise SecurityError(_("it makes more than %(most)s characters", most=LONGEST))
    return "".join(made)


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
        return _filled(getattr(template, part), context)
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise MailTemplateError(
            _(
                "The %(part)s of the mail template “%(code)s” (%(locale)s) fails: %(reason)s",
                part=part,
                code=template.code,
                locale=template.locale,
                reason=error,
            )
        ) from error


class _Environment(ImmutableSandboxedEnvironment):
    """Arithmetic is for numbers: a text times a million is none."""

    intercepted_binops = frozenset(("*", "%"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute, unless a side is no number."""
        if isinstance(left, str) or isinstance(right, str):
            raise SecurityError(_("texts cannot be computed with %(operator)s", operator=operator))
        return super().call_binop(context, operator, left, right)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    # Plain text: nothing to escape.
    environment = _Environment(undefined=StrictUndefined, autoescape=False)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.filters.update(
        money=format_money, price=format_price, number=format_number, date=format_date, moment=format_moment
    )
    return environment
