"""What a part shows of its stock."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from addons.products import models as products
from addons.stock.services.availability import Availability, Coming, availability_of, future_of
from core import m
from core.db import db


class Product(products.Product):
    """Where it is, and what comes and goes."""

    @property
    def stock(self) -> Availability:
        """What there is of it, and what ever comes and goes."""
        return availability_of(db.session, [self.id])[self.id]

    @property
    def stock_places(self) -> Sequence[Any]:
        """Its balances, oldest date code first."""
        balance, lot = m.StockBalance, m.StockLot
        query = select(balance).outerjoin(lot, lot.id == balance.lot_id)
        query = query.where(balance.product_id == self.id, balance.on_hand > 0)
        loaded = joinedload(balance.lot), joinedload(balance.location)
        return db.session.scalars(query.options(*loaded).order_by(lot.date_code, balance.id)).all()

    @property
    def stock_future(self) -> Sequence[Coming]:
        """What comes and goes, and when it will be short."""
        return future_of(db.session, self.id)
