"""Lines of a list are assigned to ours: known faults are found, named, and nothing else is."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.matching.services.assigning import match
from addons.matching.services.lines import Line, Tolerances
from tests.addons.matching.distorter import TOLERANCES, distorted, quality, received

DAY = date(2026, 10, 12)


def line(key, quantity, price, order="PO-1", part="RC0603FR-0710KL", **values):
    return Line(key, Decimal(quantity), Decimal(price), (part,), order, day=values.pop("day", DAY), **values)


def pairs(found):
    return {(one.ours, one.theirs): one.kind for one in found}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_faults_are_found_with_their_class(seed):
    truth = distorted(seed, 600, extra=30)
    found = quality(truth, match(truth.ours, truth.theirs, TOLERANCES))
    assert set(found) == {"matched", "price", "quantity", "only_ours", "only_theirs"}
    for kind, (precision, recall) in found.items():
        least = 0.98 if kind == "matched" else 0.9
        assert precision >= least and recall >= least, (kind, precision, recall)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_each_line_is_in_one_match_and_order_means_nothing(seed, random):
    truth = distorted(seed, 80, extra=8)
    found = match(truth.ours, truth.theirs, TOLERANCES)
    assert sorted(key for one in found for key in one.ours) == [x.key for x in truth.ours]
    assert sorted(key for one in found for key in one.theirs) == sorted(x.key for x in truth.theirs)
    ours, theirs = list(truth.ours), list(truth.theirs)
    random.shuffle(ours)
    random.shuffle(theirs)
    assert match(ours, theirs, TOLERANCES) == found


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_exact_twins_always_match(seed, other):
    ours = received(seed, 60)
    twins = [replace(one, key=one.key + 1000) for one in ours[::2]]
    strangers = [replace(one, key=one.key + 5000) for one in received(other, 20)]
    found = match(ours, twins + strangers, TOLERANCES)
    kinds = {key: one.kind for one in found for key in one.theirs}
    assert all(kinds[one.key] == "matched" for one in twins)


def test_the_example_of_the_module():
    """A part on three orders: a dearer one, one without an order, and two lots stated as one."""
    ours = [line(1, 60, 1, "PO-1"), line(2, 40, 1, "PO-2"), line(3, 30, 1, "PO-3"), line(4, 20, 1, "PO-3")]
    theirs = [line(1, 40, 1, ""), line(2, 60, "1.10", "PO-1"), line(3, 50, 1, "PO-3")]
    found = match(ours, theirs, Tolerances())
    assert pairs(found) == {((1,), (2,)): "price", ((2,), (1,)): "matched", ((3, 4), (3,)): "matched"}
    assert found[0].price_change == 10
    assert found[2].agreements == ("order", "part", "sum")
    assert found[2].exact


def test_the_best_sum_goes_before_the_first_that_fits():
    """The 100 of the 12th fits both of theirs; the other of ours fits only one of them."""
    ours = [line(1, 100, 1, day=date(2026, 10, 12)), line(2, 100, 1, day=date(2026, 10, 30))]
    theirs = [line(1, 100, 1, day=date(2026, 10, 13)), line(2, 100, 1, day=date(2026, 10, 11))]
    assert pairs(match(ours, theirs, Tolerances())) == {((1,), (2,)): "matched", ((2,), (1,)): "matched"}


@pytest.mark.parametrize(
    ("shown", "kind", "cause"),
    [
        (line(1, 100, "1.13"), "price", "tax"),
        (line(1, 100, "1.0004"), "matched", "rounding"),
        (line(1, 10, 10), "matched", "pack"),
        (line(1, 1, 35, "", "FREIGHT"), "only_theirs", "freight"),
        (replace(line(1, 1, 35, "", "X1"), text="顺丰运费"), "only_theirs", "freight"),
        (line(1, 100, 1, "PO-9", day=date(2026, 11, 2)), "only_theirs", "next_period"),
        (line(1, 100, 1, "PO-9", day=date(2026, 9, 30)), "only_theirs", "earlier_period"),
        (line(1, -5, 1, "", "OTHER"), "only_theirs", "returned"),
    ],
)
def test_known_causes_are_named(shown, kind, cause):
    found = match([line(1, 100, 1)], [shown], TOLERANCES)
    (one,) = [one for one in found if one.theirs]
    assert (one.kind, one.causes, one.exact) == (kind, (cause,), False)


def test_what_was_stated_twice_is_said_so():
    found = match([line(1, 100, 1)], [line(1, 100, 1), line(2, 100, 1)], TOLERANCES)
    assert pairs(found) == {((1,), (1,)): "matched", ((), (2,)): "only_theirs"}
    assert found[1].causes == ("duplicate",)


def test_a_receipt_less_its_return_is_what_they_state():
    found = match([line(1, 100, 1), line(2, -30, 1)], [line(1, 70, 1)], TOLERANCES)
    assert pairs(found) == {((1, 2), (1,)): "matched"}
    assert found[0].causes == ("returned",)


def test_one_slip_in_a_part_number_is_similar_and_never_exact():
    found = match(
        [line(1, 100, 1, part="STM32F103C8T6")], [line(1, 100, 1, part="stm32f1o3c8t6")], TOLERANCES
    )
    assert (found[0].kind, found[0].agreements, found[0].exact) == (
        "matched",
        ("order", "similar_part"),
        False,
    )


def test_tolerances_are_in_percent_of_ours():
    wide = Tolerances(price=Decimal(3), quantity=Decimal(5))
    assert match([line(1, 100, 1)], [line(1, 104, "1.02")], wide)[0].kind == "matched"
    assert match([line(1, 100, 1)], [line(1, 106, "1.02")], wide)[0].kind == "quantity"
    assert match([line(1, 100, 1)], [line(1, 100, "1.04")], wide)[0].kind == "price"


def test_many_deliveries_of_one_part_are_weighed_piece_by_piece():
    """600 × 600 lines of one part would be 360,000 pairs: they are taken in pieces, and twins at once."""
    ours = [line(n, 100 + n, 1, f"PO-{n}") for n in range(1, 601)]
    theirs = [line(n, 100 + n, "1.02" if n % 7 else 1, f"PO-{n}") for n in range(1, 601)]
    found = pairs(match(ours, theirs, Tolerances()))
    assert all(found[(n,), (n,)] == ("price" if n % 7 else "matched") for n in range(1, 601))
