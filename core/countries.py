"""Countries as people write them: by their two letters, or by their name in any language of the product."""

from functools import cache

from babel import Locale

from core.exchange.convert import folded
from core.locales import LOCALES


def code_of(country: str) -> str:
    """The two letters of ISO 3166 for what stands in an address; empty where no such country is known."""
    return _codes().get(folded(country), "")


@cache
def _codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for locale in ("en", *LOCALES):
        for code, name in Locale.parse(locale).territories.items():
            if len(code) == 2 and code.isalpha():
                found |= {folded(name): code, folded(code): code}
    return found
