"""Which orders are running, of customers and to suppliers alike."""

from typing import Any

from sqlalchemy import String, literal_column


def is_running(order: Any) -> Any:
    """The condition that an order is confirmed and not done yet.

    In words and not as a parameter: by it PostgreSQL knows that the index of orders that are not done serves.
    """
    return order.state == literal_column("'confirmed'", String())
