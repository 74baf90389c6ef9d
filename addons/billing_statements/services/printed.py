"""The documents of a statement as they are printed, shown by a link, and written into its data."""

from typing import Any

from core.i18n import _l

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


def rows(statement: Any) -> list[dict[str, Any]]:
    """The lines that are printed, each with the balance after it; late entries come first."""
    balance, printed = statement.opening + statement.transferred, []
    lines = [line for line in statement.lines if line.kind != "brought_forward"]
    for line in sorted(lines, key=lambda line: (line.kind != "late", line.position)):
        balance += line.amount
        printed.append(
            {
                "line": line,
                "kind": KINDS[line.document],
                "late": line.kind == "late",
                "balance": balance,
                "debit": line.amount if line.amount > 0 else None,
                "credit": -line.amount if line.amount < 0 else None,
            }
        )
    return printed
