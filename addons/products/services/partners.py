"""What a partner calls our parts."""

from collections.abc import Sequence

from sqlalchemy import select

from core import m
from core.db import AnySession, clean
from core.db.search import key_range
from core.screens import Named

#: Parts that one text may begin the numbers of.
MOST = 12


def named(session: AnySession, partner_id: int, texts: Sequence[str]) -> list[Named]:
    """For these texts the parts that the partner calls so; of one text alone those too that it begins.

    By way of the ORM: whoever may not see the partner finds nothing.
    """
    typed: dict[str, list[str]] = {}
    for text in texts:
        typed.setdefault(clean(text), []).append(text)
    typed.pop("", None)
    number = m.ProductPartNumber
    query = select(number.product_id, number.number, number.number_key)
    query = query.where(number.partner_id == partner_id)
    if len(typed) == 1:
        first, last = key_range(next(iter(typed)))
        query = query.where(number.number_key >= first, number.number_key < last)
        query = query.order_by(number.number_key).limit(MOST)
    else:
        query = query.where(number.number_key.in_(sorted(typed)))
    found = session.execute(query).all() if typed else []
    begun = next(iter(typed.values()), [])
    return [
        Named(text, product_id, name, key in typed)
        for product_id, name, key in found
        for text in typed.get(key, begun)
    ]
