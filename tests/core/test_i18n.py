"""Texts in templates: translated, escaped, and in the language of each request."""

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup

from core.i18n import _, in_locale, locale_code

pytestmark = [pytest.mark.addons(), pytest.mark.shared_data]


def shown(app: Flask, source: str, **values: object) -> str:
    """The template in HTML."""
    with app.test_request_context():
        return render_template_string(source, **values)


def test_an_app_speaks_several_languages(app: Flask) -> None:
    for locale, word in (("en", "Save"), ("zh_CN", "保存"), ("en", "Save")):
        with in_locale(locale):
            assert (_("Save"), locale_code()) == (word, locale)
            assert render_template_string('{{ _("Save") }}') == word


def test_values_are_escaped_and_texts_are_not(app: Flask) -> None:
    source = '{{ _("<i>%(name)s</i>", name=name) }}'
    assert shown(app, source, name="<b>") == "<i>&lt;b&gt;</i>"
    assert shown(app, source, name=Markup("<b>")) == "<i><b></i>"


def test_a_percent_sign_is_written_twice(app: Flask) -> None:
    assert shown(app, '{{ _("100 %%") }}') == "100 %"
    assert shown(app, '{{ _("%(n)s %%", n=5) }}') == "5 %"


def test_plain_text_is_not_escaped(app: Flask) -> None:
    source = '{% autoescape false %}{{ _("To %(name)s", name=name) }}{% endautoescape %}'
    assert shown(app, source, name="A & B") == "To A & B"
