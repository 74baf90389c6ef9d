"""Orders take their prices from lists, and received goods know what was ordered and what holds by now."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from addons.pricing.services import billing, buying, priced, selling, taking
from addons.purchasing.models import orders, progress
from addons.sales.models import orders as sales
from core.db import UnitPrice
from core.sayings import Told
from core.security import acts


class PurchasingOrder(orders.Order):
    """Prices by the supplier's rule, and bills at the price that holds by now."""

    @classmethod
    def price_lines(cls, session: Any, asked: Sequence[Any]) -> list[Any]:
        """The latest price of each; what no source knows is left to purchasing."""
        asked = list(asked)
        found = buying.price_lines(session, asked)
        rest = iter(
            super().price_lines(session, [a for a, one in zip(asked, found, strict=True) if one is None])
        )
        return [next(rest) if one is None else one for one in found]

    @classmethod
    def take_latest(
        cls,
        session: Any,
        orders: Iterable[Any] = (),
        partners: Iterable[int] = (),
        until: dt.date | None = None,
    ) -> list[int]:
        """Reprice what is not billed of suppliers whose receipts cost the latest price; returns the runs."""
        return taking.take_latest(session, acts.ids_of(session, orders), partners, until)

    @classmethod
    def bill(
        cls, session: Any, orders: Iterable[Any], reference: str = "", on: dt.date | None = None
    ) -> list[int]:
        """At the latest price of the day where the supplier is set so."""
        ids = acts.ids_of(session, orders)
        cls.take_latest(session, ids)
        made: list[int] = super().bill(session, ids, reference, on)
        return made

    @classmethod
    def bill_until(
        cls, session: Any, partners: Iterable[int], until: dt.date, reference: str = ""
    ) -> list[int]:
        """At the latest price of the day where the supplier is set so."""
        ids = list(partners)
        cls.take_latest(session, partners=ids, until=until)
        made: list[int] = super().bill_until(session, ids, until, reference)
        return made

    @classmethod
    def bill_lines(
        cls, session: Any, lines: Sequence[Any], until: dt.date | None
    ) -> Mapping[int, Sequence[Any]]:
        """A line for each price at which goods of an order line came, in the order in which they did."""
        return billing.by_price(session, super().bill_lines(session, lines, until), lines, until)


class SalesOrder(sales.Order):
    """Prices by contracts and lists, before what the part and the last order say."""

    @classmethod
    def price_lines(cls, session: Any, asked: Sequence[Any]) -> list[Any]:
        """The price of each by contracts and lists; what they leave open is left to sales."""
        asked = list(asked)
        found = selling.price_lines(session, asked)
        rest = iter(
            super().price_lines(session, [a for a, one in zip(asked, found, strict=True) if one is None])
        )
        return [next(rest) if one is None else one for one in found]


class PurchaseLine(orders.OrderLine):
    """Its supplier reads of which list or quotation its price is."""

    @classmethod
    def origin_words(cls) -> Mapping[str, str]:
        """Also lists by their names, and quotations."""
        return {**super().origin_words(), **buying.ORIGINS}


class SalesLine(sales.OrderLine):
    """Its customer reads of which list or contract its price is."""

    @classmethod
    def origin_words(cls) -> Mapping[str, str]:
        """Also lists by their names, and contracts without what is left of them."""
        return {**super().origin_words(), **selling.ORIGINS}


class Move(progress.Move):
    """A received move with the price that was ordered, where it came at another, and the one by now."""

    #: The net price of one unit on the order, where the receipt took the latest price instead.
    ordered_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    #: Where the price of the receipt comes from, in words; empty where it is the ordered one.
    price_origin: Mapped[str] = mapped_column(Told, server_default="")

    @classmethod
    def receipt_prices(cls, session: Any, arriving: Sequence[Any], on: dt.date) -> Mapping[int, Decimal]:
        """The latest price of the day where the supplier is set so, else the ordered one."""
        ordered = super().receipt_prices(session, arriving, on)
        return {**ordered, **buying.receipt_prices(session, arriving, on, ordered)}

    @classmethod
    def agreed_prices(cls, session: Any, moves: Iterable[int]) -> Mapping[int, Decimal]:
        """The price that runs have set, else that of the receipt."""
        found = dict(super().agreed_prices(session, moves := list(moves)))
        return {**found, **priced.repriced(session, moves)}
