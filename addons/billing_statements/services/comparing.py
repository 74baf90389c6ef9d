"""A customer's own list against the lines of a statement, by the engine that suppliers' lists go through.

The list is read in any layout, and its columns are remembered for the customer; each of its lines is assigned
to one of ours, with the reason and what differs. A list of invoices alone, without parts, orders or delivery
notes, is compared document by document. Nothing is decided here: the list is kept beside the statement, and
what differs is said line by line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from addons.billing_statements.services.creation import RUN
from addons.billing_statements.services.details import Detail
from addons.matching.services.assigning import match
from addons.matching.services.lines import KINDS, Line, Match, Tolerances
from addons.matching.services.reading import Unread, read
from addons.matching.services.words import reason
from core import m
from core.db import AnySession, clean
from core.i18n import _
from core.records import attachments
from core.screens.panel.files import add_file
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record
from core.tabular.errors import FileError

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Compared:
    """Lines of ours and of theirs that belong together, or one that stands alone."""

    kind: str
    why: str
    ours: Sequence[Detail]
    theirs: Sequence[Line]

    @property
    def difference(self) -> Decimal:
        """What they have more than we, in net."""
        theirs = sum((line.value or _ZERO for line in self.theirs), _ZERO)
        return theirs - sum((line.net for line in self.ours), _ZERO)


@dataclass(frozen=True)
class Comparison:
    """All of it: what differs before what agrees, and what could not be read."""

    rows: Sequence[Compared]
    unread: Sequence[Unread]
    #: Whether documents were compared by their amounts, and not lines by their quantities.
    by_document: bool = False

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are of each kind."""
        return {kind: sum(row.kind == kind for row in self.rows) for kind in KINDS}


def lists_of(statement: Any) -> Any:
    """The condition that a file is a list of the customer: none of the statement's own papers."""
    file = m.Attachment
    mine = (file.model == "billing.statement") & (file.record_id == statement.id) & (file.document == "")
    return mine & (file.mimetype != "application/pdf") & file.removed_at.is_(None)


def count_lists(session: AnySession, statement: Any) -> int:
    """How many lists stand beside a statement."""
    return session.scalar(select(func.count(m.Attachment.id)).where(lists_of(statement))) or 0


def keep_list(
    session: AnySession, statement: Any, filename: str, contents: bytes, most: int | None = None
) -> Any:
    """Read a list, of so many lines at most, remember its columns, and keep the file beside the statement.

    Raises FileError.
    """
    acts.require(session, RUN)
    owner = f"partner:{statement.partner_id}:receivable"
    found = read(contents, m.MatchingMapping.recall(session, statement.company_id, owner))
    if most is not None and len(found.lines) > most:
        raise FileError(_("The list has more than %(n)s lines: send it by mail instead.", n=most))
    m.MatchingMapping.remember(session, statement.company_id, owner, found.mapping)
    kept = add_file(session, statement, filename, contents, actor_of(session))
    record(session, "compare", "billing.statement", [statement.id])
    return kept


def compare(session: AnySession, statement: Any, attachment: Any) -> Comparison:
    """What a list that was kept says against the statement; nothing is written. Raises FileError."""
    owner = f"partner:{statement.partner_id}:receivable"
    chosen = m.MatchingMapping.recall(session, statement.company_id, owner)
    found = read(attachments.read(attachment.sha256), chosen)
    if found.lines and not any(line.parts or line.order or line.delivery for line in found.lines):
        return Comparison(_in_order(_documents(statement, found.lines)), found.unread, by_document=True)
    ours = {line.line_id: line for line in m.BillingStatement.details(session, statement)}
    theirs = {line.key: line for line in found.lines}
    bounds = Tolerances(start=statement.period_start, end=statement.period_end)
    matches = match([_line(line) for line in ours.values()], list(theirs.values()), bounds)
    return Comparison(_in_order(_compared(one, ours, theirs) for one in matches), found.unread)


def _in_order(rows: Iterable[Compared]) -> list[Compared]:
    """What differs before what agrees, the largest first."""
    return sorted(rows, key=lambda row: (row.kind == "matched", -abs(row.difference)))


def _documents(statement: Any, theirs: Sequence[Line]) -> Iterator[Compared]:
    """Documents by their numbers, however they are spaced and dashed; the amounts of one are summed up."""
    of: dict[str, list[Line]] = {}
    for line in theirs:
        of.setdefault(clean(line.document), []).append(line)
    for line in statement.lines:
        ours, own = _document(line), of.pop(clean(line.number), [])
        same = own and sum((one.value or _ZERO for one in own), _ZERO) == line.amount
        kind = "matched" if same else "price" if own else "only_ours"
        yield Compared(kind, _("document no.") if own else "", [ours], own)
    for rest in of.values():
        yield Compared("only_theirs", "", [], rest)


def _document(line: Any) -> Detail:
    sign = Decimal(1 if line.amount >= 0 else -1)
    return Detail(
        line_id=line.id,
        date=line.date,
        number=line.number,
        order=line.reference,
        partner_number="",
        delivery="",
        part=line.number,
        maker="",
        description=line.document,
        quantity=sign,
        unit_price=abs(line.amount),
        discount=_ZERO,
        tax=None,
        net=line.amount,
    )


def _line(line: Detail) -> Line:
    price = line.unit_price * (100 - line.discount) / 100
    parts = tuple(filter(None, (line.part, line.partner_number)))
    return Line(
        line.line_id,
        line.quantity,
        price,
        parts,
        line.order,
        line.delivery,
        line.date,
        line.description,
        line.net,
    )


def _compared(one: Match, ours: Mapping[int, Detail], theirs: Mapping[int, Line]) -> Compared:
    us, them = [ours[key] for key in one.ours], [theirs[key] for key in one.theirs]
    quantities = (_quantity(us), _quantity(them))
    why = reason(one.agreements, one.causes, quantities, one.price_change)
    return Compared(one.kind, why, us, them)


def _quantity(lines: Sequence[Any]) -> Decimal | None:
    return sum((line.quantity for line in lines), _ZERO) if lines else None
