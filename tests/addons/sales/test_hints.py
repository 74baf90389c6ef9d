"""What a line is told while it is typed: what is sold, and what it earns, to whom that may be said."""

import re
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from addons.products.services.quantities import Hint, hint_of
from addons.sales.services.hints import of_margin
from core import m
from core.clock import today
from core.db import db
from core.security.users import ensure_user
from tests.logins import log_in

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")
FORM = "/m/sales.order.form"


def part(cost=None, floor=None):
    values = {"cost": cost, "floor": floor}
    return SimpleNamespace(**{key: None if v is None else Decimal(v) for key, v in values.items()})


@pytest.mark.parametrize(
    ("rules", "quantity", "said"),
    [
        (
            {"pack": 3000, "pack_name": "reel"},
            4200,
            Hint("3,000 a reel: 2 × 3,000 = 6,000", "", Decimal(6000)),
        ),
        ({"pack": 3000}, 6000, Hint()),
        ({"pack": 3000}, 1, Hint("3,000 a pack: 1 × 3,000 = 3,000", "", Decimal(3000))),
        ({"moq": 1000}, 40, Hint("at least 1,000: 1,000", "warn", Decimal(1000))),
        ({"moq": 1000, "multiple": 300}, 1000, Hint("in steps of 300: 1,200", "warn", Decimal(1200))),
        ({"moq": 100, "pack": 3000}, 40, Hint("at least 100: 100", "warn", Decimal(100))),
        ({}, 7, Hint()),
        ({"moq": 5}, 0, Hint()),
    ],
)
def test_a_quantity_is_told_what_is_sold(app, rules, quantity, said):
    given = {key: v if isinstance(v, str) else Decimal(v) for key, v in rules.items()}
    assert hint_of(Decimal(quantity), **given) == said


def test_a_line_is_told_what_it_earns(app):
    cheap = part(cost="0.90", floor="0.15")
    assert of_margin(cheap, Decimal(100), Decimal(100), Decimal(1)) == Hint("earns 10 %, least 15 %", "bad")
    assert of_margin(cheap, Decimal(100), Decimal(120), Decimal(1)) == Hint("earns 25 %")
    # 100.00 in a currency that is worth 1.20 each.
    assert of_margin(cheap, Decimal(100), Decimal(100), Decimal("1.2")) == Hint("earns 25 %")
    assert of_margin(part(), Decimal(1), Decimal(1), Decimal(1)) == Hint()


@pytest.fixture
def asked(app, company, desk):
    """`asked(role, **typed)`: all that the form answers to a person of this role."""
    part = desk.parts[0]
    desk.receive(part, 5000, "0.9317")
    company.margin_floor = Decimal("0.15")
    db.session.execute(
        text("UPDATE product SET pack_quantity = 3000, cost = 0.9317 WHERE id = :id"), {"id": part}
    )
    for role in ("rep", "manager"):
        ensure_user(
            db.session,
            f"{role}@example.com",
            "a long enough password",
            company,
            name=role,
            roles=(f"sales.{role}",),
        )
        user = db.session.scalars(select(m.User).where(m.User.email == f"{role}@example.com")).one()
        db.session.get(m.Partner, desk.customer).salesperson_id = user.id if role == "rep" else None
    rep = db.session.scalars(select(m.User.id).where(m.User.email == "rep@example.com")).one()
    db.session.get(m.Partner, desk.customer).salesperson_id = rep
    db.session.commit()
    typed = {
        "partner_id": desk.customer,
        "date": today().isoformat(),
        "currency_code": "USD",
        "lines-a-product_id": part,
        "lines-a-quantity": "4,000",
        "lines-a-unit_price": "1",
        "_changed": ["lines-a-quantity"],
    }

    def ask(role, path="/derive"):
        client = app.test_client()
        user = db.session.scalars(select(m.User.fs_uniquifier).where(m.User.email == f"{role}@example.com"))
        log_in(app, client, user.one())
        with app.app_context():
            token = re.search(r'csrf_token" value="([^"]+)"', client.get(f"{FORM}/new").text)
            return client.post(FORM + path, data={"csrf_token": token[1], **typed})

    return ask


def marks(answer):
    return {one["name"]: one for one in answer.json if "note" in one}


def test_who_may_see_margins_sees_them_on_the_line(asked):
    found = marks(asked("manager"))
    assert found["lines-a-quantity"]["offer"] == "6,000"
    assert found["lines-a-unit_price"]["note"] == "earns 6.8 %, least 15 %"
    assert found["lines-a-unit_price"]["tone"] == "bad"


def test_without_the_right_no_response_says_what_it_earns(asked, desk):
    answer = asked("rep")
    assert answer.status_code == 200
    found = marks(answer)
    assert found["lines-a-quantity"]["note"] == "3,000 a pack: 2 × 3,000 = 6,000"
    assert found["lines-a-unit_price"] == {"name": "lines-a-unit_price", "note": "", "tone": "", "offer": ""}
    for secret in ("0.9317", "6.8", "earns", "15 %", "bad"):
        assert secret not in answer.text
