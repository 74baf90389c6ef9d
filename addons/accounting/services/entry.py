"""What nobody need type who enters an invoice or bill: what the partner had last, and what follows."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from addons.accounting.amounts import TaxRule, Totals, line_amount, tax_within, totals_of
from addons.accounting.services.chart import books_of, rules_of
from addons.accounting.services.papers import Paper
from addons.accounting.services.rates import rates_on
from addons.accounting.services.terms import discount_until, due_date, terms_of
from core import m
from core.db import AnySession, smallest_unit


def usual_values(
    session: AnySession, paper: Paper, partner_id: int | None, on: date | None
) -> dict[str, Any]:
    """The currency of a partner, and when a paper of this day is due: by terms, or as the last was."""
    partner = session.get(m.Partner, partner_id) if partner_id else None
    if partner is None:
        return {}
    document = paper.cls
    found: dict[str, Any] = {"currency_code": partner.currency_code or partner.company.currency_code}
    last = session.execute(
        select(document.date, document.due_date)
        .where(document.partner_id == partner_id, document.kind == paper.kind, document.state == "posted")
        .order_by(document.date.desc(), document.id.desc())
        .limit(1)
    ).first()
    term = terms_of(session, [partner.id], paper.side).get(partner.id)
    if on is not None and term is not None:
        found |= {"due_date": due_date(term, on), "discount_until": discount_until(term, on)}
        found["early_discount"] = term.discount
    elif on is not None:
        found["due_date"] = on + (last.due_date - last.date) if last is not None else on
    return found


def usual_rate(session: AnySession, company_id: int | None, currency: str, on: date | None) -> dict[str, Any]:
    """The exchange rate of the day, which the document will have; none where the table has none."""
    if company_id is None or on is None or not currency:
        return {}
    books = books_of(session, company_id)
    own = currency == books.currency
    rate = Decimal(1) if own else rates_on(session, books, [(currency, on)]).get((currency, on))
    return {"exchange_rate": rate}


def of_parts(session: AnySession, products: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Description and tax of each part; the tax where the company has only one."""
    if not products:
        return {}
    product, tax = m.Product, m.AccountingTax
    texts = session.execute(select(product.id, product.description).where(product.id.in_(products)))
    taxes = session.scalars(select(tax.id).where(tax.active).limit(2)).all()
    usual = {"tax_id": taxes[0]} if len(taxes) == 1 else {}
    return {key: {"description": text, **usual} for key, text in texts}


def usual_lines(
    session: AnySession, paper: Paper, partner_id: int | None, currency: str, products: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """For each part its description, and the price, discount and tax of this partner's last paper with it.

    A part that the partner never had takes the tax of the company, where there is only one.
    """
    found = of_parts(session, products)
    if not found:
        return {}
    document, line = paper.cls, paper.line_cls
    last = session.execute(
        select(line.product_id, line.unit_price, line.discount, line.tax_id)
        .join(document, document.id == getattr(line, paper.key))
        .where(document.partner_id == partner_id, document.currency_code == currency)
        .where(document.state == "posted", document.kind == paper.kind, line.product_id.in_(products))
        .order_by(line.product_id, document.date.desc(), line.id.desc())
        .ext(distinct_on(line.product_id))
    )
    for key, price, discount, tax in last:
        if key in found:
            found[key].update(unit_price=price, discount=discount, tax_id=tax)
    return found


def amounts_of(
    session: AnySession, lines: Sequence[Mapping[str, Any]], currency: str
) -> tuple[list[Decimal], Totals]:
    """The net of each line and the totals, as the document will have them when it is saved."""
    unit = smallest_unit(currency)
    rules = rules_of(session, {line["tax_id"] for line in lines if line.get("tax_id")})
    priced = [_priced(line, unit, rules) for line in lines]
    return [net for net, _tax, _within in priced], totals_of(priced, rules, unit)


def _priced(
    line: Mapping[str, Any], unit: Decimal, rules: Mapping[int, TaxRule]
) -> tuple[Decimal, int | None, Decimal]:
    """A line that is being typed, as `totals_of` takes it; a tax that there is not is none."""
    zero, tax_id = Decimal(0), line.get("tax_id")
    amount = line_amount(
        line.get("quantity") or zero, line.get("unit_price") or zero, unit, line.get("discount")
    )
    known = tax_id if tax_id in rules else None
    within = zero if known is None else tax_within(amount, rules[known], unit)
    return amount - within, known, within
