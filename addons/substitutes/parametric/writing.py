"""Write what a part is as a description that reads the same, in English or Chinese."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from addons.substitutes.parametric.reading import Traits
from addons.substitutes.parametric.words import UNIT_OF

NAMES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "resistor": "Resistor",
        "capacitor": "Capacitor",
        "inductor": "Inductor",
        "diode": "Diode",
        "crystal": "Crystal",
        "connector": "Connector",
    },
    "zh": {
        "resistor": "电阻",
        "capacitor": "电容",
        "inductor": "电感",
        "diode": "二极管",
        "crystal": "晶振",
        "connector": "连接器",
    },
}
#: Chinese says the variety in front of the kind: 肖特基二极管.
_VARIETIES: Mapping[str, str] = {
    "array": "排阵",
    "current sense": "采样",
    "tantalum": "钽",
    "polymer": "聚合物",
    "aluminium": "铝电解",
    "film": "薄膜",
    "supercapacitor": "超级电容",
    "ceramic": "陶瓷",
    "zener": "稳压",
    "tvs": "瞬态",
    "schottky": "肖特基",
    "switching": "开关",
    "bridge": "整流桥",
    "rectifier": "整流",
    "oscillator": "有源",
    "resonator": "陶瓷谐振",
    "terminal block": "接线端子",
    "female": "母座",
    "male": "公座",
}
_PREFIXES: Sequence[tuple[int, str]] = (
    (9, "G"),
    (6, "M"),
    (3, "k"),
    (0, ""),
    (-3, "m"),
    (-6, "μ"),
    (-9, "n"),
    (-12, "p"),
)
#: Which prefixes a unit is written with.
_USED: Mapping[str, str] = {"Ω": "GMkm", "F": "mμnp", "H": "mμn", "Hz": "GMk", "V": "k", "W": "m", "A": "m"}


def write(traits: Traits, language: str = "en") -> str:
    """A description of these traits; empty for a part of no known kind."""
    return " ".join(_words(traits, language)) if traits.kind else ""


def _words(traits: Traits, language: str) -> Iterator[str]:
    name = NAMES[language][traits.kind]
    if language == "zh":
        yield _VARIETIES.get(traits.variety, "") + name
    else:
        yield " ".join(filter(None, (name, traits.variety)))
    if traits.value is not None and traits.kind in UNIT_OF:
        yield amount(traits.value, UNIT_OF[traits.kind])
    elif traits.value is not None and traits.kind == "connector":
        yield f"{number(traits.value)} {'位' if language == 'zh' else 'pins'}"
    for value, unit in (
        (traits.load, "F"),
        (traits.voltage, "V"),
        (traits.current, "A"),
        (traits.power, "W"),
    ):
        if value is not None:
            yield amount(value, unit)
    if traits.pitch is not None:
        yield f"{number(traits.pitch)} mm"
    if traits.dielectric:
        yield traits.dielectric
    if traits.package:
        yield traits.package
    if traits.tolerance is not None:
        yield _tolerance(traits)


def _tolerance(traits: Traits) -> str:
    assert traits.tolerance is not None
    if traits.kind == "crystal":
        return f"±{number(traits.tolerance * 10_000)} ppm"
    return f"±{number(traits.tolerance)} %"


def amount(value: Decimal, unit: str) -> str:
    """The value with the prefix that leaves the fewest digits: `100 nF`, `4.7 kΩ`."""
    for power, prefix in _PREFIXES if value else ():
        if (not prefix or prefix in _USED[unit]) and abs(value) >= Decimal(1).scaleb(power):
            return f"{number(value.scaleb(-power))} {prefix}{unit}"
    written = [(power, prefix) for power, prefix in _PREFIXES if not prefix or prefix in _USED[unit]]
    smallest = written[-1] if value else (0, "")
    return f"{number(value.scaleb(-smallest[0]))} {smallest[1]}{unit}"


def number(value: Decimal) -> str:
    """Without an exponent and without zeros at the end."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
