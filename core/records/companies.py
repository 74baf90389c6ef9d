"""Companies, and the one that the demo plays in."""

from typing import Any

from sqlalchemy import select

from core import m
from core.db import AnySession


class UnknownCurrencyError(ValueError):
    """The currency is not among the shipped ones; says what to do."""


def ensure_company(session: AnySession, *, code: str, name: str, currency: str, **values: Any) -> Any:
    """The company with this code, made if it is missing."""
    company = session.scalars(select(m.Company).where(m.Company.code == code)).one_or_none()
    if company is None:
        if not session.scalar(select(m.Currency.id).where(m.Currency.code == currency)):
            raise UnknownCurrencyError(f"{currency} is not a known currency: add it to the currencies first")
        company = m.Company(code=code, name=name, currency_code=currency, **values)
        session.add(company)
        session.flush()
    return company


def demo_company(session: AnySession) -> Any:
    """The demo company; each of its pages carries a band that says so."""
    return ensure_company(
        session,
        code="DEMO",
        name="Meridian Components Ltd",
        currency="USD",
        street="18 Harbour Road",
        city="Singapore 099254",
        country="Singapore",
        tax_number="M90312345A",
        phone="+65 6555 0100",
        email="accounts@meridian.example",
        payment_details="Harbour Bank, Singapore · SWIFT HRBKSGSG\nAccount 003-912345-6",
        is_demo=True,
    )
