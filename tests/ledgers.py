"""The balances of the ledger: as Beancount reads them from our text, and as our rows have them."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from beancount import loader
from beancount.core import data
from sqlalchemy import text

from core.db import db

#: From the rows themselves.
OURS = """
    SELECT a.code, c.currency_code AS own, l.currency_code, l.amount_currency, l.debit - l.credit AS value
      FROM accounting_entry_line l JOIN accounting_account a ON a.id = l.account_id
      JOIN accounting_entry e ON e.id = l.entry_id AND e.state = 'posted'
      JOIN company c ON c.id = a.company_id
     WHERE a.company_id = :company AND e.date <= :until
"""


def theirs(said):
    """By account and currency, summed from what Beancount has read; and by account in the books' currency."""
    entries, errors, _options = loader.load_string(said, dedent=False)
    assert errors == []
    sums, values = defaultdict(Decimal), defaultdict(Decimal)
    for entry in data.filter_txns(entries):
        for posting in entry.postings:
            code = posting.account.split(":")[1].split("-")[0]
            sums[code, posting.units.currency] += posting.units.number
            rate = Decimal(1) if posting.price is None else posting.price.number
            values[code] += posting.units.number * rate
    found = {key: amount for key, amount in sums.items() if amount}
    return found, {code: round(value, 2) for code, value in values.items() if round(value, 2)}


def ours(company, until=date(2999, 1, 1)):
    """The same from our rows: a line that has no amount in its currency counts with its value."""
    sums, values = defaultdict(Decimal), defaultdict(Decimal)
    for row in db.session.execute(text(OURS), {"company": company.id, "until": until}):
        foreign = row.currency_code != row.own and row.amount_currency
        if foreign:
            sums[row.code, row.currency_code] += row.amount_currency
        if not foreign or row.amount_currency * row.value < 0:
            sums[row.code, row.own] += row.value
        values[row.code] += row.value
    return {key: amount for key, amount in sums.items() if amount}, {k: v for k, v in values.items() if v}
