"""Languages: one gettext catalog an addon and language, dates and amounts by locale.

Catalogs are read from `<addon>/i18n/<locale>/LC_MESSAGES/messages.po` when a language is first used; there
is no compiled file that could be stale. A message is looked up in all catalogs together, the later addon
winning, so that an addon can also reword what another one says.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import numbers
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale
from flask_babel import format_date as babel_date
from flask_babel import format_datetime as babel_datetime
from flask_login import current_user
from werkzeug.datastructures import LanguageAccept

from core.loader.discovery import AddonSource

#: The languages that the product is complete in.
LOCALES = {"en": "English", "zh_CN": "简体中文"}
COOKIE = "locale"


class AddonDomain(Domain):
    """The catalogs of the app's addons, merged."""

    def get_translations(self) -> Any:
        locale = get_locale()
        # Without the script, which Babel adds: `zh_Hans_CN` is our `zh_CN`.
        code = "_".join(part for part in (locale.language, locale.territory) if part)
        # A page asks for hundreds of texts: which files there are is looked up once an app.
        known: dict[str, Any] = current_app.extensions.setdefault("translations", {})
        if code not in known:
            known[code] = _merged(tuple(_catalogs(current_app.extensions["sources"], code)))
        return known[code]


def _catalogs(sources: list[AddonSource], locale: str) -> Iterator[Path]:
    for source in sources:
        yield from _catalogs_in(source.path, locale)


def _catalogs_in(folder: Path, locale: str) -> Iterator[Path]:
    path = folder / "i18n" / locale / "LC_MESSAGES" / "messages.po"
    if path.exists():
        yield path


@lru_cache
def _merged(paths: tuple[Path, ...]) -> Translations:
    together = Translations()
    together._catalog = {}  # it has none until a file is read
    together.plural = lambda n: int(n != 1)  # as English, where nothing is translated
    for path in paths:
        _add(together, path)
    return together


def _add(together: Translations, path: Path) -> None:
    with path.open("rb") as file:
        catalog = read_po(file)
    for message in catalog:
        if not message.id or not message.string or message.fuzzy:
            continue
        if isinstance(message.id, str):
            together._catalog[message.id] = str(message.string)
        else:
            for index, string in enumerate(message.string):
                together._catalog[(message.id[0], index)] = string
    if catalog.num_plurals == 1:
        together.plural = lambda n: 0  # Chinese has one form


_domain = AddonDomain()
# Flask-Babel gives no types.
_: Callable[..., str] = _domain.gettext
ngettext: Callable[..., str] = _domain.ngettext
_l = _domain.lazy_gettext


def init_app(app: Flask) -> None:
    """Choose the language of a request: the user's, the cookie's, else what the browser asks for."""
    Babel(app, locale_selector=_select, default_domain=_domain)
    app.jinja_env.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]  # by jinja2.ext.i18n
    app.jinja_env.filters.update(
        money=format_money, number=format_number, date=format_date, moment=format_moment, price=format_price
    )


def _select() -> str:
    if not has_request_context():
        return str(current_app.config["BABEL_DEFAULT_LOCALE"])
    chosen = getattr(current_user, "locale", "") or request.cookies.get(COOKIE, "")
    if chosen in LOCALES:
        return str(chosen)
    best = request.accept_languages.best_match([code.replace("_", "-") for code in LOCALES])
    return (best or str(current_app.config["BABEL_DEFAULT_LOCALE"])).replace("-", "_")


def N_(message: str) -> str:
    """Mark a text that is looked up later."""
    return message


def host_text(message: str, locale: str) -> str:
    """A text of the host in a language, where there is no app to ask."""
    paths = _catalogs_in(Path(__file__).parent, locale)
    return str(_merged(tuple(paths)).gettext(message))


def host_locale(chosen: str, accepted: LanguageAccept) -> str:
    """The language of a visitor by the choice in the cookie, else by the browser."""
    if chosen in LOCALES:
        return chosen
    return (accepted.best_match([code.replace("_", "-") for code in LOCALES]) or "en").replace("-", "_")


def locale_code() -> str:
    """The language of now as `LOCALES` names it."""
    locale = get_locale()
    return "_".join(part for part in (locale.language, locale.territory) if part) if locale else "en"


@contextmanager
def in_locale(locale: str) -> Iterator[None]:
    """Speak this language for a while: a document speaks its reader's, not its sender's."""
    with force_locale(locale if locale in LOCALES else str(current_app.config["BABEL_DEFAULT_LOCALE"])):
        yield


def format_money(amount: Decimal, currency: str = "") -> str:
    """`1,234.50 USD`: thousands marks by locale, sign in front, ISO code behind."""
    number = numbers.format_decimal(amount, "#,##0.00", locale=get_locale())
    return f"{number}\u00a0{currency}" if currency else number


def format_price(price: Decimal, currency: str = "") -> str:
    """A unit price with two decimals at least and six at most."""
    number = numbers.format_decimal(price, "#,##0.00####", locale=get_locale())
    return f"{number}\u00a0{currency}" if currency else number


def format_number(value: Decimal | int) -> str:
    """A quantity without trailing zeros."""
    return numbers.format_decimal(value, "#,##0.####", locale=get_locale())


def format_date(value: date | None) -> str:
    """A day, medium length, by locale; empty for none."""
    return babel_date(value, "medium") if value else ""


def format_month(first: date) -> str:
    """A month, short, with its year: `Jan 2026`, `1月 2026`."""
    return str(babel_date(first, "MMM yyyy"))


def format_moment(value: datetime | None) -> str:
    """A moment in the user's time zone; empty for none."""
    return babel_datetime(value, "medium") if value else ""
