"""Read what a part is from its attributes and its description, and write it back: see the package's grammar.

Example: `read("贴片电容 0.1uF 50V X7R 0603 ±10%")` is a ceramic capacitor of 1E-7 F, 50 V, X7R, 0603, 10 %;
`write` of it is `Capacitor ceramic 100 nF 50 V X7R 0603 ±10 %`, which reads the same.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from addons.substitutes.parametric import values, words

_ANY_CASE = re.IGNORECASE | re.ASCII
_PERCENT = re.compile(rf"(?:±|\+\s?/\s?-|\+-)?\s*({values.NUMBER})\s*(?:%|percent)", re.ASCII)
_PPM = re.compile(rf"(?:±|\+\s?/\s?-|\+-)?\s*({values.NUMBER})\s*ppm(?!\s*/)", _ANY_CASE)
_PICO = re.compile(rf"(?:±|\+\s?/\s?-|\+-)\s*({values.NUMBER})\s*p[fF]", re.ASCII)
_POSITIONS = re.compile(
    r"(?<![\w.])(?:(\d)\s?[x×X*]\s?0?(\d{1,3})(?![\d.]|\s*mm)"
    r"|(\d{1,3})\s*-?\s*(?:contacts?|positions?|pos\b|pins?\b|ways?\b|circuits?|P\b|PIN\b|芯|位|针))",
    _ANY_CASE,
)
_CODE = re.compile(r"(?<![\w.])(\d{4,5})(?![\w.%])\s*(?:[\[(（]?\s*(metric|imperial|公制|英制))?", _ANY_CASE)
_SIDES = re.compile(r"(?<![\w.])(\d(?:\.\d+)?)\s*(?:mm)?\s*[x×X*]\s*(\d(?:\.\d+)?)\s*mm", _ANY_CASE)
_INCHES = re.compile(r"(?<![\w.])(\d?\.\d+)\s*(?:\"|inch|in\b)", re.ASCII)
_MM = Decimal("25.4")
#: Signs that files hold which were read in the wrong encoding on their way.
_BROKEN = (("Âµ", "μ"), ("Î¼", "μ"), ("Î\x9c", "μ"), ("Î©", "Ω"), ("â\x84¦", "Ω"), ("Â", ""))
_ZERO_OHM = re.compile(r"zero.?ohm|零欧", re.IGNORECASE)
#: A ceramic capacitor of more has lost its prefix.
_LARGEST_CERAMIC = Decimal("0.001")
_HUNDRED_K = Decimal(10_000)
_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Traits:
    """What a part is by its values; None and empty for what nobody says."""

    kind: str = ""
    #: Ω, F, H or Hz; contacts of a connector; volts of a Zener or TVS diode.
    value: Decimal | None = None
    #: Imperial code, or a name.
    package: str = ""
    #: What else has to be the same: `tantalum`, `schottky`, `oscillator`.
    variety: str = ""
    #: Percent.
    tolerance: Decimal | None = None
    #: Volts, watts, amperes.
    voltage: Decimal | None = None
    power: Decimal | None = None
    current: Decimal | None = None
    dielectric: str = ""
    #: Farads that a crystal wants beside it, millimetres between contacts.
    load: Decimal | None = None
    pitch: Decimal | None = None


def plain(text: str) -> str:
    """The text with one sign for each meaning."""
    for broken, meant in _BROKEN:
        text = text.replace(broken, meant)
    return unicodedata.normalize("NFKC", text).replace("µ", "μ").replace("Μ", "μ")


def read(description: str, attributes: Sequence[tuple[str, str, str]] = ()) -> Traits:
    """What a part is by its description and its attributes (name, value, unit)."""
    text = plain(description)
    named = _by_trait(attributes)
    kind = _kind(text, named)
    if not kind:
        return Traits()
    return _completed(_merged(_from_text(text, kind), _from_attributes(named, kind)), text)


def _by_trait(attributes: Sequence[tuple[str, str, str]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value, unit in attributes:
        trait = _trait_of(name)
        if trait and value.strip() not in ("", "-", "–"):
            found.setdefault(trait, plain(f"{value}{_unit(unit)}"))
    return found


@lru_cache(maxsize=4096)
def _trait_of(name: str) -> str:
    spoken = plain(name).replace("_", " ").strip()
    return next((trait for trait, pattern in words.ATTRIBUTES if pattern.search(spoken)), "")


def _unit(unit: str) -> str:
    return {"percent": "%", "ohms": "Ω", "ohm": "Ω"}.get(unit.strip().lower(), unit.strip())


def _kind(text: str, named: Mapping[str, str]) -> str:
    if words.OTHERS.search(text):
        return ""
    called = [(found.start(), kind) for kind, pattern in words.KINDS if (found := pattern.search(text))]
    if called:
        return min(called)[1]
    # A frequency alone makes no crystal: converters and modules have one.
    for kind in ("resistor", "capacitor", "inductor"):
        if f"value:{kind}" in named:
            return kind
    return _kind_of_units(text)


def _kind_of_units(text: str) -> str:
    if words.dielectric(text):
        return "capacitor"
    by_unit = (("resistor", "Ω"), ("capacitor", "F"), ("inductor", "H"))
    found = [kind for kind, unit in by_unit if values.quantity(text, unit) is not None]
    if not found and re.fullmatch(r"\s*\d{3}[KMZ]\s*", text):
        return "capacitor"
    return found[0] if len(found) == 1 else ""


def _from_text(text: str, kind: str) -> Traits:
    value, letter = _value(text, kind)
    return Traits(
        kind=kind,
        value=value,
        package=_package(text, kind),
        variety=_variety(text, kind),
        tolerance=_tolerance(text, kind, value, letter),
        voltage=None if kind == "connector" else values.quantity(text, "V"),
        power=values.quantity(text, "W") if kind in ("resistor", "diode") else None,
        current=values.quantity(text, "A") if kind in ("inductor", "diode", "connector") else None,
        dielectric=words.dielectric(text) if kind == "capacitor" else "",
        load=values.quantity(text, "F") if kind == "crystal" else None,
        pitch=_pitch(text) if kind == "connector" else None,
    )


def _value(text: str, kind: str) -> tuple[Decimal | None, str]:
    """The value, and the letter of tolerance of a code."""
    if kind == "connector":
        return _positions(text), ""
    unit = words.UNIT_OF.get(kind)
    if unit is None:
        return None, ""
    if unit == "Ω" and _ZERO_OHM.search(text):
        return Decimal(0), ""
    found = values.quantity(_PICO.sub(" ", text), unit)
    if found is None and unit != "Hz":
        found = values.lettered(text, unit)
    if found is None and unit == "Ω":
        found = values.thousandths(text)
    if found is not None or unit == "Hz":
        code = values.coded(text, unit) if unit != "Hz" else None
        return found, code[1] if code and code[0] == found else ""
    return values.coded(text, unit) or (None, "")


def _positions(text: str) -> Decimal | None:
    found = _POSITIONS.search(text)
    if found is None:
        return None
    return Decimal(int(found[1]) * int(found[2])) if found[1] else Decimal(found[3])


def _pitch(text: str) -> Decimal | None:
    """In millimetres; `0.1"` is 2.54 mm."""
    inches = _INCHES.search(text)
    if inches is not None:
        return (values.number(inches[1]) * _MM).normalize()
    return values.quantity(_SIDES.sub(" ", text), "mm")


def _tolerance(text: str, kind: str, value: Decimal | None, letter: str) -> Decimal | None:
    """In percent; millionths of a crystal too."""
    pico = _PICO.search(text) if kind == "capacitor" else None
    if pico is not None and value:
        return _rounded(values.number(pico[1]).scaleb(-12) * 100 / value)
    millionths = _PPM.search(text) if kind == "crystal" else None
    if millionths is not None:
        return values.number(millionths[1]) / _HUNDRED_K
    percent = _PERCENT.search(text)
    if percent is not None:
        return values.number(percent[1])
    return Decimal(values.LETTERS[letter]) if letter in values.LETTERS else None


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_PLACES).normalize()


def _variety(text: str, kind: str) -> str:
    return next((name for name, said in words.VARIETIES.get(kind, ()) if said.search(text)), "")


def _package(text: str, kind: str) -> str:
    if kind == "connector":
        return ""
    for pattern, kept in words.NAMED:
        if pattern.search(text):
            return kept
    sides = _SIDES.search(text)
    if kind == "crystal":
        return _crystal(text, sides)
    return _code_of(text) or (_of_sides(sides) if sides else "")


def _code_of(text: str) -> str:
    """The imperial code; of two in one text, as `0603 [1608 Metric]`, the first that is one."""
    said: list[str] = []
    for found in _CODE.finditer(text):
        code, system = found[1], (found[2] or "").lower()
        if system in ("metric", "公制"):
            said.append(words.METRIC.get(code, ""))
        elif code in words.IMPERIAL:
            return code
        elif code in words.ONLY_METRIC:
            said.append(words.METRIC[code])
    return next((code for code in said if code), "")


def _of_sides(sides: re.Match[str]) -> str:
    return words.METRIC.get(_digits(sides), "")


def _crystal(text: str, sides: re.Match[str] | None) -> str:
    """Crystals go by their sides in tenths of a millimetre: 3225 is 3.2 × 2.5 mm."""
    if sides is not None:
        return _digits(sides)
    code = re.search(
        r"(?<![\w.])(1610|1612|2012|2016|2520|3215|3225|5032|6035|7050)(?![\w.])", text, re.ASCII
    )
    return code[1] if code else ""


def _digits(sides: re.Match[str]) -> str:
    """`5 x 3.2 mm` is 5032."""
    return "".join(f"{round(float(side) * 10):02}" for side in sides.groups())


def _from_attributes(named: Mapping[str, str], kind: str) -> Traits:
    unit = words.UNIT_OF.get(kind, "")
    said = named.get(f"value:{kind}", "")
    value = None
    if said:
        value = values.quantity(said, unit)
        value = values.lettered(said, unit) if value is None else value
        value = values.bare(said, unit) if value is None else value
    if kind == "connector" and "positions" in named:
        value = values.bare(named["positions"], "")
    package = named.get("package", "")
    return Traits(
        kind=kind,
        value=value,
        package=_package(package, kind) if package else "",
        tolerance=_tolerance(named.get("tolerance", ""), kind, value, ""),
        voltage=_number(named, "voltage", "V", kind != "connector"),
        power=_number(named, "power", "W", kind in ("resistor", "diode")),
        current=_number(named, "current", "A", kind in ("inductor", "diode", "connector")),
        dielectric=words.dielectric(named.get("dielectric", "")) if kind == "capacitor" else "",
        load=_number(named, "load", "F", kind == "crystal"),
        pitch=_number(named, "pitch", "mm", kind == "connector"),
    )


def _number(named: Mapping[str, str], trait: str, unit: str, applies: bool) -> Decimal | None:
    text = named.get(trait, "")
    if not text or not applies:
        return None
    found = values.quantity(text, unit)
    return values.bare(text, unit) if found is None else found


def _merged(text: Traits, attributes: Traits) -> Traits:
    """What attributes say goes before what the description says, unless that says it more exactly."""
    said = {name: value for name, value in vars(attributes).items() if value not in (None, "")}
    if "value" in said and text.value is not None and _is_rounded(said["value"], text.value):
        said["value"] = text.value
    return replace(text, **said)


def _is_rounded(short: Decimal, exact: Decimal) -> bool:
    """Whether one is the other with fewer digits: 32.8 kHz of a crystal of 32.768 kHz."""
    digits = len(short.normalize().as_tuple().digits)
    return (
        short != exact
        and len(exact.normalize().as_tuple().digits) > digits
        and (abs(short - exact) * 200 <= exact)
    )


def _completed(found: Traits, text: str) -> Traits:
    """What follows: a dielectric makes a capacitor ceramic; a Zener goes by its voltage."""
    if found.dielectric and not found.variety:
        found = replace(found, variety="ceramic")
    if found.variety == "ceramic" and found.value is not None and found.value > _LARGEST_CERAMIC:
        return replace(found, value=None)
    if found.kind == "diode" and found.variety in ("zener", "tvs"):
        return replace(found, value=found.voltage)
    return found
