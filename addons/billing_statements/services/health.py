"""What somebody should look at before statements are created.

A balance is odd where it is more than twice the greatest of the customer's last twelve, or where we owe the
customer. Example: closings of 900, 1,100 and 1,000 before, 2,300 now → odd; 2,100 → not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, select, text

from addons.billing_statements.services import addresses
from addons.billing_statements.services.due import Candidate, Due
from core import m
from core.db import AnySession
from core.documents import boxes, why_unprintable
from core.i18n import _, format_money, ngettext
from core.mail import MailAddressError, parse_addresses

#: How many times the greatest balance of the last twelve statements is odd.
ODD = 2
_ADDRESSES = text("""
    SELECT p.id, p.code, p.name, p.street, p.postcode, p.city, p.country,
           coalesce(string_agg(c.email, ', ' ORDER BY c.id) FILTER (
               WHERE c.role = 'statement' AND c.email <> ''), p.email) AS addresses
      FROM partner p LEFT JOIN partner_contact c ON c.partner_id = p.id
     WHERE p.id = ANY(:ids) GROUP BY p.id ORDER BY p.code
""")
_BEFORE = text("""
    SELECT partner_id, currency_code, max(abs(closing)) AS most FROM (
        SELECT partner_id, currency_code, closing, row_number() OVER (
                   PARTITION BY partner_id, currency_code ORDER BY period_end DESC) AS place
          FROM billing_statement WHERE partner_id = ANY(:ids) AND state <> 'superseded') s
     WHERE place <= 12 GROUP BY 1, 2
""")
#: Credits that belong to nothing, of customers who owe something else.
_UNAPPLIED = text("""
    SELECT coalesce(p.statement_partner_id, p.id) AS partner_id, i.currency_code,
           sum(amount - allocated) FILTER (WHERE amount < 0) AS credit
      FROM accounting_open_item i JOIN partner p ON p.id = i.partner_id
     WHERE coalesce(p.statement_partner_id, p.id) = ANY(:ids) AND side = 'receivable' AND allocated <> amount
     GROUP BY 1, 2
    HAVING sum(amount - allocated) FILTER (WHERE amount < 0) < 0
       AND sum(amount - allocated) FILTER (WHERE amount > 0) > 0
""")
_DRAFTS = text("""
    SELECT coalesce(p.statement_partner_id, p.id) AS partner_id, count(*) AS drafts FROM (
        SELECT partner_id, date FROM accounting_invoice WHERE state = 'draft'
         UNION ALL
        SELECT partner_id, date FROM accounting_payment WHERE state = 'draft' AND side = 'receivable') d
      JOIN partner p ON p.id = d.partner_id
     WHERE coalesce(p.statement_partner_id, p.id) = ANY(:ids) AND date <= :until GROUP BY 1
""")


_DISPUTED = text("""
    SELECT partner_id, count(*) AS lines FROM billing_dispute
     WHERE partner_id = ANY(:ids) AND state = 'open' GROUP BY 1
""")


@dataclass(frozen=True)
class Concern:
    """A customer, and why its statement needs a look; `kind` tells one sort of reasons from another."""

    partner_id: int
    kind: str
    reason: str


def concerns(session: AnySession, company_id: int, due: Sequence[Due]) -> list[Concern]:
    """What is wrong or odd about customers that are due, in few questions for any number of them."""
    rows = [row for one in due for row in one.rows]
    ids = sorted({row.partner_id for row in rows})
    if not ids:
        return []
    found = [*reachability(session, ids), *_balances(session, ids, rows), *_unapplied(session, ids)]
    return [*found, *_disputed(session, ids), *_drafts(session, ids, due)]


def reachability(session: AnySession, ids: Sequence[int]) -> list[Concern]:
    """Who has no address or a bad one, shares one or its domain with somebody, or can't be printed."""
    customers = session.execute(_ADDRESSES, {"ids": list(ids)}).all()
    doubtful = (Concern(*one) for one in addresses.doubtful(session, customers))
    return [*_addresses(customers), *doubtful, *_unprintable(customers)]


def _addresses(customers: Sequence[Any]) -> Iterator[Concern]:
    owners: dict[str, list[Any]] = {}
    for row in customers:
        if not row.addresses:
            yield Concern(row.id, "no_address", _("No address for statements"))
            continue
        try:
            for address in parse_addresses(row.addresses):
                owners.setdefault(address.lower(), []).append(row)
        except MailAddressError as error:
            yield Concern(row.id, "bad_address", str(error))
    for address, rows in owners.items():
        for row in rows if len(rows) > 1 else ():
            others = ", ".join(other.name for other in rows if other.id != row.id)
            reason = _("%(address)s is the address of %(others)s too", address=address, others=others)
            yield Concern(row.id, "shared_address", reason)


def _unprintable(customers: Sequence[Any]) -> Iterator[Concern]:
    printed = {r.id: "".join((r.name, r.street, r.postcode, r.city, r.country)) for r in customers}
    strange = set(boxes(printed.values()))
    for partner_id, said in printed.items():
        if characters := "".join(sorted(strange.intersection(said))):
            yield Concern(partner_id, "unprintable", why_unprintable(characters))


def _balances(session: AnySession, ids: Sequence[int], rows: Sequence[Candidate]) -> Iterator[Concern]:
    most = {(r.partner_id, r.currency_code): r.most for r in session.execute(_BEFORE, {"ids": list(ids)})}
    for row in rows:
        currency = row.currency_code or ""
        if row.closing < 0:
            owed = format_money(-row.closing, currency)
            yield Concern(row.partner_id, "credit_balance", _("We owe the customer %(amount)s", amount=owed))
        usual = most.get((row.partner_id, row.currency_code), Decimal(0))
        if usual and abs(row.closing) > ODD * usual:
            reason = _(
                "%(balance)s, at most %(usual)s on the last twelve statements",
                balance=format_money(row.closing, currency),
                usual=format_money(usual, currency),
            )
            yield Concern(row.partner_id, "odd_balance", reason)


def _unapplied(session: AnySession, ids: Sequence[int]) -> Iterator[Concern]:
    for row in session.execute(_UNAPPLIED, {"ids": list(ids)}):
        credit = format_money(-row.credit, row.currency_code)
        yield Concern(row.partner_id, "unapplied", _("%(amount)s are not applied to anything", amount=credit))


def _disputed(session: AnySession, ids: Sequence[int]) -> Iterator[Concern]:
    for row in session.execute(_DISPUTED, {"ids": list(ids)}):
        reason = ngettext("%(num)s line is disputed", "%(num)s lines are disputed", row.lines)
        yield Concern(row.partner_id, "disputed", reason)


def _drafts(session: AnySession, ids: Sequence[int], due: Sequence[Due]) -> Iterator[Concern]:
    until = max(one.period.end for one in due)
    for row in session.execute(_DRAFTS, {"ids": list(ids), "until": until}):
        reason = ngettext("%(num)s document is not posted", "%(num)s documents are not posted", row.drafts)
        yield Concern(row.partner_id, "draft", reason)


def without_address(partner: Any) -> Any:
    """The condition that a statement to this partner would have nowhere to go."""
    contact = m.PartnerContact
    has_contact = select(contact.id).where(
        contact.partner_id == partner.id, contact.role == "statement", contact.email != ""
    )
    return and_(partner.email == "", ~has_contact.exists())
