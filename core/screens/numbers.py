"""Read a number as a person of a locale writes it.

Problem: `1.234` is one thousand two hundred and thirty-four in Berlin and a little over one in Boston.
Rule: by the locale's own marks and no others. Currency signs, letters of a currency code, spaces and
full-width digits are taken away first; thousands marks must stand where they belong. So in `en` and `zh_CN`:
`￥1,234.50` is 1234.50, `１２３４` is 1234, while `1.234,50` and `12,34` are refused rather than guessed.
"""

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from babel import Locale, numbers

from core.i18n import _

#: More digits than any column takes, and as many as a Decimal computes with.
MOST_DIGITS = 28

_NOISE = re.compile(r"[\s'\u00a0\u2009\u202f$€£¥₩₹]|(?<![a-zA-Z])[A-Z]{3}(?![a-zA-Z])")


class NotANumberError(ValueError):
    """The text is no number in this locale; the message says how to write one."""


def parse_decimal(text: str, locale: Locale | str, scale: int | None = None) -> Decimal:
    """The number that `text` is in `locale`, with at most `scale` decimals; raises NotANumberError."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text)).replace("−", "-")
    point, pattern = _grammar(str(locale))
    match = pattern.fullmatch(plain)
    if match is None:
        raise NotANumberError(
            _(
                "“%(text)s” is not a number: write it like %(example)s.",
                text=text.strip(),
                example=example(locale),
            )
        )
    sign, whole, fraction = match.groups()
    if scale is not None and len((fraction or "").rstrip("0")) > scale:
        raise NotANumberError(_too_fine(scale))
    digits = re.sub(r"\D", "", whole or "0")
    places = scale or len(fraction or "")
    if len(digits) + places > MOST_DIGITS:
        raise NotANumberError(_("A number is too large to be kept. Check the amounts."))
    return Decimal(f"{sign or ''}{digits}.{fraction or '0'}").quantize(Decimal(1).scaleb(-places))


def _too_fine(scale: int) -> str:
    if scale == 0:
        return _("Give a whole number.")
    return _("Give at most %(scale)s decimals.", scale=scale)


def example(locale: Locale | str) -> str:
    """How a number is written in the locale."""
    return numbers.format_decimal(Decimal("1234.5"), "#,##0.00", locale=locale)


@lru_cache
def _grammar(locale: str) -> tuple[str, re.Pattern[str]]:
    """The decimal mark, and the shape of a number: groups of three, or no marks at all."""
    point = numbers.get_decimal_symbol(locale)
    mark = unicodedata.normalize("NFKC", numbers.get_group_symbol(locale))
    group = re.escape(mark) if mark.strip() and mark != "'" else ""
    grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+|" if group else ""
    return point, re.compile(rf"([-+])?({grouped}\d+)?(?:{re.escape(point)}(\d+))?(?<=\d)", re.ASCII)
