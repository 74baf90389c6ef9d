"""A document with three slots."""

from typing import Any

from core.documents import Documents

documents = Documents()


def _context(record: Any) -> dict[str, Any]:
    return {
        "company": record.company,
        "recipient": record.recipient,
        "number": record.number,
        "facts": [("Date", "1 Jun 2026"), ("Period", "1 – 31 May 2026"), ("Customer", record.partner)],
    }


documents.define(
    "specimen.statement",
    title="Statement of account",
    template="specimen_statement/statement.html",
    filename=lambda record: f"Statement {record.number}.pdf",
    context=_context,
    slots=("after_header", "after_lines", "after_totals"),
)
