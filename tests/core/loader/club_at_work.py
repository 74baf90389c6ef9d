"""Run by itself: what the specimen addon adds to the product, as JSON; nothing is kept."""

import json
from datetime import date
from decimal import Decimal

from core import m
from core.db import db
from core.documents import render_html
from core.host import get_host
from core.records.companies import ensure_company
from core.screens.menu import current_menu
from core.security.actor import Actor, set_actor


def main() -> None:
    """Make a member, and look at each place where the club should show."""
    with get_host().lease() as app, app.app_context():
        company = ensure_company(db.session, code="CLUB", name="Club test", currency="USD")
        set_actor(db.session, Actor(None, "tester", company.id, is_superuser=True))
        club = m.SpecimenClub(name="Pearl River Buyers", email="club@example.com")
        member = m.Partner(company_id=company.id, code="M", name="Member", email="m@example.com", club=club)
        db.session.add(member)
        db.session.flush()
        with app.test_request_context("/"):
            set_actor(db.session, Actor(None, "tester", company.id, is_superuser=True))
            accounting = next(entry for entry in current_menu() if entry.label == "Accounting")
        found = {
            "addresses": member.addresses_for("statement"),
            "members": [partner.code for partner in club.members],
            "statement": {
                locale: render_html("billing.statement", statement(company, member), locale=locale)
                for locale in ("en", "zh_CN")
            },
            "menu": [entry.label for entry in accounting.children],
        }
        db.session.rollback()
    print(json.dumps(found))


def statement(company, member):
    """A statement without a run, never written."""
    zero = Decimal("0.00")
    balances = (
        "opening",
        "debits",
        "credits",
        "closing",
        "not_due",
        "due_30",
        "due_60",
        "due_90",
        "due_over",
        "unapplied",
    )
    with db.session.no_autoflush:
        return m.BillingStatement(
            company=company,
            partner=member,
            number="ST/1",
            version=1,
            currency_code="USD",
            period_start=date(2026, 1, 1),
            period_end=date(2026, 1, 31),
            **dict.fromkeys(balances, zero),
        )


if __name__ == "__main__":
    main()
