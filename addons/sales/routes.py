"""What comes back of an order."""

from flask import Blueprint

from addons.sales.services.selling import SELLING
from addons.stock.return_pages import ReturnWords, add_to
from core.i18n import _l

bp = Blueprint("sales", __name__)
add_to(
    bp,
    SELLING,
    ReturnWords(
        title=_l("What comes back of %(number)s"),
        excess=_l("Of line %(position)s %(most)s can come back, not %(quantity)s."),
        paper=_l("Delivery"),
        moved=_l("Delivered"),
        most=_l("Not returned"),
        wanted=_l("Comes back"),
        act=_l("Plan return"),
        empty=_l("Everything that was delivered is back, or on its way."),
        note=_l("The return waits until the goods are there; then credit what came back from the order."),
        done=_l("%(number)s waits for the goods."),
    ),
)
