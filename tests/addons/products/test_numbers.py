"""Which part a number means, however it is written."""

import re
import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select, text

from addons.products.services.numbers import find
from core.db import clean, cleaned, db, one_off
from tests.conftest import queries_of


def said(catalogue, *texts, partner=None):
    """For each text what was found: code, by which number, whether merely similar."""
    hits = find(db.session, catalogue.company_id, texts, partner and partner.id)
    return [[(one.code, one.kind, one.similar) for one in hit.matches] for hit in hits]


def test_case_blanks_and_punctuation_don_t_matter(catalogue):
    catalogue.part("P1", "RC0603FR-0710KL", barcode="4006381333931")
    exact = [("P1", "mpn", False)]
    typed = ("rc0603fr-0710kl", "RC0603FR 0710KL", "RC0603FR0710KL", "ＲＣ0603FR–0710KL")
    assert said(catalogue, *typed) == [exact] * 4
    assert said(catalogue, "p-1", "4006381333931", "") == [
        [("P1", "code", False)],
        [("P1", "barcode", False)],
        [],
    ]


def test_one_wrong_character_is_offered_and_never_taken(catalogue):
    catalogue.part("P1", "STM32F103C8T6")
    catalogue.part("P2", "STM32F103CBT6")
    catalogue.part("P3", "STM32F103C8T6", active=False)
    hits = find(db.session, catalogue.company_id, ["STM32F1O3C8T6", "STM32F103C8T", "TSM32F103C8T6"])
    for hit in hits:
        assert hit.only is None
        assert hit.matches[0].code == "P1"
        assert all(match.similar for match in hit.matches)
        assert "P3" not in {match.code for match in hit.matches}


def test_what_begins_alike_is_offered_where_nothing_is_nearer(catalogue):
    catalogue.part("P1", "GRM188R61A226ME15D")
    catalogue.part("P2", "ZZZ")
    assert said(catalogue, "GRM188R61A226XX99", "QQQQQQ") == [[("P1", "mpn", True)], []]


def test_a_partner_s_number_is_found_for_that_partner_alone(catalogue):
    one, other = catalogue.part("P1"), catalogue.part("P2")
    catalogue.number(one, "10-4711")
    catalogue.number(other, "10-4711", catalogue.north)
    catalogue.number(other, "S 9", catalogue.acme, "supplier")
    assert said(catalogue, "104711", partner=catalogue.acme) == [[("P1", "customer", False)]]
    assert said(catalogue, "10 4711", partner=catalogue.north) == [[("P2", "customer", False)]]
    assert said(catalogue, "s9", partner=catalogue.acme) == [[("P2", "supplier", False)]]
    assert said(catalogue, "104711") == [[]]


def test_what_is_called_so_to_the_letter_goes_before_what_merely_resembles_it(catalogue):
    catalogue.part("R-1")
    catalogue.part("R1")
    (to_the_letter, both) = find(db.session, catalogue.company_id, ["R-1", "R 1"])
    assert to_the_letter.only.code == "R-1"
    assert both.only is None
    assert len(both.matches) == 2


def test_another_company_s_parts_are_never_found(catalogue):
    catalogue.part("P1", "STM32F103C8T6")
    assert [hit.matches for hit in find(db.session, catalogue.company_id + 1, ["P1", "STM32F1O3C8T6"])] == [
        [],
        [],
    ]


def test_two_hundred_texts_are_three_questions(catalogue):
    for n in range(100):
        catalogue.part(f"P{n:03}", f"STM32F{n:03}C8T6")
    texts = [f"STM32F{n:03}C8TG" if n % 2 else f"p{n:03}" for n in range(200)]
    assert queries_of(lambda: find(db.session, catalogue.company_id, texts)) <= 3
    hits = find(db.session, catalogue.company_id, texts)
    assert [hit.only.code for hit in hits[:100:2]] == [f"P{n:03}" for n in range(0, 100, 2)]
    assert all(hit.matches[0].code == f"P{n:03}" for n, hit in enumerate(hits) if n % 2 and n < 100)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20))
def test_the_database_and_the_program_clean_alike(app, typed):
    in_sql = db.session.scalar(
        select(text(cleaned("x"))).select_from(select(literal(typed).label("x")).subquery())
    )
    # Where the two know different editions of Unicode there is nothing to compare.
    if all(unicodedata.category(letter) != "Cn" for letter in typed):
        assert in_sql == clean(typed)


@given(st.text("0123456789ABCXYZ", min_size=1, max_size=6))
def test_one_off_is_one_slip_away(key):
    made = one_off(key)
    assert key not in made
    assert len(made) == len(set(made))
    assert key + "A" in made or key == "A"
    assert all(abs(len(one) - len(key)) <= 1 for one in made)
    for n in range(len(key)):
        assert not key[n + 1 :] or key[:n] + key[n + 1 :] in made
    assert all(re.fullmatch(r"[0-9A-Z]+", one) for one in made)
