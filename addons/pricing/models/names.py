"""The words of which rules about prices are made."""

#: Prices that suppliers ask, and prices that customers pay.
SIDES = ("purchase", "sale")
#: Where the latest price may come from, in the order in which they are asked.
SOURCES = ("list", "order", "receipt", "quotation")
#: Which of them is asked first, or whichever is of the newest day.
RULES = (*SOURCES, "newest")
#: What a receipt costs: what was ordered, or the latest price of its day.
RECEIPT_PRICES = ("ordered", "latest")
#: Whether breaks are reached by a line or by all lines of the part on its order.
BREAKS = ("line", "order")
