"""Numbers with units as the trade writes them.

Example: `quantity("0.1uF", "F")` is 1E-7; `4R7` is 4.7 Ω; `104` is 100,000 pF; `1/10W` is 0.1 W.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
#: How prefixes are written; `m` and `M` differ, `K` is `k`, and nobody means a mega-farad by `MF`.
PREFIXES: Mapping[str, int] = {
    "p": -12, "P": -12, "皮": -12, "n": -9, "N": -9, "纳": -9, "u": -6, "U": -6, "μ": -6, "微": -6,
    "m": -3, "毫": -3, "": 0, "k": 3, "K": 3, "千": 3, "M": 6, "兆": 6, "meg": 6, "Meg": 6, "G": 9, "吉": 9,
}  # fmt: skip
#: What stands for each unit, and which prefixes it takes.
UNITS: Mapping[str, tuple[str, str]] = {
    "Ω": (r"Ω|[oO]hms?|OHMS?|欧姆|欧|R(?![\w.])", "m毫kK千M兆GmegMeg"),
    "F": (r"[fF](?!\w)|法拉|法", "pP皮nN纳uUμ微m毫"),
    "H": (r"[hH](?!\w)|亨利|亨", "nN纳uUμ微m毫"),
    "Hz": (r"[hH][zZ]|赫兹|赫", "kK千M兆G吉"),
    "V": (r"[vV](?:DC|AC|dc|ac|Dc|d\.c\.|olts?|)(?!\w)|伏特|伏", "m毫kK千"),
    "W": (r"[wW](?:atts?|)(?!\w)|瓦特|瓦", "mM毫"),
    "A": (r"A(?!\w)|安培|安", "uμ微m毫"),
    "mm": (r"mm(?![a-zA-Z])|毫米", ""),
}
_CODE = re.compile(
    r"(?<![\w.±+-])(\d{2,3})(\d)(?:([BCDFGJKMZ])(?![\w.%-])|(?![\w.%-])(?!\s*[a-zA-Z°μΩ]))", re.ASCII
)
_LETTER = re.compile(r"(?<![\w.])(\d*)([RrkKMmnNuUpP])(\d+)(?![\w.%])|(?<![\w.])(0)[rR](?![\w.])", re.ASCII)
#: Percent that the letters of codes stand for.
LETTERS: Mapping[str, str] = {
    "B": "0.1",
    "C": "0.25",
    "D": "0.5",
    "F": "1",
    "G": "2",
    "J": "5",
    "K": "10",
    "M": "20",
}
#: Ratings that are written rounded: a sixteenth of a watt as 63 mW.
ROUNDED: Mapping[Decimal, Decimal] = {
    Decimal("0.063"): Decimal("0.0625"),
    Decimal("0.031"): Decimal("0.03125"),
}
_FRACTION = re.compile(r"(?<![\w./])(\d{1,2})\s*/\s*(\d{1,3})\s*[wW瓦]", re.ASCII)


def number(text: str) -> Decimal:
    """The number of a text that is one by the grammar."""
    return Decimal(text.replace(",", ""))


@lru_cache
def pattern(unit: str) -> re.Pattern[str]:
    """A number with this unit, perhaps with a prefix."""
    written, allowed = UNITS[unit]
    prefixes = [p for p in PREFIXES if p and p in allowed]
    ordered = "|".join(sorted(map(re.escape, prefixes), key=len, reverse=True))
    prefix = f"(?P<prefix>{ordered})?" if ordered else "(?P<prefix>)"
    return re.compile(rf"(?<![\w.])(?P<number>{NUMBER})\s*-?\s*{prefix}\s*(?:{written})", re.ASCII)


def quantity(text: str, unit: str) -> Decimal | None:
    """The first number with this unit, in it; None where there is none."""
    if unit == "W":
        fraction = _FRACTION.search(text)
        if fraction is not None and int(fraction[2]):
            return (Decimal(fraction[1]) / Decimal(fraction[2])).quantize(Decimal("0.000001")).normalize()
    found = pattern(unit).search(text)
    if found is None:
        return None
    prefix = found["prefix"] or ""
    value = number(found["number"]).scaleb(-3 if (unit, prefix) == ("W", "M") else PREFIXES[prefix])
    return ROUNDED.get(value, value) if unit == "W" else value


def bare(text: str, unit: str) -> Decimal | None:
    """A number of a field that says its unit elsewhere, such as `10k` of a resistance in Ω."""
    found = re.fullmatch(rf"\s*(?P<number>{NUMBER})\s*(?P<prefix>[pnuμmkKMG]?)\s*", text)
    return None if found is None else number(found["number"]).scaleb(PREFIXES[found["prefix"]])


def lettered(text: str, unit: str) -> Decimal | None:
    """`4R7`, `4k7`, `2M2`, `0R` in ohms, in henries (R is μH) or in farads (R is pF)."""
    found = _LETTER.search(text)
    if found is None:
        return None
    if found[4]:
        return Decimal(0) if unit == "Ω" else None
    whole, letter, rest = found[1], found[2], found[3]
    if letter in "Rr":
        scale = {"Ω": 0, "F": -12, "H": -6}.get(unit)
    else:
        scale = PREFIXES[letter] if letter in UNITS[unit][1] else None
    return None if scale is None else Decimal(f"{whole or 0}.{rest}").scaleb(scale)


def coded(text: str, unit: str) -> tuple[Decimal, str] | None:
    """The value of a code of three or four digits, and its letter of tolerance: `104K` is 100 nF and K.

    Without a letter only three digits of a capacitor are a code: four look like a package, and those of
    resistors like any number.
    """
    for found in _CODE.finditer(text):
        digits, exponent, letter = found[1], int(found[2]), found[3] or ""
        if letter or (len(digits) == 2 and unit == "F"):
            small = {"F": -12, "H": -6}.get(unit, 0)
            power = -1 if exponent == 9 and unit == "F" else exponent
            return Decimal(digits).scaleb(power + small), letter
    return None


def thousandths(text: str) -> Decimal | None:
    """Bare `10K`, `4.7k`, `1M`: ohms, where the text is known to be of a resistor."""
    found = re.search(rf"(?<![\w.])({NUMBER})\s?([kKM])(?![\w%])", text, re.ASCII)
    return None if found is None else number(found[1]).scaleb(PREFIXES[found[2]])
