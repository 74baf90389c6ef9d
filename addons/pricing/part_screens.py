"""The prices of a part over time, on its form."""

from typing import Any

from addons.pricing.services.history import KINDS, history_of
from core.screens import Part, Screens

#: Told apart with every kind of colour blindness; lists are dashed too.
COLOURS = {
    "list": "#0072b2",
    "order": "#e69f00",
    "receipt": "#009e73",
    "bill": "#d55e00",
    "sale": "#cc79a7",
}


def _read(session: Any, product: Any) -> dict[str, Any]:
    return {"history": history_of(session, product.id), "kinds": KINDS, "colours": COLOURS}


def declare(screens: Screens) -> None:
    """The chart below what the part is."""
    screens.extend("product.form").after(
        "price_breaks",
        Part(
            "price_history",
            template="pricing/history.html",
            read=_read,
            visible=lambda product: product is not None,
        ),
    )
