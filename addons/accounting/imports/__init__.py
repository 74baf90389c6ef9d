"""What rows of a file become: invoices and bills with their credit notes, payments, exchange rates."""

from addons.accounting.imports import bills, invoices, payments, rates
from core.exchange.targets import Targets

targets = Targets()
for target in (invoices.TARGET, bills.TARGET, *payments.TARGETS, rates.TARGET):
    targets.add(target)
