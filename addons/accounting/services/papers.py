"""Invoices to customers and bills of suppliers, each with its credit notes: compute and write them.

What holds of both (amounts, due dates, rates, numbers, posting, reversal) is written once; a `Paper` says in
what they differ.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from addons.accounting.amounts import TaxRule, Totals, price, totals_of
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.drafts import rows_of
from addons.accounting.services.rates import fill_rates
from addons.accounting.services.terms import discount_until, due_date, terms_of
from addons.accounting.services.window import why_outside
from core import m
from core.db import AnySession, reserve_ids, smallest_unit
from core.errors import UserError
from core.i18n import _
from core.models.fragment import class_name, table_name
from core.security import acts
from core.security.audit import record


@dataclass(frozen=True)
class Paper:
    """A family of documents: a first kind, and its credit notes."""

    #: The name of the model; those of its lines and taxes begin with it.
    model: str
    #: The kind that is no credit note, and the column by which lines and taxes point to their document.
    kind: str
    key: str
    #: On which of the partner's accounts it stands, in which journal.
    side: str
    journal: str
    #: By kind: whether what is open of it is owed to us (1) or by us (-1), and its sequence.
    signs: Mapping[str, int]
    sequences: Mapping[str, str]
    #: The permission to write drafts.
    write: str
    error: type[UserError]
    draft: type[Any]
    line: type[Any]
    #: What its lines and taxes go to, for each of a set that is being posted, before its sign:
    #: `(session, books, postings)` → the ledger's amounts by the id of the document.
    amounts: Callable[[AnySession, Books, Sequence[Any]], Mapping[int, list[Any]]]
    #: Refuses drafts and unsaved records beyond what holds of all.
    check: Callable[[AnySession, Sequence[Any]], None] | None = None
    #: Which rows can't be posted beyond that, and why.
    why_not: Callable[[Sequence[Any]], Mapping[int, str]] | None = None
    #: Which posted rows can't be taken back in whole, and why.
    why_not_reversed: Callable[[AnySession, Sequence[Any]], Mapping[int, str]] | None = None

    @property
    def cls(self) -> Any:
        """The model."""
        return getattr(m, class_name(self.model))

    @property
    def line_cls(self) -> Any:
        """The model of its lines."""
        return getattr(m, class_name(f"{self.model}_line"))

    @property
    def tax_cls(self) -> Any:
        """The model of its taxes."""
        return getattr(m, class_name(f"{self.model}_tax"))

    @property
    def table(self) -> str:
        """The name of its table."""
        return table_name(self.model)

    def sql(self, statement: str) -> TextClause:
        """A statement that names the tables `{table}`, `{table}_line`, `{table}_tax`, and `{key}`."""
        return _statement(statement, self.table, self.key)


@cache
def _statement(statement: str, table: str, key: str) -> TextClause:
    return text(statement.format(table=table, key=key))


def create(session: AnySession, paper: Paper, documents: Sequence[Any]) -> list[int]:
    """Write drafts, or unsaved records, with their amounts computed; returns their ids in the same order."""
    acts.require(session, paper.write)
    compute(session, paper, documents)
    drafts = [document for document in documents if isinstance(document, paper.draft)]
    _write(session, paper, drafts)
    session.add_all(document for document in documents if not isinstance(document, paper.draft))
    session.flush()
    return [document.id for document in documents]


def _write(session: AnySession, paper: Paper, drafts: Sequence[Any]) -> None:
    if not drafts:
        return
    table = paper.cls.__table__
    for draft, draft_id in zip(drafts, reserve_ids(session, table, len(drafts)), strict=True):
        draft.id = draft_id
    paper.cls._bulk(session, rows_of(table, drafts))
    paper.line_cls._bulk(session, (row for draft in drafts for row in _line_rows(paper, draft)))
    paper.tax_cls._bulk(session, (row for draft in drafts for row in tax_rows(paper, draft.id, draft.taxes)))
    record(session, "create", paper.model, [draft.id for draft in drafts])


def _line_rows(paper: Paper, draft: Any) -> Iterator[dict[str, Any]]:
    rows = rows_of(paper.line_cls.__table__, draft.lines, **{paper.key: draft.id})
    for position, row in enumerate(rows, start=1):
        yield {**row, "position": position}


def tax_rows(paper: Paper, document_id: int, taxes: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The taxes of a document as rows."""
    for tax in taxes:
        yield {paper.key: document_id, "tax_id": tax.tax_id, "base": tax.base, "amount": tax.amount}


def compute(session: AnySession, paper: Paper, documents: Sequence[Any]) -> None:
    """Set rate, due date and amounts of drafts from what was agreed.

    Raises the paper's error and RateError.
    """
    with session.no_autoflush:  # a line without its net is not ready for the database
        companies = {document.company_id for document in documents}
        books = {company_id: books_of(session, company_id) for company_id in companies}
        _fill_terms(session, paper, documents)
        for document in documents:
            _complete(paper, document, books[document.company_id])
        fill_rates(session, books, documents)
        for document in documents:
            _compute(paper, document, books[document.company_id].tax_rules)
        if paper.check is not None:
            paper.check(session, documents)


def _fill_terms(session: AnySession, paper: Paper, documents: Sequence[Any]) -> None:
    """Due date and early discount by what was agreed with the partner; else due on its day, and none."""
    open_ = [document for document in documents if _lacks_terms(document)]
    terms = terms_of(session, [document.partner_id for document in open_], paper.side) if open_ else {}
    for document in documents:
        term = terms.get(document.partner_id) if document.kind != "credit_note" else None
        if document.due_date is None:
            document.due_date = due_date(term, document.date) if term else document.date
        if document.early_discount is None:
            document.early_discount = term.discount if term else Decimal(0)
            document.discount_until = discount_until(term, document.date) if term else None


def _lacks_terms(document: Any) -> bool:
    return document.due_date is None or document.early_discount is None


def _complete(paper: Paper, document: Any, books: Books) -> None:
    problem = why_outside(books, document.date)
    if problem:
        raise paper.error(problem)
    if document.due_date < document.date:
        raise paper.error(_("The due date lies before the date of the document."))


def _compute(paper: Paper, document: Any, rules: Mapping[int, TaxRule]) -> None:
    if document.reverses_id is not None:
        return  # it takes back what was booked, by whatever rates that was
    unit = smallest_unit(document.currency_code)
    for line in document.lines:
        price(line, unit, rules)
    lines = ((line.net, line.tax_id, line.tax_within) for line in document.lines)
    _store(paper, document, totals_of(lines, rules, unit))


def _store(paper: Paper, document: Any, totals: Totals) -> None:
    document.net, document.tax, document.total = totals.net, totals.tax, totals.total
    if isinstance(document, paper.draft):
        document.taxes = totals.taxes
        return
    known = {t.tax_id: t for t in document.taxes}
    for tax in totals.taxes:
        row = known.pop(tax.tax_id, None)
        if row is None:
            document.taxes.append(paper.tax_cls(tax_id=tax.tax_id, base=tax.base, amount=tax.amount))
        else:
            row.base, row.amount = tax.base, tax.amount
    for gone in known.values():
        document.taxes.remove(gone)
