"""What a candidate says of itself, in words."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from addons.substitutes.services.asking import Found, Remembered
from core.i18n import _, format_date, format_number, format_price


def of(found: Found, memory: Remembered, part: Any, other: Any, parts: Mapping[int, Any]) -> list[str]:
    """What this customer did with it, how it was reached, its condition, and what differs."""
    return [*_memory(memory), *_way(found, parts), *found.because, *_packs(part, other), *_life(other)]


def _memory(memory: Remembered) -> Iterator[str]:
    if memory.order_id is not None:
        said = _("taken on %(day)s: %(quantity)s on %(number)s", **_taken(memory))
        yield said if memory.unit_price is None else f"{said}, {_price(memory)}"
    if memory.returned:
        yield _("%(quantity)s of it came back", quantity=format_number(memory.returned))
    if memory.complaint:
        yield _("complaint: %(what)s", what=memory.complaint)
    if memory.refused:
        yield _("not wanted: %(why)s", why=memory.refused)


def _taken(memory: Remembered) -> dict[str, str]:
    day = format_date(memory.date) if memory.date else ""
    return {"day": day, "quantity": format_number(memory.quantity), "number": memory.number}


def _price(memory: Remembered) -> str:
    assert memory.unit_price is not None
    return _("at %(price)s", price=format_price(memory.unit_price, memory.currency))


def _way(found: Found, parts: Mapping[int, Any]) -> Iterator[str]:
    if found.by_way:
        between = [parts[i].code for i in found.by_way if i in parts]
        yield _("by way of %(parts)s", parts=", ".join(between))
    if found.condition:
        yield found.condition


def _packs(part: Any, other: Any) -> Iterator[str]:
    if other.pack_quantity != part.pack_quantity and other.pack_quantity is not None:
        yield _("pack of %(quantity)s", quantity=_number(other.pack_quantity))
    if other.min_order_quantity is not None and other.min_order_quantity != part.min_order_quantity:
        yield _("at least %(quantity)s", quantity=_number(other.min_order_quantity))
    if other.order_multiple is not None and other.order_multiple != part.order_multiple:
        yield _("in steps of %(quantity)s", quantity=_number(other.order_multiple))


def _life(other: Any) -> Iterator[str]:
    if other.lifecycle == "last_buy":
        yield _("last orders are taken")
    elif other.lifecycle == "nrnd":
        yield _("not for new designs")


def _number(quantity: Decimal) -> str:
    return str(format_number(quantity))
