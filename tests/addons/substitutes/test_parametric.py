"""Descriptions are read as the trade writes them, what is written reads the same, what is as good found."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addons.substitutes.parametric.comparing import judge
from addons.substitutes.parametric.reading import Traits, read
from addons.substitutes.parametric.writing import write
from addons.substitutes.services.asking import Wanted
from addons.substitutes.services.search import suggested
from addons.substitutes.services.traits import row_of
from core import m
from core.db import db
from tests.addons.sales.conftest import DAY

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales", "substitutes")


def traits(kind, value, **others):
    return Traits(
        kind,
        None if value is None else Decimal(value),
        **{name: Decimal(x) if name in NUMBERS else x for name, x in others.items()},
    )


NUMBERS = ("tolerance", "voltage", "power", "current", "load", "pitch")
MLCC = {"package": "0603", "variety": "ceramic"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0.1uF 50V X7R 0603 ±10%",
         traits("capacitor", "1E-7", **MLCC, tolerance=10, voltage=50, dielectric="X7R")),
        ("贴片电容104K 50V X7R 0603",
         traits("capacitor", "1E-7", **MLCC, tolerance=10, voltage=50, dielectric="X7R")),
        ("电容 ０．１微法 ５０伏 0603[1608公制]", traits("capacitor", "1E-7", package="0603", voltage=50)),
        ("Cap 0.01Uf 50Vdc X7R 10% Smd",
         traits("capacitor", "1E-8", variety="ceramic", tolerance=10, voltage=50, dielectric="X7R")),
        ("MLCC 1,000 pF C0G/NP0 1005 metric",
         traits("capacitor", "1E-9", package="0402", variety="ceramic", dielectric="C0G")),
        ("Capacitor 2 pF ±0.25pF 50 V 0402 NPO",
         traits("capacitor", "2E-12", package="0402", variety="ceramic", tolerance="12.5", voltage=50,
                dielectric="C0G")),
        ("RES 4R7 1% 0805 1/8W", traits("resistor", "4.7", package="0805", tolerance=1, power="0.125")),
        ("贴片电阻10K 1% 0603 1/10W", traits("resistor", "10000", package="0603", tolerance=1, power="0.1")),
        ("Resistor 4k7 5% 100mW 0402", traits("resistor", "4700", package="0402", tolerance=5, power="0.1")),
        ("103J chip resistor", traits("resistor", "10000", tolerance=5)),
        ("1002F resistor 0402", traits("resistor", "10000", package="0402", tolerance=1)),
        ("厚膜电阻 10千欧 ±5% 0805", traits("resistor", "10000", package="0805", tolerance=5)),
        ("0R 0603 resistor", traits("resistor", "0", package="0603")),
        ("贴片电感 10微亨 ±20% 1210 0.5A",
         traits("inductor", "0.00001", package="1210", tolerance=20, current="0.5")),
        ("Inductor 4R7 20% 2.3A 0805",
         traits("inductor", "0.0000047", package="0805", tolerance=20, current="2.3")),
        ("肖特基二极管 40V 1A SMA",
         traits("diode", None, package="SMA", variety="schottky", voltage=40, current=1)),
        ("Zener 5.1V 500mW SOD-123",
         traits("diode", "5.1", package="SOD-123", variety="zener", voltage="5.1", power="0.5")),
        ("晶振 12MHz 20pF 3225 ±10ppm",
         traits("crystal", "12000000", package="3225", tolerance="0.001", load="2E-11")),
        ("Crystal 16 MHz 18pF SMD 5 mm x 3.2 mm",
         traits("crystal", "16000000", package="5032", load="1.8E-11")),
        ("排针 1x7 2.54mm", traits("connector", "7", variety="male", pitch="2.54")),
        ('Female header 10 position (0.1")', traits("connector", "10", variety="female", pitch="2.54")),
        ("Res 0402 18 Ohm 1% 1/16W", traits("resistor", "18", package="0402", tolerance=1, power="0.0625")),
        ("Res 0402 0.063W(1/16W) 18 Ohm", traits("resistor", "18", package="0402", power="0.0625")),
        ("Zero Ohm Resistor, 0603, 100 mW", traits("resistor", "0", package="0603", power="0.1")),
        ("Polymer Cap 47ÂµF 50V +105°C", traits("capacitor", "0.000047", variety="polymer", voltage=50)),
        ("Ceramic Capacitor, 0.1 F, 50 V", traits("capacitor", None, variety="ceramic", voltage=50)),
        ("RC0603FR-7W47RL chip resistor 47 ohm", traits("resistor", "47")),
        ("Socket head cap screw, M3", Traits()),
        ("LED red 0603 2V 20mA", Traits()),
        ("NTC thermistor 10K 1% 0603", Traits()),
        ("Microcontroller, 64 KB flash", Traits()),
    ],
)  # fmt: skip
def test_descriptions_are_read_as_the_trade_writes_them(text, meant):
    assert read(text) == meant


def test_an_attribute_goes_before_the_description():
    exact = read("Crystal 32.768 kHz 12.5pF", [("Frequency", "32.8", "kHz")])
    assert exact.value == Decimal("32768"), "the description says the same with more digits"
    found = read(
        "Resistor 10K 0603",
        [("Resistance", "4.7", "kΩ"), ("Package", "0402 (1005 Metric)", ""), ("精度", "1", "%")],
    )
    assert (found.value, found.package, found.tolerance) == (4700, "0402", 1)
    assert read("C-100", [("Capacitance", "10 nF", ""), ("耐压", "50", "V")]) == traits(
        "capacitor", "1E-8", voltage=50
    )


E24 = st.sampled_from(
    [10, 11, 12, 13, 15, 16, 18, 20, 22, 24, 27, 30, 33, 36, 39, 43, 47, 51, 56, 62, 68, 75, 82, 91]
)
VOLTS = st.sampled_from(["4", "6.3", "10", "16", "25", "50", "100", "630", "1000"])
PERCENT = st.sampled_from(["0.1", "0.5", "1", "2", "5", "10", "20"])
SIZES = st.sampled_from(["", "0201", "0402", "0603", "0805", "1206", "2512"])


def amounts(lowest, highest):
    return st.builds(lambda digits, power: Decimal(digits).scaleb(power), E24, st.integers(lowest, highest))


def maybe(strategy):
    return st.none() | strategy.map(Decimal)


PARTS = st.one_of(
    st.builds(Traits, st.just("resistor"), amounts(-3, 6), SIZES, st.sampled_from(["", "array"]),
        maybe(PERCENT),
              power=maybe(st.sampled_from(["0.05", "0.0625", "0.1", "0.125", "0.25", "1", "2"]))),
    st.builds(Traits, st.just("capacitor"), amounts(-13, -5), SIZES, st.sampled_from(["tantalum",
        "aluminium", "film"]),
              maybe(PERCENT), maybe(VOLTS)),
    st.builds(Traits, st.just("capacitor"), amounts(-13, -5), SIZES, st.just("ceramic"), maybe(PERCENT),
        maybe(VOLTS),
              dielectric=st.sampled_from(["C0G", "X7R", "X5R", "X7S", "Y5V", "X8R", "Z5U"])),
    st.builds(Traits, st.just("inductor"), amounts(-9, -4), SIZES, tolerance=maybe(PERCENT),
              current=maybe(st.sampled_from(["0.05", "0.3", "1", "2.3", "15"]))),
    st.builds(Traits, st.just("diode"), package=st.sampled_from(["SMA", "SMB", "SOD-123", "SOD-323",
        "SOT-23"]),
              variety=st.sampled_from(["schottky", "rectifier", "switching"]), voltage=maybe(VOLTS),
              current=maybe(st.sampled_from(["0.2", "1", "3"]))),
    st.builds(Traits, st.just("crystal"), amounts(3, 6), st.sampled_from(["", "3225", "5032", "HC-49/US"]),
              tolerance=maybe(st.sampled_from(["0.001", "0.002", "0.003", "0.005"])),
              load=maybe(st.sampled_from(["1.25E-11", "1.8E-11", "2E-11"]))),
    st.builds(Traits, st.just("connector"), st.integers(2, 64).map(Decimal), variety=st.sampled_from(["",
        "male", "female"]),
              pitch=maybe(st.sampled_from(["1.25", "2", "2.54", "5.08"]))),
)  # fmt: skip


@given(PARTS, st.sampled_from(["en", "zh"]))
@settings(max_examples=300, deadline=None)
def test_what_is_written_reads_the_same(part, language):
    assert read(write(part, language)) == part


@given(PARTS, PARTS)
@settings(max_examples=200, deadline=None)
def test_two_parts_that_are_as_good_as_each_other_are_alike(one, other):
    if judge(one, other).is_as_good and judge(other, one).is_as_good:
        assert not judge(one, other).better and not judge(other, one).better


@pytest.mark.parametrize(
    ("wanted", "other", "worse"),
    [
        ("100nF 16V X5R 0603 10%", "100nF 50V X7R 0603 10%", ""),
        ("100nF 50V X5R 0603 10%", "100nF 25V X7R 0603 10%", "voltage"),
        ("100nF 16V X7R 0603 10%", "100nF 16V X5R 0603 10%", "dielectric"),
        ("100nF 16V Y5V 0603 20%", "100nF 16V C0G 0603 5%", ""),
        ("100nF 16V X7R 0603 10%", "100nF 16V X7R 0603 20%", "tolerance"),
        ("100nF 16V X7R 0603 10%", "100nF 16V X7R 0402 10%", "package"),
        ("100nF 16V X7R 0603 10%", "100nF X7R 0603 10%", "voltage"),
        ("Resistor 10K 0603 1/10W 5%", "Resistor 10K 0603 1/8W 1%", ""),
        ("Resistor 10K 0603 1/10W 5%", "Resistor 10K 0603 1/16W 1%", "power"),
        ("Zener 5.1V 500mW SOD-123", "Zener 5.6V 500mW SOD-123", "value"),
        ("Schottky 40V 1A SMA", "Schottky 60V 2A SMA", ""),
        ("Crystal 12MHz 20pF 3225", "Crystal 12MHz 18pF 3225", "load"),
    ],
)
def test_as_good_is_equal_or_better_in_each(wanted, other, worse):
    assert judge(read(wanted), read(other)).worse == worse


@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_statement_finds_what_the_judgement_says(desk, data):
    """Two ways to one answer: SQL over an index, and Python over all pairs."""
    near = [
        st.builds(
            Traits,
            st.just("capacitor"),
            st.just(Decimal("1E-7")),
            st.just("0603"),
            st.just("ceramic"),
            maybe(PERCENT),
            maybe(VOLTS),
            dielectric=st.sampled_from(["C0G", "X7R", "X5R", "Y5V"]),
        ),
        st.builds(
            Traits,
            st.just("resistor"),
            st.just(Decimal(100)),
            st.just("0402"),
            tolerance=maybe(PERCENT),
            power=maybe(PERCENT),
        ),
    ]
    parts = data.draw(st.lists(st.one_of(*near), min_size=2, max_size=10))
    nested = db.session.begin_nested()
    ids = [desk.part(f"T{n}") for n in range(len(parts))]
    now = {"company_id": desk.company_id, "read_at": "2026-01-01"}
    db.session.query(m.SubstituteTrait).delete()
    m.SubstituteTrait._bulk(
        db.session, [{**row_of(x), "product_id": i, **now} for i, x in zip(ids, parts, strict=True)]
    )
    lines = [Wanted(i, desk.customer, i, Decimal(1), "USD", DAY) for i in ids]
    found = {(one.key, one.product_id) for one in suggested(db.session, lines)}
    meant = {
        (i, k)
        for i, x in zip(ids, parts, strict=True)
        for k, y in zip(ids, parts, strict=True)
        if i != k and judge(x, y).is_as_good
    }
    nested.rollback()
    assert found == meant


def test_a_part_is_read_when_it_changes_and_suggested_without_being_approved(desk):
    wanted = desk.part("W", description="Capacitor 100 nF 16 V X5R 0603 10%")
    better = desk.part(
        "G", description="贴片电容 104K 50V X7R 0603", list_price=Decimal(1), list_currency_code="USD"
    )
    desk.part("S", description="Capacitor 100 nF 6.3 V X5R 0603 10%")
    assert m.SubstituteTrait.read(db.session, [wanted, better]) == 2
    order = desk.quote((wanted, 10, 1))
    assert desk.offered(order) == [], "what is neither there nor comes is not suggested"
    desk.receive(better, 500)
    (offered,) = desk.offered(order)
    assert (offered.code, offered.found.state) == ("G", "suggested")
    assert (
        "voltage 50 V instead of 16 V" in offered.notes and "dielectric X7R instead of X5R" in offered.notes
    )
    assert offered.found.consent
    db.session.get(m.Product, wanted).description = "Capacitor 100 nF 100 V X5R 0603"
    db.session.flush()
    assert desk.offered(order) == []
    db.session.add(m.ProductAttribute(product_id=wanted, name="Voltage", value="10", unit="V"))
    db.session.flush()
    assert desk.codes(order) == ["G"]
    m.Substitute.refuse(db.session, [desk.pair(wanted, better, approve=False)], "Too thick")
    assert desk.codes(order) == []
