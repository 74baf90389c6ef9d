"""What rows of a file become: parts."""

from addons.products.imports import booking
from core.exchange.targets import Targets

targets = Targets()
targets.add(booking.TARGET)
