"""Languages: one gettext catalog an addon and language, dates and amounts by locale.

Catalogs are read from `<addon>/i18n/<locale>/LC_MESSAGES/messages.po` when a language is first used; there
is no compiled file that could be stale. A message is looked up in all catalogs together, the later addon
winning, so that an addon can also reword what another one says.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

from babel import Locale, dates
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, current_app, has_app_context, has_request_context, request
from flask.globals import app_ctx
from flask_babel import Babel, Domain, force_locale, get_locale, to_user_timezone
from flask_babel import format_date as babel_date
from flask_login import current_user
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept

from core.db.currencies import decimals_of
from core.locales import LOCALES

COOKIE = "locale"


class Texts:
    """What an app says in one language, looked up once: a page asks for two hundred texts.

    Catalogs are part of the addons' code, so that nothing here changes while the app lives.
    """

    def __init__(self, code: str, catalog: Translations) -> None:
        #: The language as `LOCALES` names it.
        self.code = code
        self.catalog = catalog
        #: Texts as HTML, whose `%%` stands for `%`.
        self._html: dict[str, Markup] = {}

    def html(self, message: str) -> Markup:
        """The translation as a template shows it where it takes no values."""
        found = self._html.get(message)
        if found is None:
            found = self._html[message] = Markup(self.catalog.gettext(message)) % {}  # noqa: S704  # our catalogs
        return found


class AddonDomain(Domain):
    """The catalogs of the app's addons, merged."""

    def get_translations(self) -> Translations:
        return texts_of_now().catalog


def texts_of_now() -> Texts:
    """The texts in the language of now."""
    context = app_ctx._get_current_object()  # type: ignore[attr-defined]  # a proxy, whatever its type says
    known: dict[Any, Texts] = context.app.extensions["translations"]
    locale = _noted(context) or get_locale()
    found = known.get((locale.language, locale.territory))
    if found is None:
        code = _code(locale)
        found = Texts(code, _merged(tuple(_catalogs(context.app.extensions["sources"], code))))
        known[locale.language, locale.territory] = found
    return found


def _noted(context: Any) -> Locale | None:
    """Flask-Babel's own note of the language, which a request has from its first text on.

    Its `get_locale` finds it through five proxies, and those took a tenth of a page's time.
    """
    found: Locale | None = getattr(context.g.get("_flask_babel"), "babel_locale", None)
    return found


def _locale_of_now() -> Locale | None:
    """The locale of now; None outside of an app."""
    noted = _noted(app_ctx._get_current_object()) if has_app_context() else None  # type: ignore[attr-defined]  # see above
    found: Locale | None = noted or get_locale()
    return found


@pass_eval_context
def _template_text(eval_context: EvalContext, message: str, /, **values: Any) -> str:
    """A text in a template; its values are escaped as the template's own are."""
    texts = texts_of_now()
    if not eval_context.autoescape:
        return str(texts.catalog.gettext(message)) % values
    return Markup(texts.catalog.gettext(message)) % values if values else texts.html(message)  # noqa: S704  # our catalogs


class HasFolder(Protocol):
    """What lies in a folder of its own, as an addon does."""

    @property
    def path(self) -> Path:
        """The folder."""
        ...


def _catalogs(sources: Iterable[HasFolder], locale: str) -> Iterator[Path]:
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
    Babel(app, locale_selector=_select, timezone_selector=_zone, default_domain=_domain)
    app.extensions["translations"] = {}
    app.jinja_env.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]  # by jinja2.ext.i18n
    # Jinja's own asks for the language anew with each text.
    app.jinja_env.globals["_"] = _template_text
    app.jinja_env.filters.update(
        money=format_money,
        amount=format_amount,
        price=format_price,
        unit_price=format_unit_price,
        number=format_number,
        date=format_date,
        moment=format_moment,
    )


def _select() -> str:
    if not has_request_context():
        return str(current_app.config["BABEL_DEFAULT_LOCALE"])
    chosen = getattr(current_user, "locale", "") or request.cookies.get(COOKIE, "")
    if chosen in LOCALES:
        return str(chosen)
    best = request.accept_languages.best_match([code.replace("_", "-") for code in LOCALES])
    return (best or str(current_app.config["BABEL_DEFAULT_LOCALE"])).replace("-", "_")


def _zone() -> str | None:
    """The user's zone; None for the server's."""
    return getattr(current_user, "timezone", "") or None if has_request_context() else None


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
    return texts_of_now().code if has_app_context() else "en"


def _code(locale: Locale) -> str:
    """The name of a language without the script, which Babel adds: `zh_Hans_CN` is our `zh_CN`."""
    return "_".join(part for part in (locale.language, locale.territory) if part)


@contextmanager
def in_locale(locale: str) -> Iterator[None]:
    """Speak this language for a while: a document speaks its reader's, not its sender's."""
    wanted = locale if locale in LOCALES else str(current_app.config["BABEL_DEFAULT_LOCALE"])
    with force_locale(_parsed(wanted)):
        yield


#: Finding the files of a locale takes half a millisecond, each time.
_parsed = cache(Locale.parse)


def format_money(amount: Decimal, currency: str = "") -> str:
    """`1,234.50 USD`, `1,235 JPY`: thousands marks by locale, sign in front, ISO code behind."""
    number = format_amount(amount, currency)
    return f"{number}\u00a0{currency}" if currency else number


def format_amount(amount: Decimal, currency: str) -> str:
    """An amount with the decimals of its currency, where the code stands elsewhere."""
    return _format_decimal(amount, decimals_of(currency))


def format_price(price: Decimal, currency: str = "") -> str:
    """A unit price with the decimals of its currency at least and six at most."""
    number = format_unit_price(price, currency)
    return f"{number}\u00a0{currency}" if currency else number


def format_unit_price(price: Decimal, currency: str) -> str:
    """A unit price, where the code stands elsewhere."""
    return _format_decimal(price, decimals_of(currency), 6)


def _format_decimal(value: Decimal, least: int, most: int | None = None) -> str:
    """With thousands marks and the locale's signs, and so many decimals at least and at most.

    Babel takes seventy microseconds for it, a third of what a page of a list costs; this takes two.
    """
    text = f"{value:,.{least if most is None else most}f}"
    if most is not None:
        whole, point, after = text.partition(".")
        after = after.rstrip("0").ljust(least, "0")
        text = whole + point + after if after else whole
    locale = _locale_of_now()
    signs = _signs(locale) if locale else {}
    return text.translate(signs) if signs else text


@lru_cache
def _signs(locale: Locale) -> dict[int, str]:
    """What stands for the signs of an English number; empty where it is they."""
    wanted = {".": "decimal", ",": "group"}
    known = locale.number_symbols["latn"]
    return {ord(sign): str(known[name]) for sign, name in wanted.items() if known[name] != sign}


def format_number(value: Decimal | int) -> str:
    """A quantity without trailing zeros."""
    return _format_decimal(Decimal(value), 0, 4)


def format_date(value: date | None) -> str:
    """A day, medium length, by locale; empty for none."""
    if value is None:
        return ""
    if isinstance(value, datetime):  # it has a day by the time zone
        return str(babel_date(value, "medium"))
    return _format_day(value, _locale_of_now())


@lru_cache(maxsize=4096)
def _format_day(day: date, _locale: Locale | None) -> str:
    """Lists and statements show the same days again and again; the locale is that of now."""
    return str(babel_date(day, "medium"))


def format_month(first: date) -> str:
    """A month, short, with its year, in the order of the locale: `Jan 2026`, `2026年1月`."""
    return dates.format_skeleton("yMMM", first, locale=get_locale())


def format_moment(value: datetime | None) -> str:
    """A moment in the user's time zone, to the minute, as lists show it; empty for none."""
    if value is None:
        return ""
    local = to_user_timezone(value)
    return f"{format_date(local.date())} {local:%H:%M}"
