"""Invoices and bills from files: a row a line, rows with one document number make one document.

What other systems export as a cancellation, lines with negative quantities, becomes a credit note with
positive ones: the sign of the document's total decides. Partners and parts that are not known yet are
made. A document that was imported before is found by its number: with the same contents it is left as it is,
with others it is refused with what changed, since what is posted does not change.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from addons.accounting.amounts import line_amount
from addons.accounting.imports.known import known_documents, what_changed
from addons.accounting.imports.lines import AmountError, amounts_of, checked_discount
from addons.accounting.imports.repeated import REPEATED, report_repeated
from addons.accounting.imports.taxes import TaxError, Taxes
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.papers import Paper
from addons.accounting.services.rates import no_rate, rates_on
from addons.accounting.services.terms import terms_of
from addons.accounting.services.window import why_outside
from addons.partners.services import ensure_partners
from addons.products.services.codes import ensure_products
from core.db import smallest_unit
from core.exchange.convert import integer
from core.exchange.targets import Document, Row, TargetOption
from core.i18n import _, _l
from core.security.actor import actor_of


@dataclass(frozen=True)
class Columns:
    """How the rows of a file become papers of a family."""

    paper: Paper
    #: The field with the partner's code; the one with the name is called so and `_name`.
    partner: str
    #: What a partner is that the rows bring; its name where they have none, for a code.
    role: Mapping[str, bool]
    unnamed: Callable[[str], str]


def book(columns: Columns, session: Any, documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Book and post the documents that are new; see the module."""
    company_id = actor_of(session).company_id
    if company_id is None:
        raise ValueError("an import belongs to a company")
    report_repeated(documents, options)
    source = _Source.of(session, columns, books_of(session, company_id), documents, options)
    found = ((document, source.draft(document)) for document in documents)
    drafts = [(document, draft) for document, draft in found if draft is not None]
    new = _without_known(session, columns.paper, company_id, drafts)
    ids = columns.paper.cls.create(session, [draft for _document, draft in new])
    columns.paper.cls.post(session, ids)
    for (document, _draft), made in zip(new, ids, strict=True):
        document.booked(made)


def _without_known(
    session: Any, paper: Paper, company_id: int, drafts: Sequence[tuple[Document, Any]]
) -> list[tuple[Document, Any]]:
    """The documents that no earlier import brought; those that it did are marked."""
    known = known_documents(session, paper, company_id, [document.key for document, _draft in drafts])
    new = []
    for document, draft in drafts:
        before = known.get(document.key)
        if before is None:
            new.append((document, draft))
        elif changed := what_changed(before, draft):
            document.refuse(
                _(
                    "Document %(key)s was imported as %(number)s; this file has another %(changed)s: reverse "
                    "%(number)s, or give this one another number.",
                    key=document.key,
                    number=before.number,
                    changed=", ".join(changed),
                )
            )
        else:
            document.unchanged(before.id)
    return new


@dataclass(frozen=True)
class _Parties:
    """The partners and parts of a chunk, by their codes."""

    partners: Mapping[str, int]
    products: Mapping[str, int]

    @classmethod
    def of(cls, session: Any, columns: Columns, company_id: int, documents: Sequence[Document]) -> "_Parties":
        partners: dict[str, dict[str, Any]] = {}
        products: dict[str, dict[str, Any]] = {}
        for row in (row for document in documents for row in document.rows):
            values = row.values
            partners.setdefault(values[columns.partner], _new_partner(columns, values))
            if values["product"]:
                products.setdefault(values["product"], _new_product(values))
        return cls(
            ensure_partners(session, company_id, partners), ensure_products(session, company_id, products)
        )


def _new_partner(columns: Columns, values: Mapping[str, Any]) -> dict[str, Any]:
    name = values[f"{columns.partner}_name"] or columns.unnamed(values[columns.partner])
    return {"name": name, "country": values["country"] or "", **columns.role}


def _new_product(values: Mapping[str, Any]) -> dict[str, Any]:
    """A code without a digit is no part: postage, bank charges, a discount."""
    kind = "goods" if any(c.isdigit() for c in values["product"]) else "service"
    return {"description": values["description"] or "", "kind": kind}


@dataclass(frozen=True)
class _Source:
    """What turns the documents of a chunk into drafts."""

    columns: Columns
    books: Books
    parties: _Parties
    taxes: Taxes
    rates: Mapping[tuple[str, Any], Decimal]
    #: The partners who have agreed terms; the others have the days of the option.
    with_terms: Container[int]
    payment_days: int

    @classmethod
    def of(
        cls,
        session: Any,
        columns: Columns,
        books: Books,
        documents: Sequence[Document],
        options: Mapping[str, Any],
    ) -> "_Source":
        foreign = [
            (row.values["currency"], row.values["date"])
            for document in documents
            for row in document.rows
            if row.values["currency"] not in (None, books.currency) and row.values["exchange_rate"] is None
        ]
        parties = _Parties.of(session, columns, books.company_id, documents)
        return cls(
            columns,
            books,
            parties,
            Taxes.of(session, books.company_id),
            rates_on(session, books, foreign),
            terms_of(session, parties.partners.values(), columns.paper.side),
            options.get("payment_days") or 0,
        )

    def draft(self, document: Document) -> Any:
        """The document as a draft; None where it, or all of its rows, are refused."""
        first = next((row.values for row in document.rows if not row.reason), None)
        if first is None or not self._agrees(document, first):
            return None
        on = min(row.values["date"] for row in document.rows if not row.reason)
        currency = first["currency"] or self.books.currency
        rate = self._rate(document, currency, on, first["exchange_rate"])
        lines = [line for row in document.rows if (line := self._line(row, currency)) is not None]
        if rate is None or not lines or any(row.field in LINE_FIELDS for row in document.rows):
            _refuse_with_its_rows(document)
            return None
        unit = smallest_unit(currency)
        amounts = (line_amount(line.quantity, line.unit_price, unit, line.discount) for line in lines)
        total = sum(amounts, Decimal(0))
        for line in lines if total < 0 else ():
            line.quantity = -line.quantity
        partner_id = self.parties.partners[first[self.columns.partner]]
        return self.columns.paper.draft(
            company_id=self.books.company_id,
            kind=self.columns.paper.kind if total >= 0 else "credit_note",
            partner_id=partner_id,
            date=on,
            due_date=first["due_date"] or self._due(partner_id, on),
            currency_code=currency,
            exchange_rate=rate,
            reference=first.get("reference") or document.key,
            external_id=document.key,
            lines=lines,
        )

    def _due(self, partner_id: int, on: Any) -> Any:
        """None where the partner's terms say it."""
        return None if partner_id in self.with_terms else on + timedelta(days=self.payment_days)

    def _agrees(self, document: Document, first: Mapping[str, Any]) -> bool:
        """Whether the rows are of one document that may be dated so; refuses it where they are not."""
        rows = [row.values for row in document.rows if not row.reason]
        on = min(values["date"] for values in rows)
        outside = why_outside(self.books, on)
        partner = self.columns.partner
        if any(values[partner] != first[partner] for values in rows):
            document.refuse(_("One document names two partners: give each its own number."), partner)
        elif any(values["currency"] != first["currency"] for values in rows):
            document.refuse(_("One document has two currencies: give each its own number."), "currency")
        elif first["due_date"] is not None and first["due_date"] < on:
            document.refuse(_("The due date lies before the date of the document."), "due_date")
        elif outside:
            document.refuse(outside, "date")
        else:
            return True
        return False

    def _rate(self, document: Document, currency: str, on: Any, given: Decimal | None) -> Decimal | None:
        if currency == self.books.currency:
            if given in (None, 1):
                return Decimal(1)
            document.refuse(_("%(currency)s is the currency of the books: its rate is 1.", currency=currency))
            return None
        rate = given or self.rates.get((currency, on))
        if rate is None:
            document.refuse(no_rate(currency, on), "currency")
        elif rate < 0:
            document.refuse(_("An exchange rate is above zero."), "exchange_rate")
        return rate

    def _line(self, row: Row, currency: str) -> Any:
        """The row as a line, with the sign that it has in the file."""
        if row.reason:
            return None
        values = row.values
        unit = smallest_unit(currency)
        try:
            discount = checked_discount(values["discount"])
            quantity, price = amounts_of(
                values["quantity"], values["unit_price"], values["amount"], unit, discount
            )
            amount = line_amount(quantity, price, unit, discount)
            tax_id = self.taxes.find(values["tax"], values["tax_amount"], amount, unit)
        except (AmountError, TaxError) as error:
            row.report(str(error), error.field)
            return None
        product = values["product"]
        return self.columns.paper.line(
            description=values["description"] or "",
            quantity=quantity,
            unit_price=price,
            product_id=self.parties.products[product] if product else None,
            tax_id=tax_id,
            discount=discount,
        )


#: A document with a line that can't be told is not booked without that line.
LINE_FIELDS = ("quantity", "unit_price", "discount", "amount", "tax", "tax_amount")


def _refuse_with_its_rows(document: Document) -> None:
    first = next((row for row in document.rows if row.field in LINE_FIELDS), None)
    if first is not None:
        document.refuse(_("Row %(row)s of this document is wrong.", row=first.number))


OPTIONS = (
    TargetOption("payment_days", _l("Days to pay, where no due date is given"), integer(), default=30),
    REPEATED,
)
