"""Orders from files, such as a customer's order list: rows with one number of theirs make one quotation.

Problem: a list names parts as the customer does, repeats an order in several rows, and has a few rows that
nobody can read. Rule: a part is what its number names beyond doubt; where it names none or several, the row
is reported with the nearest ones; so is what repeats another row, or has a price that can't be meant. The
other rows of the order are kept. A list that comes again adds what the quotation does not have yet, so that
a corrected file completes it; what is ordered already is not changed
by a file. Example: PO-7 with RC0603 × 100 and RC0630 × 50, of which there is none → a quotation over the
first; the same list with RC0603 in both rows adds the second.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.accounting.imports.repeated import REPEATED, report_repeated
from addons.partners.services import ids_by_code
from addons.products.services import numbers
from addons.sales.imports.fields import FIELDS
from addons.sales.imports.prices import CHECKED, Wanted, report_strange
from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from core import m
from core.exchange.convert import code_of
from core.exchange.targets import Document, Row, Target, TargetOption
from core.i18n import _, _l
from core.sayings import say
from core.security.actor import actor_of

Key = tuple[int, str]


def book(session: Any, documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Make the quotations that are new, complete those that are there; see the module."""
    company_id = actor_of(session).company_id
    if company_id is None:
        raise ValueError("an import belongs to a company")
    report_repeated(documents, options)
    chunk = _Chunk.of(session, company_id, documents, options.get("customer") or "")
    report_strange(session, chunk.wanted(documents), options)
    new, completed = [], []
    drafts = ((document, chunk.draft(document)) for document in documents)
    for document, draft in ((document, draft) for document, draft in drafts if draft is not None):
        known = chunk.known.get((draft.partner_id, document.key))
        if known is None:
            new.append((document, draft))
        elif _complete(document, known, draft):
            completed.append(known)
    ids = m.SalesOrder.create(session, [draft for _document, draft in new])
    for (document, _draft), order_id in zip(new, ids, strict=True):
        document.booked(order_id)
    m.SalesOrder.compute(session, completed)
    session.flush()
    if options.get("confirm") == "yes":
        m.SalesOrder.confirm(session, [*ids, *(order.id for order in completed)])


@dataclass(frozen=True)
class _Chunk:
    """What the documents of a chunk name: customers, parts, and orders that are there."""

    company_id: int
    #: Of rows that name none.
    customer: str
    partners: Mapping[str, int]
    #: By customer and what the file calls a part.
    parts: Mapping[Key, numbers.Hits]
    known: Mapping[Key, Any]

    @classmethod
    def of(cls, session: Any, company_id: int, documents: Sequence[Document], customer: str) -> "_Chunk":
        codes = {row.values["customer"] for document in documents for row in document.rows} | {customer}
        partners = ids_by_code(session, company_id, codes - {None, ""})
        asked = {
            (row.values["part"], partner)
            for document in documents
            if (partner := partners.get(_customer(document, customer))) is not None
            for row in document.rows
        }
        found = numbers.find_for(session, company_id, sorted(asked))
        return cls(
            company_id,
            customer,
            partners,
            {(partner, hits.text): hits for (_text, partner), hits in zip(sorted(asked), found, strict=True)},
            _known(session, {partner for _text, partner in asked}, documents),
        )

    def wanted(self, documents: Sequence[Document]) -> list[Wanted]:
        """Of each document whose customer is known which part a row names beyond doubt."""
        found: list[Wanted] = []
        for document in documents:
            partner = self.partners.get(_customer(document, self.customer))
            if partner is not None:
                hits = {row.number: self.parts[partner, row.values["part"]].only for row in document.rows}
                found.append((document, partner, {n: one.product_id for n, one in hits.items() if one}))
        return found

    def draft(self, document: Document) -> OrderDraft | None:
        """The quotation that the rows make; None where nothing can be made of them, which they say."""
        reason, field = self._why_not(document)
        if reason:
            document.refuse(reason, field)
            return None
        partner = self.partners[_customer(document, self.customer)]
        lines = [line for row in document.rows if (line := self._line(row, partner)) is not None]
        if not lines:
            document.refuse(_("No row of this order can be read."))
            return None
        first = document.rows[0].values
        return OrderDraft(
            self.company_id,
            partner,
            lines,
            date=first["date"],
            currency_code=first["currency"] or "",
            reference=document.key,
        )

    def _why_not(self, document: Document) -> tuple[str, str]:
        first = document.rows[0].values
        for name, label in (
            ("customer", _("customers")),
            ("currency", _("currencies")),
            ("date", _("dates")),
        ):
            if any(row.values[name] != first[name] for row in document.rows):
                return _("One order has two %(what)s: give each its own number.", what=label), name
        code = _customer(document, self.customer)
        if not code:
            return _(
                "This order has no customer: name one in a column, or choose one for the file."
            ), "customer"
        if code not in self.partners:
            return _(
                "There is no customer %(code)s: import or add the customer first.", code=code
            ), "customer"
        return "", ""

    def _line(self, row: Row, partner: int) -> OrderLineDraft | None:
        """The row as a line; None where it is reported."""
        values = row.values
        if row.reason:
            return None
        part = self.parts[partner, values["part"]].only
        if part is None or not part.active:
            row.report(_unknown(values["part"], self.parts[partner, values["part"]]), "part")
        elif values["quantity"] <= 0:
            row.report(_("Order a quantity above zero; what comes back is a return."), "quantity")
        elif values["unit_price"] is not None and values["unit_price"] < 0:
            row.report(_("A price is not below zero."), "unit_price")
        if row.reason or part is None:
            return None
        price = values["unit_price"]
        return OrderLineDraft(
            part.product_id,
            values["quantity"],
            price,
            values["description"] or "",
            partner_number=part.number if part.kind == "customer" else "",
            price_origin=say("the customer's order") if price is not None else "",
            promised=values["promised"],
            note=values["note"] or "",
        )


def _customer(document: Document, default: str) -> str:
    return document.rows[0].values["customer"] or default


def _unknown(said: str, hits: numbers.Hits) -> str:
    exact = [match for match in hits.matches if not match.similar]
    names = ", ".join(match.code for match in exact or hits.matches)
    if len(exact) == 1:
        return _("%(code)s is archived: restore it, or choose another part.", code=names)
    if exact:
        return _(
            "Several parts are called “%(part)s”: write our code, one of %(codes)s.", part=said, codes=names
        )
    if names:
        return _("No part is called “%(part)s”; similar ones are %(codes)s.", part=said, codes=names)
    return _("No part is called “%(part)s”: add the part, or the customer's number of it.", part=said)


def _known(session: Any, partners: Collection[int], documents: Sequence[Document]) -> dict[Key, Any]:
    """The orders that customers have under these numbers, the last of each."""
    order = m.SalesOrder
    query = select(order).where(
        order.partner_id.in_(partners),
        order.reference.in_([document.key for document in documents]),
        order.state != "cancelled",
    )
    return {(found.partner_id, found.reference): found for found in session.scalars(query.order_by(order.id))}


def _complete(document: Document, order: Any, draft: OrderDraft) -> bool:
    """Add to a quotation what it does not have; whether there was anything. Says so, or why it can't be."""
    there = Counter(_same(line) for line in order.lines)
    missing = [line for line in draft.lines if not _taken(there, line)]
    if not missing:
        document.unchanged(order.id)
        return False
    if order.state != "quotation":
        document.refuse(
            _(
                "%(number)s has this order number and is confirmed: change it there, or give this order "
                "another number.",
                number=order.number,
            )
        )
        return False
    position = max((line.position for line in order.lines), default=0)
    for place, line in enumerate(missing, start=position + 1):
        order.lines.append(_record(line, place))
    document.booked(order.id)
    return True


def _same(line: Any) -> tuple[int, Decimal]:
    return line.product_id, line.quantity


def _taken(there: Counter[tuple[int, Decimal]], line: Any) -> bool:
    """Whether the quotation has a line like it that no other row stands for."""
    there[_same(line)] -= 1
    return there[_same(line)] >= 0


def _record(line: OrderLineDraft, position: int) -> Any:
    names = ("product_id", "quantity", "unit_price", "description", "partner_number", "price_origin")
    values = {name: getattr(line, name) for name in (*names, "promised", "note")}
    return m.SalesOrderLine(position=position, discount=line.discount, **values)


TARGET = Target(
    name="sales.order",
    title=_l("Orders"),
    permission="sales.write",
    group_by="order",
    in_part=True,
    book=book,
    fields=FIELDS,
    options=(
        TargetOption(
            "customer",
            _l("Customer code"),
            code_of("partner"),
            default="",
            help=_l("Whose orders these are, where the file does not say."),
        ),
        TargetOption(
            "confirm",
            _l("What becomes of them"),
            default="no",
            choices={"no": _l("quotations"), "yes": _l("orders, confirmed unless something holds them")},
        ),
        CHECKED,
        REPEATED,
    ),
)
