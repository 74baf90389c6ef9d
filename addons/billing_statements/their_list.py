"""What the customer's own list says against a statement, in words for the customer: on the page of the link.

What differs is proposed as a remark beside the document that it stands on, and what only they have as a note:
a customer who has brought a list has to write nothing. Nothing is disputed before a button is pressed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from addons.billing_statements.services import comparing
from addons.billing_statements.services.comparing import Compared, Comparison
from core.errors import UserError
from core.i18n import _, _l, format_money, format_number
from core.links import Table

#: So many rows stand on the page, those that differ first.
SHOWN = 300
#: Characters of a remark and of a note, as the page takes them.
LONGEST_REMARK, LONGEST_NOTE = 300, 1000
WORDS = {
    "matched": _l("Agrees"),
    "price": _l("Price or amount differs"),
    "quantity": _l("Quantity differs"),
    "only_ours": _l("Not on your list"),
    "only_theirs": _l("Only on your list"),
}
#: Lists of invoices have no payments: that those are missing is no difference.
_BILLED = ("invoice", "credit_note")


@dataclass(frozen=True)
class TheirList:
    """What the page shows of it; empty where there is none."""

    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = ()
    #: By the key of the statement's line.
    remarks: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def of(session: Any, statement: Any, file: Any, lines: Sequence[Any]) -> TheirList:
    """Compare a list that was kept with a statement, whose `lines` stand on the page."""
    if file is None:
        return TheirList()
    try:
        found = comparing.compare(session, statement, file)
    except UserError as error:  # it was read when it came: its columns were understood otherwise since
        return TheirList(facts=[(_("Your list"), str(error))])
    currency = statement.currency_code
    billed = {line.number: str(line.id) for line in lines if line.document in _BILLED}
    rows = [row for row in found.rows if not row.ours or row.ours[0].number in billed]
    return TheirList(
        facts=[(_("Your list"), f"{file.filename}: {_counted(rows, found)}")],
        tables=[_documents(rows, currency) if found.by_document else _lines(rows, currency)],
        remarks=_remarks(rows, billed, currency, found.by_document),
        note=_joined((_only_theirs(row, currency) for row in rows if not row.ours), LONGEST_NOTE),
    )


def _counted(rows: Sequence[Compared], found: Comparison) -> str:
    of = {kind: sum(row.kind == kind for row in rows) for kind in WORDS}
    counts = [f"{WORDS[kind]} {format_number(count)}" for kind, count in of.items() if count]
    unread = [_("not read %(n)s", n=len(found.unread))] if found.unread else []
    return ", ".join([*counts, *unread])


def _documents(rows: Sequence[Compared], currency: str) -> Table:
    """Documents by their amounts."""
    columns = (_("Result"), _("Document"), _("We have"), _("You have"))
    cells = [
        (str(WORDS[row.kind]), _document(row), _net(row.ours, currency), _theirs(row, currency))
        for row in rows[:SHOWN]
    ]
    return Table(_("Your list, line by line"), columns, cells)


def _document(row: Compared) -> str:
    return str(row.ours[0].number if row.ours else row.theirs[0].document)


def _net(lines: Sequence[Any], currency: str) -> str:
    return format_money(sum((line.net for line in lines), Decimal(0)), currency) if lines else ""


def _theirs(row: Compared, currency: str) -> str:
    known = [line.value for line in row.theirs if line.value is not None]
    return format_money(sum(known, Decimal(0)), currency) if known else ""


def _lines(rows: Sequence[Compared], currency: str) -> Table:
    """Lines by their quantities and prices."""
    named = (_("Result"), _("Document"), _("Part"))
    columns = (*named, _("We have"), _("You have"), _("Off by"), _("Reason"))
    return Table(_("Your list, line by line"), columns, [_cells(row, currency) for row in rows[:SHOWN]])


def _cells(row: Compared, currency: str) -> tuple[str, ...]:
    ours = format_number(sum(line.quantity for line in row.ours)) if row.ours else ""
    theirs = _quantity(row.theirs)
    difference = format_money(row.difference, currency) if row.difference else ""
    return str(WORDS[row.kind]), _document(row), _part(row), ours, theirs, difference, row.why


def _quantity(lines: Sequence[Any]) -> str:
    known = [line.quantity for line in lines if line.quantity is not None]
    return format_number(sum(known)) if known else ""


def _part(row: Compared) -> str:
    if row.ours:
        return str(row.ours[0].part or row.ours[0].description)
    first = row.theirs[0]
    return str(next(iter(first.parts), "") or first.text)


def _remarks(
    rows: Sequence[Compared], billed: Mapping[str, str], currency: str, by_document: bool
) -> dict[str, str]:
    said: dict[str, list[str]] = {}
    for row in rows:
        if row.ours and row.kind != "matched":
            words = _amount_in_words(row, currency) if by_document else _line_in_words(row, currency)
            said.setdefault(billed[row.ours[0].number], []).append(words)
    return {key: _joined(words, LONGEST_REMARK) for key, words in said.items()}


def _amount_in_words(row: Compared, currency: str) -> str:
    """As the customer would say it: `Price or amount differs: we have 90.00 USD`."""
    theirs = _theirs(row, currency)
    have = _("we have %(amount)s", amount=theirs)
    return f"{WORDS[row.kind]}: {have}" if theirs else str(WORDS[row.kind])


def _line_in_words(row: Compared, currency: str) -> str:
    """`Quantity differs: RC0603FR-0710KL qty 100 ≠ 90, -0.12 USD`, what is known of it."""
    more = format_money(row.difference, currency) if row.difference and row.theirs else ""
    details = ", ".join(filter(None, (f"{_part(row)} {row.why}".strip(), more)))
    return f"{WORDS[row.kind]}: {details}"


def _only_theirs(row: Compared, currency: str) -> str:
    first = row.theirs[0]
    named = " ".join(filter(None, (first.document, _part(row), first.order)))
    return f"{WORDS['only_theirs']}: {named} {format_money(row.difference, currency)}"


def _joined(words: Iterable[str], most: int) -> str:
    said = "; ".join(words)
    return said if len(said) <= most else f"{said[: most - 1]}…"
