"""Whose address somebody should look at first, and several addresses of one customer."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.billing_statements.services.health import reachability
from core import m
from core.db import db
from core.mail import sender
from core.mail.noting import note
from core.mail.reports import Report, Returned
from tests.conftest import work


def concerns(kind: str, *partners: Any) -> dict[str, str]:
    """What is said of these customers of one kind, by their codes."""
    codes = {partner.id: partner.code for partner in partners}
    found = reachability(db.session, list(codes))
    return {codes[one.partner_id]: one.reason for one in found if one.kind == kind}


@pytest.fixture
def contact() -> Any:
    def make(partner: Any, role: str, email: str) -> None:
        db.session.add(m.PartnerContact(partner_id=partner.id, name="x", role=role, email=email))
        db.session.commit()

    return make


def test_an_address_at_anothers_domain_is_named(customer_of: Any, contact: Any) -> None:
    acme = customer_of("ACME", name="Acme Ltd", email="ap@acme.example")
    beta = customer_of("BETA", name="Beta AG", email="office@beta.example")
    assert concerns("foreign_domain", acme, beta) == {}
    contact(beta, "statement", "billing@beta.example, Ann <Billing@ACME.example>")
    assert concerns("foreign_domain", acme, beta) == {
        "BETA": "billing@acme.example is at the domain of Acme Ltd"
    }


def test_what_belongs_together_is_not_named(customer_of: Any, contact: Any) -> None:
    """An own address there, a head office, a name that begins alike, a provider, a domain of many."""
    acme = customer_of("ACME", name="Acme Ltd", email="ap@acme.example")
    own = customer_of("OWN", name="Osiris", email="office@acme.example")
    contact(own, "statement", "bills@acme.example")
    branch = customer_of("BRANCH", name="Harbour", email="x@acme.example", statement_partner_id=acme.id)
    alike = customer_of("ALIKE", name="ACME Trading GmbH", email="y@acme.example")
    mailers = [customer_of(f"Q{n}", name=f"{n}0 Works", email=f"{n}@qq.com") for n in range(2)]
    shared = [customer_of(f"S{n}", name=f"{n}1 Shop", email=f"{n}@host.example") for n in range(6)]
    everybody = (own, branch, alike, *mailers, *shared)
    assert concerns("foreign_domain", *everybody) == {}
    # The one address that two strangers share the domain of is named on both sides.
    two = [customer_of(f"T{n}", name=f"{n}2 Sons", email=f"{n}@two.example") for n in range(2)]
    assert set(concerns("foreign_domain", *two)) == {"T0", "T1"}


def test_an_address_that_mail_came_back_from_is_named_until_it_is_seen_to(
    app: Flask, customer_of: Any, bill: Any, run_month: Any
) -> None:
    acme = customer_of("ACME", name="Acme Ltd", email="ap@acme.example")
    bill(acme, 100, "2026-01-10")
    run, [statement] = run_month("2026-01")
    m.BillingRun.release(db.session, [run])
    m.BillingRun.send(db.session, [run])
    db.session.commit()
    work(app)
    sender.send_due()
    db.session.refresh(statement)
    back = Returned("AP@acme.example", "bounced", "5.1.1", "no such user")
    note(db.session, Report("k", (statement.mail.message_id,), (back,)))
    assert concerns("bad_address", acme) == {"ACME": "Mail to ap@acme.example came back: 5.1.1 no such user"}
    db.session.refresh(statement.mail)
    assert statement.mail.state == "returned"
    m.MailReturn.settle(db.session, db.session.scalars(select(m.MailReturn)).all())
    assert concerns("bad_address", acme) == {}


def test_a_statement_goes_to_all_addresses_for_statements_and_to_no_other(
    app: Flask, customer_of: Any, contact: Any, bill: Any, run_month: Any
) -> None:
    """ZH-05: several contacts, several addresses in one field, each once."""
    acme = customer_of("ACME", name="Acme Ltd", email="office@acme.example")
    contact(acme, "statement", "ap@acme.example; cfo@acme.example")
    contact(acme, "statement", "Ann <ap@acme.example>， ann@acme.example")
    contact(acme, "order", "buyer@acme.example")
    bill(acme, 100, "2026-01-10")
    run, [statement] = run_month("2026-01")
    m.BillingRun.release(db.session, [run])
    m.BillingRun.send(db.session, [run])
    db.session.commit()
    work(app)
    db.session.refresh(statement)
    assert statement.mail.to == ["ap@acme.example", "cfo@acme.example", "ann@acme.example"]
