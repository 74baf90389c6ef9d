"""What rows of a file become: purchase orders, suppliers' prices."""

from addons.purchasing.imports import orders, prices
from core.exchange.targets import Targets

targets = Targets()
for target in (orders.TARGET, prices.TARGET):
    targets.add(target)
