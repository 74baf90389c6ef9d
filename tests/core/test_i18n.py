"""Texts in templates: translated, escaped, and in the language of each request."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel import numbers as babel_numbers
from babel.messages.pofile import read_po
from flask import Flask, render_template_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader
from markupsafe import Markup

from core.i18n import (
    _,
    format_amount,
    format_month,
    format_number,
    format_unit_price,
    in_locale,
    locale_code,
)

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


def test_no_catalog_says_otherwise_than_another() -> None:
    """They are read into one: of two translations of a message, one would be shown for both."""
    said: dict[str, set[str]] = {}
    root = Path(__file__).parents[2]
    for path in [*root.glob("core/i18n/zh_CN/*/*.po"), *root.glob("addons/*/i18n/zh_CN/*/*.po")]:
        with path.open("rb") as file:
            for message in read_po(file):
                said.setdefault(str(message.id), set()).add(str(message.string))
    assert {text: found for text, found in said.items() if text and len(found) > 1} == {}


def test_a_translation_names_nothing_oftener_than_its_text() -> None:
    """One that was pasted twice says everything twice."""
    root, twice = Path(__file__).parents[2], []
    for path in [*root.glob("core/i18n/zh_CN/*/*.po"), *root.glob("addons/*/i18n/zh_CN/*/*.po")]:
        with path.open("rb") as file:
            for message in (one for one in read_po(file) if isinstance(one.id, str) and one.id):
                named = Counter(re.findall(r"%\(\w+\)s", str(message.string)))
                if named - Counter(re.findall(r"%\(\w+\)s", message.id)):
                    twice.append(message.id)
    assert twice == []


def test_a_month_is_written_in_the_order_of_the_language(app: Flask) -> None:
    for locale, text in (("en", "Jan 2026"), ("zh_CN", "2026年1月")):
        with in_locale(locale):
            assert format_month(date(2026, 1, 31)) == text


def test_values_are_escaped_and_texts_are_not(app: Flask) -> None:
    source = '{{ _("<i>%(name)s</i>", name=name) }}'
    assert shown(app, source, name="<b>") == "<i>&lt;b&gt;</i>"
    assert shown(app, source, name=Markup("<b>")) == "<i><b></i>"


SAID = {
    "plain.html": "<p>{{ _('Save') }} & {{ _('100 %%') }}</p>",
    "values.html": """{% set n = "<3>" %}{{ _("%(n)s selected", n=n) }}{{ _("%(n)s selected", n="<3>") }}""",
    "chosen.html": "{{ _('Save') if true else _('New') }}{% set x = _('New') %}{{ x|upper }}",
    "json.html": "{{ {'a': _('Save')}|tojson }}",
    "framed.html": "{% extends 'plain.html' %}",
    "mail.txt": "{{ _('%(n)s selected', n='<3>') }}",
}


@pytest.mark.parametrize("name", SAID)
def test_a_compiled_template_says_what_a_looked_up_text_says(
    app: Flask, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "jinja_loader", DictLoader(SAID))
    environment = app.create_jinja_environment()
    environment.globals.update(app.jinja_env.globals)
    source = SAID["plain.html"] if name == "framed.html" else SAID[name]
    for locale in ("en", "zh_CN", "en"):
        with in_locale(locale), app.test_request_context():
            said = environment.get_template(name).render()
            plain = name.endswith(".txt")
            assert said == (
                _("%(n)s selected", n="<3>") if plain else environment.from_string(source).render()
            )


def test_a_percent_sign_is_written_twice(app: Flask) -> None:
    assert shown(app, '{{ _("100 %%") }}') == "100 %"
    assert shown(app, '{{ _("%(n)s %%", n=5) }}') == "5 %"


def test_plain_text_is_not_escaped(app: Flask) -> None:
    source = '{% autoescape false %}{{ _("To %(name)s", name=name) }}{% endautoescape %}'
    assert shown(app, source, name="A & B") == "To A & B"


AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=7)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(AMOUNTS, st.sampled_from(["en", "zh_CN"]))
def test_numbers_are_those_of_babel(app: Flask, value: Decimal, locale: str) -> None:
    with app.app_context(), in_locale(locale):
        known = babel_numbers.format_decimal
        assert format_amount(value, "USD") == known(value, "#,##0.00", locale=locale)
        assert format_amount(value, "JPY") == known(value, "#,##0", locale=locale)
        assert format_unit_price(value, "USD") == known(value, "#,##0.00####", locale=locale)
        assert format_number(value) == known(value, "#,##0.####", locale=locale)
        assert format_number(7) == "7"


def test_the_signs_of_numbers_are_those_of_the_locale(monkeypatch: Any) -> None:
    for code in ("de", "fr_CH", "sv", "en", "zh_CN"):
        monkeypatch.setattr("core.i18n.get_locale", lambda code=code: Locale.parse(code))
        for value in (Decimal("-1234567.891"), Decimal("0.5"), Decimal(1000)):
            assert format_unit_price(value, "USD") == babel_numbers.format_decimal(
                value, "#,##0.00####", locale=code
            )
