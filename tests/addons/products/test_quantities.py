"""Quantities that can be sold, and units that lose no piece."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addons.products.services.errors import UnitError
from addons.products.services.quantities import suggest
from addons.products.services.units import Units, units_of
from core import m
from core.db import db

SOME = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WHOLE = st.integers(1, 20_000).map(Decimal)
MAYBE = st.none() | st.integers(1, 60).map(Decimal)


@pytest.mark.parametrize(
    ("asked", "rules", "offered", "reason"),
    [
        ("4200", ("1000", "100", None), "4200", ""),
        ("4200", ("1000", "100", "5000"), "5000", "in steps of 100, whole packs of 5,000"),
        ("5000", ("1000", "100", "5000"), "5000", ""),
        ("300", ("1000", "100", None), "1000", "at least 1,000"),
        ("300", ("1000", "300", None), "1200", "at least 1,000, in steps of 300"),
        ("1", (None, "30", "100"), "300", "in steps of 30, whole packs of 100"),
        ("1.5", (None, "0.25", None), "1.5", ""),
        ("1.6", (None, "0.25", None), "1.75", "in steps of 0.25"),
        ("0", ("1000", "100", None), "0", ""),
        ("-5", ("1000", "100", None), "-5", ""),
    ],
)
def test_what_is_offered_and_why(app, asked, rules, offered, reason):
    found = suggest(Decimal(asked), *(one and Decimal(one) for one in rules))
    assert (found.quantity, found.reason) == (Decimal(offered), reason)


@SOME
@given(WHOLE, MAYBE, MAYBE, MAYBE)
def test_it_is_the_first_quantity_that_keeps_all_rules(app, wanted, moq, multiple, pack):
    found = suggest(wanted, moq, multiple, pack)

    def sold(quantity):
        return quantity >= (moq or 0) and not quantity % (multiple or 1) and not quantity % (pack or 1)

    assert found.quantity == next(
        Decimal(q) for q in range(int(wanted), int(wanted) + 10_000) if sold(Decimal(q))
    )
    assert bool(found.reason) == (found.quantity != wanted)


def test_a_reel_and_its_pieces(catalogue):
    part = catalogue.part("R1")
    for name, factor in (("Reel", 5000), ("bag", 3)):
        db.session.add(m.ProductUnit(product_id=part.id, name=name, factor=Decimal(factor)))
    db.session.flush()
    units = units_of(db.session, [part.id])[part.id]
    assert units.to_base(Decimal("2.5"), "reel") == 12_500
    assert units.to_base(Decimal(7)) == units.to_base(Decimal(7), "PCS") == 7
    assert units.from_base(Decimal(12_345), "REEL") == Decimal("2.469")
    assert units.from_base(Decimal(3333), "reel") == Decimal("0.6666")
    with pytest.raises(
        UnitError, match=r"0\.0001 reel of R1 are 0\.5 pcs: give a quantity that comes out whole"
    ):
        units.to_base(Decimal("0.0001"), "reel")
    with pytest.raises(UnitError, match="1 pcs of R1 don't come out even in bag: leave them in pcs"):
        units.from_base(Decimal(1), "bag")
    with pytest.raises(
        UnitError, match="R1 has no unit “tray”: choose among pcs, bag, reel, or add it to the part"
    ):
        units.to_base(Decimal(1), "tray")


def test_wire_is_cut_to_any_length(catalogue):
    part = catalogue.part("W1", unit="m", countable=False)
    units = units_of(db.session, [part.id])[part.id]
    assert units.to_base(Decimal("0.5")) == Decimal("0.5")


@SOME
@given(st.decimals("0.0001", "100000", places=4), st.decimals("0.0001", "10000", places=4), st.booleans())
def test_there_and_back_is_the_same_or_refused(app, quantity, factor, countable):
    units = Units("R1", "pcs", countable, {"reel": factor})
    try:
        base = units.to_base(quantity, "reel")
    except UnitError:
        exact = quantity * factor
        assert exact * (1 if countable else 10_000) % 1
        return
    assert base == quantity * factor
    assert units.from_base(base, "reel") == quantity
