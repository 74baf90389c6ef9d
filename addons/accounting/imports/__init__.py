"""What rows of a file become: invoices and credit notes, payments, exchange rates."""

from addons.accounting.imports import invoices, payments, rates
from core.exchange.targets import Targets

targets = Targets()
for target in (invoices.TARGET, payments.TARGET, rates.TARGET):
    targets.add(target)
