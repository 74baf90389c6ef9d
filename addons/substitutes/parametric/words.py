"""The vocabulary: what kinds of parts, their packages, dielectrics and attributes are called."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

#: Word boundaries of ASCII, so that `电阻10K` has one.
_ANY_CASE = re.IGNORECASE | re.ASCII
#: Parts that are called like one of the kinds below and are none of them.
OTHERS = re.compile(
    r"transistor|mosfet|\bFET\b|regulator|\bLED\b|light.?emitting|photo|opto|thermistor|\bNTC\b|\bPTC\b|varistor"
    r"|potentiometer|trimm|ferrite.?bead|\bbead|screw|fuse|relay|sensor|switch\b|microcontroller|amplifier|\bdriver\b"
    r"|三极管|晶体管|场效应|稳压器|发光|光电|光耦|热敏|压敏|电位器|磁珠|保险丝|螺丝|螺钉|继电器|传感器|开关(?!二极管)|单片机",
    _ANY_CASE,
)
#: What each kind is called; the first that a text names is meant.
KINDS: Sequence[tuple[str, re.Pattern[str]]] = [
    (kind, re.compile(words, _ANY_CASE))
    for kind, words in (
        ("crystal", r"crystal|\bxtal\b|oscillator|resonator|晶振|晶体|谐振器|振荡器"),
        ("resistor", r"\bresistors?\b|\bres\b|chip.?res|电阻|排阻"),
        ("capacitor", r"capacitors?\b|\bcaps?\b|\bmlcc\b|电容"),
        ("inductor", r"inductors?\b|\bind\b|\bchoke|\bcoil\b|电感|扼流圈"),
        (
            "diode",
            r"\bdiodes?\b|schottky|zener|rectifier|transient.?voltage|\btvs\b|\besd\b|二极管|肖特基|稳压管|整流",
        ),
        (
            "connector",
            r"connectors?\b|\bconn\b|\bheaders?\b|pin.?header|receptacle|socket(?!.?(?:head|cap))"
            r"|terminal block|连接器|接插件|排针|排母|端子|插座",
        ),
    )
]
UNIT_OF: Mapping[str, str] = {"resistor": "Ω", "capacitor": "F", "inductor": "H", "crystal": "Hz"}
#: What else has to be the same, by kind: the first word that a text has.
VARIETIES: Mapping[str, Sequence[tuple[str, re.Pattern[str]]]] = {
    kind: [(name, re.compile(words, _ANY_CASE)) for name, words in rows]
    for kind, rows in {
        "resistor": [
            ("array", r"array|network|排阻|排阵"),
            ("current sense", r"current.?sens|shunt|采样|分流"),
        ],
        "capacitor": [
            ("array", r"array|network|排容|排阵"),
            ("tantalum", r"tantal|钽"),
            ("polymer", r"polymer|固态|聚合物"),
            ("aluminium", r"alumin(?:i)?um|electrolytic|铝电解|电解"),
            ("film", r"film|polyester|polypropylene|薄膜|涤纶|聚丙烯|聚酯"),
            ("supercapacitor", r"super.?cap|double.?layer|超级电容|法拉电容"),
            ("ceramic", r"ceramic|mlcc|陶瓷|贴片电容|瓷片"),
        ],
        "diode": [
            ("zener", r"zener|稳压"),
            ("tvs", r"\btvs\b|\besd\b|transient|瞬态|静电"),
            ("schottky", r"schottky|肖特基"),
            ("switching", r"switching|small.?signal|fast.?switch|开关"),
            ("bridge", r"bridge|整流桥|桥堆"),
            ("rectifier", r"rectifier|general.?purpose|整流"),
        ],
        "crystal": [("oscillator", r"oscillator|振荡器|有源"), ("resonator", r"ceramic.?reson|陶瓷谐振")],
        "connector": [
            ("terminal block", r"terminal.?block|接线端子"),
            ("female", r"female|receptacle|socket|排母|母座|母"),
            ("male", r"male|\bpin.?header|\bheader|排针|公座|公"),
        ],
    }.items()
}  # fmt: skip
#: Metric code → imperial code.
METRIC: Mapping[str, str] = {
    "0402": "01005", "0603": "0201", "1005": "0402", "1608": "0603", "2012": "0805", "2125": "0805",
    "3216": "1206", "3225": "1210", "4516": "1806", "4520": "1808", "4532": "1812", "5025": "2010",
    "5750": "2220", "6332": "2512", "6432": "2512",
}  # fmt: skip
IMPERIAL = frozenset(
    {*METRIC.values(), "0504", "0612", "1218", "1225", "2225", "2816", "2728", "2920", "4527"}
)
#: Metric codes that no imperial code is written like.
ONLY_METRIC = frozenset(METRIC) - IMPERIAL
#: Packages by name: how each is written → what it is kept as.
NAMED: Sequence[tuple[re.Pattern[str], str]] = [
    (re.compile(rf"(?<![\w-])(?:{written})(?![\w])", _ANY_CASE), kept)
    for written, kept in (
        (r"DO-?214AC|SMA", "SMA"),
        (r"DO-?214AA|SMB", "SMB"),
        (r"DO-?214AB|SMC", "SMC"),
        (r"SOD-?123FL?", "SOD-123F"),
        (r"SOD-?123", "SOD-123"),
        (r"SOD-?323", "SOD-323"),
        (r"SOD-?523", "SOD-523"),
        (r"SOD-?80C?|MINI-?MELF|LL-?34", "SOD-80"),
        (r"SOT-?23(?:-3)?", "SOT-23"),
        (r"SOT-?323", "SOT-323"),
        (r"DO-?35", "DO-35"),
        (r"DO-?41", "DO-41"),
        (r"DO-?15", "DO-15"),
        (r"DO-?201(?:AD)?", "DO-201"),
        (r"HC-?49[/-]?US|HC-?49S", "HC-49/US"),
        (r"HC-?49[/-]?U", "HC-49/U"),
        (r"axial|轴向", "axial"),
    )
]
#: Attribute names, English and Chinese → the trait that they give.
ATTRIBUTES: Sequence[tuple[str, re.Pattern[str]]] = [
    (trait, re.compile(words, _ANY_CASE))
    for trait, words in (
        ("load", r"load.?capac|负载电容"),
        ("tolerance", r"tolerance|精度|误差|公差|偏差|stability|频差"),
        ("value:resistor", r"^resistance( \(?ohms?\)?)?$|^阻值|电阻值"),
        ("value:capacitor", r"^capacitance$|容值|电容值|容量|^电容$"),
        ("value:inductor", r"^inductance$|感值|电感值|电感量|^电感$"),
        ("value:crystal", r"^frequency$|^频率"),
        ("zener", r"zener voltage|stand.?off|稳压值|截止电压"),
        ("voltage", r"voltage|耐压|额定电压|反向电压|电压"),
        ("power", r"power|功率"),
        ("current", r"current.*rat|rated.*current|^current$|forward current|rectified|额定电流|电流"),
        ("dielectric", r"dielectric|characteristic|temperature.?coeff|介质|材质|温度系数"),
        ("package", r"package|case|^size$|size.?code|封装|尺寸"),
        ("positions", r"positions|of contacts|contacts$|pin.?count|针数|位数|触点数|^pins$"),
        ("pitch", r"pitch|间距"),
    )
]  # fmt: skip
#: EIA-198: lowest °C by letter, highest by digit, change in percent by letter.
_COLDEST = {"X": -55, "Y": -30, "Z": 10}
_HOTTEST = {"4": 65, "5": 85, "6": 105, "7": 125, "8": 150, "9": 200}
_DRIFT = {"P": "10", "R": "15", "S": "22", "T": "33", "U": "56", "V": "82"}
_CLASS_1 = re.compile(r"(?<![\w])(?:C0G|COG|NP0|NPO|C0G/NP0)(?![a-zA-Z0-9])", _ANY_CASE)
_CLASS_2 = re.compile(r"(?<![\w])([XYZ][4-9][PRSTUV])(?![a-zA-Z0-9])", _ANY_CASE)
C0G = "C0G"


def dielectric(text: str) -> str:
    """`C0G` or a code of EIA-198 in capitals; empty for none."""
    if _CLASS_1.search(text):
        return C0G
    found = _CLASS_2.search(text)
    return found[1].upper() if found else ""


def range_of(code: str) -> tuple[int, int, Decimal] | None:
    """Lowest and highest °C, and by how many percent the value changes between them."""
    if code == C0G:
        return -55, 125, Decimal("0.3")
    if not code:
        return None
    return _COLDEST[code[0]], _HOTTEST[code[1]], Decimal(_DRIFT[code[2]])
