"""The documents of a statement as they are printed, shown by a link, and written into its data."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.i18n import _, _l

#: What each document is called on paper.
KINDS = {
    "invoice": _l("Invoice"),
    "credit_note": _l("Credit note"),
    "payment": _l("Payment"),
    "refund": _l("Refund"),
    "netting": _l("Netting"),
    "write_off": _l("Write-off"),
    "reversal": _l("Reversal"),
}
#: What sums of a kind are called, in the order in which they stand.
SUMS = {
    "invoice": _l("Invoices"),
    "credit_note": _l("Credit notes"),
    "payment": _l("Payments"),
    "refund": _l("Refunds"),
    "netting": _l("Nettings"),
    "write_off": _l("Write-offs"),
    "reversal": _l("Reversals"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A document of a statement as it is printed, with the balance after it."""

    line: Any
    kind: Any
    #: Posted late into a period that was stated already.
    late: bool
    balance: Decimal
    debit: Decimal | None
    credit: Decimal | None


def rows(statement: Any) -> list[Row]:
    """The lines that are printed, each with the balance after it; late entries come first."""
    balance, printed = statement.opening + (statement.transferred or 0), []
    lines = [line for line in statement.lines if line.kind != "brought_forward"]
    for line in sorted(lines, key=lambda line: (line.kind != "late", line.position)):
        balance += line.amount
        charged, credited = line.amount > 0, line.amount < 0
        printed.append(
            Row(
                line=line,
                kind=KINDS[line.document],
                late=line.kind == "late",
                balance=balance,
                debit=line.amount if charged else None,
                credit=-line.amount if credited else None,
            )
        )
    return printed


def movements(statement: Any) -> list[tuple[Any, Decimal]]:
    """What leads from the opening to the closing balance, a sum a kind of document."""
    sums: dict[str, Decimal] = {}
    for line in statement.lines:
        if line.kind != "brought_forward":
            sums[line.document] = sums.get(line.document, Decimal(0)) + line.amount
    brought = [(_("Of branches"), statement.transferred)] if statement.transferred else []
    return brought + [(name, sums[kind]) for kind, name in SUMS.items() if kind in sums]


def open_documents(statement: Any) -> list[tuple[Any, Any]]:
    """What was still open at the period's end, with the kind in words; for customers who want that listed."""
    listed = statement.open_documents if statement.form == "open_items" else ()
    return [(KINDS[one.document], one) for one in listed]
