"""Statements of any length, the same ones every time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from core.documents import Identity

LATIN = {
    "recipient": ("Acme Electronics Ltd", "14 Harbour Road", "Belfast BT3 9DT", "United Kingdom"),
    "company": SimpleNamespace(
        name="Bincard Components GmbH",
        street="Werkstraße 12",
        city="20457 Hamburg",
        country="Germany",
        phone="+49 40 555 0123",
        email="accounts@bincard.example",
        tax_number="DE 123 456 789",
    ),
    "parts": ("RC0603FR-0710KL", "STM32F103C8T6", "GRM188R71C104KA01D", "LM358DR", "BSS138LT1G"),
}
CHINESE = {
    "recipient": (
        "深圳市华强智能电子科技有限公司",
        "广东省深圳市福田区深南中路2018号",
        "华强北街道兴华大厦A座",
        "518028",
    ),
    "company": SimpleNamespace(
        name="宾卡元器件贸易（上海）有限公司",
        street="浦东新区张江路88号",
        city="上海 201203",
        country="中国",
        phone="021-5555 0123",
        email="zhangwu@bincard.example",
        tax_number="91310000MA1FL0000X",
    ),
    "parts": (
        "贴片电阻 10kΩ ±1% 0603",
        "单片机 STM32F103C8T6",
        "陶瓷电容 0.1µF 16V",
        "运算放大器",
        "场效应管",
    ),
}


@dataclass(frozen=True)
class Line:
    """One row of a statement."""

    on: date
    number: str
    reference: str
    text: str
    due: date | None
    debit: Decimal
    credit: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Statement:
    """What a customer owes, line by line."""

    number: str
    partner: str
    company: SimpleNamespace
    recipient: tuple[str, ...]
    opening: Decimal
    lines: tuple[Line, ...]
    currency: str = "USD"

    @property
    def closing(self) -> Decimal:
        """What is owed at the end."""
        return self.lines[-1].balance if self.lines else self.opening

    @property
    def identity(self) -> Identity:
        """What its PDF says of itself."""
        issued_at = datetime(2026, 6, 1, 8, tzinfo=UTC)
        return Identity("specimen.statement", self.number, self.partner, issued_at)


def statement(rows: int, *, chinese: bool = False, serial: int = 1) -> Statement:
    """A statement of `rows` lines; every seventh is a payment."""
    words = CHINESE if chinese else LATIN
    balance = opening = Decimal("1520.40")
    lines = []
    for index in range(rows):
        line = _line(index, balance, words["parts"])
        balance = line.balance
        lines.append(line)
    return Statement(
        f"ST/2026/{serial:05d}", f"C{serial:05d}", words["company"], words["recipient"], opening, tuple(lines)
    )


def _line(index: int, balance: Decimal, parts: tuple[str, ...]) -> Line:
    on = date(2026, 5, 1) + timedelta(days=index % 31)
    if index % 7 == 6:
        paid = Decimal(4000 + 13 * index) + Decimal("0.50")
        number = f"PAY/2026/{index:05d}"
        return Line(on, number, f"REF {index * 991 % 9973:04d}", "", None, Decimal(0), paid, balance - paid)
    amount = Decimal(index * 7919 % 3000 + 85) + Decimal(index * 37 % 100) / 100
    return Line(
        on=on,
        number=f"INV/2026/{index:05d}",
        reference=f"PO-{index * 313 % 8999 + 1000}",
        text=parts[index % len(parts)],
        due=on + timedelta(days=30),
        debit=amount,
        credit=Decimal(0),
        balance=balance + amount,
    )
