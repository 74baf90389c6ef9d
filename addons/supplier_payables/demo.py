"""Three suppliers that are settled by period; one sent its list for last month, and a price is disputed."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from sqlalchemy import func, select, text, update

from addons.accounting.periods import Period, last_closed
from core import m
from core.clock import today
from core.security.actor import Actor, acting
from core.security.users import LogIn

SUPPLIERS = 3
_BUSIEST = text("""
    SELECT o.partner_id FROM purchasing_order o JOIN purchasing_order_line x ON x.order_id = o.id
      JOIN stock_move v ON v.purchase_line_id = x.id AND v.state = 'done' AND v.billed < v.quantity
     WHERE o.company_id = :company AND v.date <= :end
     GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT :most
""")
_STATED = text("""
    SELECT l.order_number, l.receipt, l.date, p.code, l.quantity, l.unit_price
      FROM payables_line l JOIN product p ON p.id = l.product_id
     WHERE l.statement_id = :id AND l.quantity > 0 ORDER BY l.position
""")


def load(session: Any, company: Any) -> list[LogIn]:
    """State last month once; whoever logs in as purchasing agrees on lines, and finance posts them."""
    run = m.PayablesRun
    if session.scalar(select(run.id).where(run.company_id == company.id).limit(1)):
        return []
    user = session.scalars(select(m.User).where(m.User.email == "purchasing@demo.example")).one_or_none()
    _give(session, "purchasing@demo.example", "supplier_payables.buyer")
    _give(session, "finance@demo.example", "supplier_payables.clerk")
    with acting(session, Actor(user and user.id, "demo", company.id, is_superuser=True)):
        _state(session, company, last_closed("monthly", today()))
    return []


def _give(session: Any, email: str, role: str) -> None:
    user = session.scalars(select(m.User).where(m.User.email == email)).one_or_none()
    if user is not None:
        user.roles.append(session.scalars(select(m.Role).where(m.Role.name == role)).one())


def _state(session: Any, company: Any, period: Period) -> None:
    chosen = {"company": company.id, "end": period.end, "most": SUPPLIERS}
    suppliers = session.scalars(_BUSIEST, chosen).all()
    partner = m.Partner.__table__
    theirs = partner.c.id == func.any(list(suppliers))
    session.execute(update(partner).where(theirs).values(settlement="period", price_tolerance=1))
    _run, made = m.PayablesRun.start(session, company.id, "monthly", period)
    for key in made[:1]:
        m.PayablesStatement.upload(session, key, "statement.xlsx", _list(session, key, period.end))
        match = m.PayablesMatch
        price = select(match).where(match.statement_id == key, match.kind == "price").limit(1)
        m.PayablesMatch.dispute(session, session.scalars(price).all(), "The price of the order was agreed")


def _list(session: Any, statement_id: int, end: date) -> bytes:
    """What the supplier states: one price higher, one line short, freight."""
    rows = [list(row) for row in session.execute(_STATED, {"id": statement_id})]
    rows[0][5] *= Decimal("1.08")
    if len(rows) > 2:
        rows[1][4] /= 2
        del rows[2]
    rows.append(["", "", end, "Freight", 1, 35])
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("PO no.", "Delivery note", "Date", "Part no.", "Qty", "Unit price"))
        for n, (order, note, day, part, quantity, price) in enumerate(rows, start=1):
            sheet.write_row(n, 0, (order, note, day.isoformat(), part, float(quantity), float(price)))
    return file.getvalue()
