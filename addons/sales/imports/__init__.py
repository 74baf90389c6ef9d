"""What rows of a file become: orders."""

from addons.sales.imports import orders
from core.exchange.targets import Targets

targets = Targets()
targets.add(orders.TARGET)
