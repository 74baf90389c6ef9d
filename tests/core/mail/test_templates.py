"""What a mail template may say: it fills in, chooses and repeats, and comes to an end."""

import pytest
from sqlalchemy import select

from core import m
from core.db import db
from core.mail.templates import MailTemplateError, check_template, render_template

pytestmark = pytest.mark.addons("partners", "products", "accounting")

ENDLESS = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{{ 'x' * 1000000000 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ 9 ** 999999999 }}",
    "{{ 'x'.ljust(1000000000) }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ 'x'|center(1000000000) }}",
    "{% macro a() %}{{ a() }}{{ a() }}{% endmacro %}{{ a() }}",
    "{% for a in n recursive %}{{ loop(n) }}{% endfor %}",
    "{% for a in n %}{% for b in n %}{% for c in n %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in n %}{% if a %}{% for b in n %}{% for c in n %}x{% endfor %}{% endfor %}{% endif %}"
    "{% endfor %}",
    "{% for a in 'xxxxxxxx' %}{% endfor %}",
    "{% set a = 'xxxxxxxx' %}{% for b in a %}{% endfor %}",
    "x" * 20_001,
    "{% include 'layout.html' %}",
    "{% import 'macros.html' as m %}",
    "{% extends 'layout.html' %}",
    "{{ lipsum(n=1000000) }}",
    "{{ 1 + 'a' }}",
    "{{ 1 / 0 }}",
    "{{ n|money('x', 'y', 'z') }}",
]


@pytest.mark.parametrize("source", ENDLESS)
def test_what_has_no_end_or_no_sense_is_refused_when_it_is_saved(app, source):
    with pytest.raises(MailTemplateError, match="^The body can't be read: "):
        check_template("Hello", source)


def test_what_grows_beyond_a_letter_is_stopped(app):
    with pytest.raises(MailTemplateError, match="makes more than 100000 characters"):
        body = "{% for a in n %}{{ t }}{% endfor %}"
        db.session.add(m.MailTemplate(code="long", locale="en", subject="x", body=body))
        db.session.flush()
        render_template(db.session, "long", "en", {"n": range(1000), "t": "x" * 1000})


def test_values_conditions_and_loops_are_possible(app):
    check_template(
        "{{ company }}: {{ title|lower }} {{ number|default('–') }}",
        "{% if terms %}{{ terms }}{% else %}-{% endif %}"
        "{% for a in n %}{% for b in n %}{{ b }}{% endfor %}{% endfor %}",
    )


def test_a_shipped_template_keeps_the_names_that_it_was_shipped_with(app):
    shipped = select(m.MailTemplate).where(m.MailTemplate.locale == "en").order_by(m.MailTemplate.id).limit(1)
    template = db.session.scalars(shipped).one()
    check_template(template.subject, template.body, session=db.session, template=template)
    with pytest.raises(MailTemplateError, match="there is no “nmuber”; there are company, "):
        check_template("{{ nmuber }}", template.body, session=db.session, template=template)
