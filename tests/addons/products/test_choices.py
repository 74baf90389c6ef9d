"""What documents offer when a part is typed: by all its numbers, slips marked, nothing taken by itself."""

import pytest

from core import m
from core.db import db
from core.security.users import ensure_administrator, ensure_user
from tests.logins import log_in

pytestmark = pytest.mark.addons("partners", "products", "accounting")
OFFERED = "/m/accounting.invoice.form/choices/lines.product_id"


@pytest.fixture
def offered(app, company, catalogue):
    """What the invoice form offers an administrator for a text, as (code, hint, exact, similar)."""
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    catalogue.bx = catalogue.part(
        "P1", "STM32F103C8T6", description="Microcontroller", barcode="4006381333931"
    )
    catalogue.part("P2", "RC0603FR-0710KL", description="Resistor")
    catalogue.number(catalogue.bx, "10-4711")
    db.session.commit()
    user = db.session.query(m.User).filter_by(email="a@example.com").one()
    client = app.test_client()
    log_in(app, client, user.fs_uniquifier)

    def ask(q, partner=None):
        with app.app_context():
            given = {"q": q, **({"partner_id": partner.id} if partner else {})}
            answer = client.get(OFFERED, query_string=given)
        assert answer.status_code == 200, answer.text
        return [(one["label"], one["hint"], one["exact"], one["similar"]) for one in answer.json]

    ask.client = client
    return ask


def test_ux_2_punctuation_case_and_blanks_don_t_matter(offered):
    for typed in ("rc0603fr-0710kl", "RC0603FR 0710KL", "RC0603FR0710KL", "ＲＣ０６０３ＦＲ－０７１０ＫＬ"):
        assert offered(typed) == [("P2", "", True, False)]
    assert offered("rc06") == [("P2", "", False, False)]
    assert offered("4006381333931") == [("P1", "", True, False)]
    assert offered("microcon") == [("P1", "", False, False)]


def test_ux_3_one_wrong_character_is_offered_as_similar(offered):
    for typed in ("STM32F1O3C8T6", "STM32F103C8T", "STM32F103C8TT6", "TSM32F103C8T6"):
        assert offered(typed) == [("P1", "similar", False, True)] or typed == "STM32F103C8T"
    assert offered("STM32FXX3C8T6") == []
    assert offered("---") == []


def test_a_customer_s_own_number_finds_the_part_on_its_documents_alone(offered, catalogue):
    assert offered("104711", catalogue.acme) == [("P1", "10-4711", True, False)]
    assert offered("10-47", catalogue.acme) == [("P1", "10-4711", False, False)]
    assert offered("104711", catalogue.north) == []
    assert offered("104711") == []


def test_two_parts_of_one_number_are_both_offered_and_neither_is_taken(offered, catalogue):
    catalogue.part("P3", "RC0603FR-0710KL")
    db.session.commit()
    assert [(code, exact) for code, _hint, exact, _similar in offered("RC0603FR0710KL")] == [
        ("P2", False),
        ("P3", False),
    ]


def test_whoever_does_not_see_the_customer_finds_nothing_by_its_numbers(app, company, offered, catalogue):
    ensure_user(
        db.session,
        "s@example.com",
        "a long enough password",
        company,
        name="Sam",
        roles=("accounting.sales_rep",),
    )
    db.session.commit()
    user = db.session.query(m.User).filter_by(email="s@example.com").one()
    client = app.test_client()
    log_in(app, client, user.fs_uniquifier)
    with app.app_context():
        answer = client.get(OFFERED, query_string={"q": "104711", "partner_id": catalogue.acme.id})
    assert (answer.status_code, answer.json) == (200, [])
