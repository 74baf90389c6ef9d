"""Statements of suppliers as PDF, printed for a test."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from core.documents import Identity
from core.documents.engine import to_pdf

STYLE = """
@page { size: A4; margin: 15mm; @bottom-left { content: ""; width: 60mm } }
body { font: 9pt Latin, Chinese; overflow-wrap: normal; word-break: normal }
table { width: 100%; table-layout: auto; border-collapse: collapse } td, th { padding: 1mm; text-align: left }
tr { break-inside: avoid } .n { text-align: right } .dense td, .dense th { padding: 0; line-height: 1 }
"""
#: In two lines, with its currency.
HEAD = "Unit price<br>(USD)"


def printed(body: str) -> bytes:
    """A PDF of a page's body."""
    identity = Identity("statement", "FH-2025-10", "FH", datetime(2025, 11, 3, tzinfo=UTC))
    return to_pdf(f"<style>{STYLE}</style>{body}", identity, "Statement")


def statement(rows: Sequence[Sequence[Any]], *, total: bool = True) -> str:
    """Lines of day, order, delivery note, part, words, quantity, price and amount."""
    heads = ("Date", "PO no.", "Delivery note", "Part no.", "Description", "Qty", HEAD, "Amount")
    cells = "".join(f"<th{' class=n' if n > 4 else ''}>{head}</th>" for n, head in enumerate(heads))
    lines = "".join(f"<tr>{''.join(_cell(n, cell) for n, cell in enumerate(row))}</tr>" for row in rows)
    if total:
        lines += f"<tr><td colspan=7>Total</td><td class=n>{sum(row[-1] for row in rows):,.2f}</td></tr>"
    return (
        "<h1>丰华电子 Statement</h1><p>Fenghua Ltd<br>1 Harbour Street</p><p>FH-2025-10 of 2025-10-31</p>"
        f"<table><thead><tr>{cells}</tr></thead>{lines}</table><p>Thank you for your business.</p>"
    )


def _cell(n: int, cell: Any) -> str:
    if n == 5 and not isinstance(cell, str):
        cell = f"{cell:,}"
    if n == 7 and not isinstance(cell, str):
        cell = f"{cell:,.2f}"
    return f"<td{' class=n' if n > 4 else ''}>{escape(str(cell))}</td>"
