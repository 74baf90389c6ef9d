"""Rows for tests: users with roles, a demo company, menus, makers, parts and orders."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_security import hash_password
from sqlalchemy import select

from core import m
from core.db import db

PASSWORD = "a long enough password"
ROLES = {
    "admin": ["*"],
    "clerk": ["core.read", "shelf.read", "shelf.write", "shelf.retire", "shelf.delete"],
    "reader": ["core.read", "shelf.read"],
    "stranger": [],
}


def base_rows(app: Flask) -> None:
    """A company, currencies, menus, and a user of each role: `clerk@example.com`."""
    known = set(db.session.scalars(select(m.Currency.code)))
    db.session.add_all([m.Currency(code=c, name=c) for c in ("USD", "EUR", "CNY") if c not in known])
    db.session.flush()
    company = m.Company(code="D", name="Demo Components Ltd", currency_code="USD", is_demo=True)
    other = m.Company(code="O", name="Other Ltd", currency_code="EUR")
    db.session.add_all([company, other])
    db.session.flush()
    for name, permissions in ROLES.items():
        role = m.Role(name=name, title=name.title(), permissions=permissions)
        db.session.add(_user(name, role, company, other))
    _menus()
    db.session.commit()


def _user(name: str, role: Any, company: Any, other: Any) -> Any:
    return m.User(
        email=f"{name}@example.com",
        name=name.title(),
        password=_hashed(),
        fs_uniquifier=name,
        company_id=company.id,
        companies=[company, other] if name == "admin" else [company],
        roles=[role],
    )


_HASH: list[str] = []


def _hashed() -> str:
    # argon2 is slow on purpose; one hash serves all.
    if not _HASH:
        _HASH.append(hash_password(PASSWORD))
    return _HASH[0]


def _menus() -> None:
    top = m.Menu(name="Shelf", position=1)
    db.session.add(top)
    db.session.flush()
    for position, (name, screen) in enumerate([("Orders", "order"), ("Parts", "part"), ("Makers", "maker")]):
        row = m.Menu(name=name, parent_id=top.id, position=position, screen=f"shelf.{screen}.list")
        db.session.add(row)
    host = m.Menu(name="Host", position=2)
    db.session.add(host)
    db.session.flush()
    db.session.add(m.Menu(name="Nobody's page", parent_id=host.id, endpoint="no.such.page"))


def parts(count: int) -> list[Any]:
    """Parts by three makers, with every kind of value."""
    makers = [
        m.ShelfMaker(name=n, country=c) for n, c in [("YAGEO", "TW"), ("Murata", "JP"), ("风华高科", "CN")]
    ]
    db.session.add_all(makers)
    db.session.flush()
    made = [_part(i, makers[i % 3].id) for i in range(count)]
    db.session.add_all(made)
    db.session.commit()
    return made


def _part(i: int, maker_id: int) -> Any:
    return m.ShelfPart(
        mpn=f"RC0603FR-07{i:03d}KL",
        description=["RES 10K OHM 1% 1/10W 0603", "CAP CER 0.1UF 50V X7R 0603", "贴片电阻 10K 1%"][i % 3],
        maker_id=maker_id if i % 7 else None,
        price=Decimal("0.00085") + Decimal(i) / 1000,
        cost=Decimal("77.13") + i,
        stock=Decimal(i * 1250),
        pack=5000 if i % 2 else None,
        state=["active", "sample", "obsolete"][i % 3],
        since=date(2026, 1, 15) + timedelta(days=i * 3),
        active=i % 5 != 0,
    )


def order(number: str = "SO-1", lines: int = 2) -> Any:
    """A draft order over the first parts."""
    maker = db.session.query(m.ShelfMaker).first()
    company = db.session.query(m.Company).filter_by(code="D").one()
    made = m.ShelfOrder(number=number, date=date(2026, 3, 2), maker_id=maker.id, company_id=company.id)
    db.session.add(made)
    db.session.flush()
    for position, part in enumerate(
        db.session.query(m.ShelfPart).order_by(m.ShelfPart.id).limit(lines), start=1
    ):
        db.session.add(
            m.ShelfOrderLine(
                order_id=made.id,
                position=position,
                part_id=part.id,
                quantity=Decimal(10 * position),
                price=Decimal("0.5"),
            )
        )
    db.session.commit()
    return made
