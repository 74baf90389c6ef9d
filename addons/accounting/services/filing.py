"""Write the drafts of the bills that a file holds, as the supplier wrote them.

The file says who asks, whom, and what for. It is refused where it is for somebody else, where its number was
there before, where its currency, a tax of it or who sends it is not known; otherwise all of it becomes a
draft whose total is that of the file, and the file is kept with it, with the files that it brought. Nothing
is half-booked: a refusal writes nothing, and a draft is compared by a person before it is posted.

A line's price may be written with more digits than are kept, or its net be changed by an allowance: then the
price is what the net comes to a unit, and what rounding leaves over is a line of its own. Example: 3 for
10.00 is 3 × 3.333333; 7,000,000 for 1,000.00 is 7,000,000 × 0.000143, 1,001.00, and a line of −1.00.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import literal_column, select

from addons.accounting.amounts import line_amount
from addons.accounting.services.bills import WRITE, BillError
from addons.accounting.services.drafts import BillDraft, BillLineDraft
from addons.accounting.services.einvoice.invoice import EInvoice, EInvoiceLine, NoInvoiceError, Party
from addons.accounting.services.einvoice.reading import read
from addons.accounting.services.listed import Said, invoices_of
from addons.products.services.numbers import find_for
from core import m
from core.db import AnySession, clean, cleaned, round_to, smallest_unit
from core.i18n import _
from core.screens.panel.files import FileRefusedError, add_file
from core.security import acts
from core.security.actor import actor_of

_ZERO = Decimal(0)
_PRICE, _QUANTITY, _MOST = Decimal("0.000001"), Decimal("0.0001"), Decimal(10) ** 13
#: How much two names have in common that are one company's: “Harbour Devices” and “Harbour Devices Inc.”.
_ALIKE = 85


def take_file(
    session: AnySession, company_id: int, name: str, content: bytes, partner_id: int | None, said: Said
) -> list[int]:
    """The drafts of the bills in a file; raises EInvoiceError, BillError and RateError."""
    acts.require(session, WRITE)
    found = _found(session, company_id, content, partner_id, said)
    made: list[int] = []
    for partner, invoice in found:
        # One after the other: what the first is for is not what the second is for.
        made += m.AccountingBill.create(session, [_draft(session, company_id, partner, invoice)])
        files = ((file.name, file.content) for file in invoice.files)
        _keep(session, made[-1], [(name, content), *files])
    return made


def _found(
    session: AnySession, company_id: int, content: bytes, partner_id: int | None, said: Said
) -> list[tuple[Any, EInvoice]]:
    """The invoice of a file with who asks for it; of a list, those that it holds."""
    try:
        invoice = read(content)
    except NoInvoiceError as error:
        if partner_id is None:
            hint = _("If it is a list, say whom it is from under “Supplier code”: a list does not.")
            raise BillError(f"{error} {hint}") from error
        partner = _supplier(session, company_id, Party(), partner_id)
        return [(partner, one) for one in invoices_of(session, partner, content, said)]
    _refuse_foreign(invoice, session.get_one(m.Company, company_id))
    return [(_supplier(session, company_id, invoice.seller, partner_id), invoice)]


def _refuse_foreign(invoice: EInvoice, company: Any) -> None:
    """By the number for value added tax where both are known, else by the name."""
    numbers, own = {clean(one) for one in invoice.buyer.tax_numbers}, clean(company.tax_number)
    if numbers and own:
        is_ours = own in numbers
    else:
        names = invoice.buyer.names
        is_ours = not names or any(_alike(name, company.name) for name in names)
    if not is_ours:
        raise BillError(
            _(
                "%(number)s is for %(buyer)s, not for %(company)s: it is not ours to pay.",
                number=invoice.number,
                buyer=", ".join([*invoice.buyer.names[:1], *invoice.buyer.tax_numbers[:1]]),
                company=company.name,
            )
        )


def _alike(one: str, other: str) -> bool:
    return bool(fuzz.token_set_ratio(one.lower(), other.lower()) >= _ALIKE)


def _supplier(session: AnySession, company_id: int, seller: Party, partner_id: int | None) -> Any:
    """Whom the user has chosen, else who has the seller's number for tax, or its name."""
    partner = m.Partner
    query = select(partner).where(partner.company_id == company_id, partner.is_supplier)
    if partner_id is not None:
        chosen = session.scalars(query.where(partner.id == partner_id)).one_or_none()
        if chosen is None:
            raise BillError(_("There is no such supplier: choose one of the list."))
        return chosen
    numbers = {clean(one) for one in (*seller.tax_numbers, *seller.ids)} - {""}
    names = {clean(one) for one in seller.names} - {""}
    tax_number: Any = literal_column(cleaned("partner.tax_number"))
    name: Any = literal_column(cleaned("partner.name"))
    named = query.where(partner.active, tax_number.in_(numbers) | name.in_(names)).order_by(partner.id)
    known = session.scalars(named).all()
    found = [one for one in known if clean(one.tax_number) in numbers] or known
    if len(found) == 1:
        return found[0]
    who = ", ".join([*seller.names[:1], *seller.tax_numbers[:1]]) or _("nobody that it names")
    if found:
        raise BillError(_("The bill is from %(who)s, and several suppliers are that: say which.", who=who))
    raise BillError(
        _(
            "The bill is from %(who)s, no supplier that is known: say whom it is from, and write the tax "
            "number on that supplier.",
            who=who,
        )
    )


def _draft(session: AnySession, company_id: int, partner: Any, invoice: EInvoice) -> BillDraft:
    if session.scalar(select(m.Currency.id).where(m.Currency.code == invoice.currency)) is None:
        raise BillError(_("%(code)s is no currency that is known.", code=invoice.currency))
    taxes = _taxes(session, company_id, invoice)
    lines = list(m.AccountingBill.lines_of_file(session, partner, invoice, taxes))
    lines += _charges(invoice, taxes)
    unit = smallest_unit(invoice.currency)
    left = invoice.net - sum(
        (line_amount(line.quantity, line.unit_price, unit, line.discount) for line in lines), _ZERO
    )
    if left:
        lines.append(BillLineDraft(None, _("Rounding"), Decimal(1), left))
    is_due = invoice.due_date is not None and invoice.due_date >= invoice.date
    return BillDraft(
        company_id,
        partner.id,
        invoice.date,
        invoice.currency,
        invoice.number[:1000],
        lines,
        invoice.kind,
        due_date=invoice.due_date if is_due else None,
        filed_total=invoice.total if invoice.says_taxes else None,
    )


def _taxes(session: AnySession, company_id: int, invoice: EInvoice) -> Mapping[Decimal, int]:
    """The tax of each percentage of the file; raises BillError."""
    tax = m.AccountingTax
    # Amounts of files are without tax; of several of one rate a single one goes before a group.
    query = select(tax.rate, tax.id).where(tax.company_id == company_id, tax.active, ~tax.included)
    query = query.order_by(tax.grouped.desc(), tax.id.desc())
    known = {Decimal(rate) * 100: key for rate, key in session.execute(query)}
    asked = {line.tax_percent for line in invoice.lines} | {one.tax_percent for one in invoice.charges}
    if not invoice.lines:
        asked = {one.percent for one in invoice.taxes}
    missing = sorted(percent for percent in asked if percent and percent not in known)
    if missing:
        raise BillError(
            _(
                "The bill has a tax of %(percent)s %% that is not known: add it among the taxes.",
                percent=format(missing[0].normalize(), "f"),
            )
        )
    return known


def tax_of(taxes: Mapping[Decimal, int], percent: Decimal | None) -> int | None:
    """The tax of a percentage, none for nothing."""
    return taxes[percent] if percent else None


def lines_of_file(
    session: AnySession, partner: Any, invoice: EInvoice, taxes: Mapping[Decimal, int]
) -> list[BillLineDraft]:
    """The lines of a file, with the parts that they name; those of its sums where it has no lines."""
    if not invoice.lines:
        return list(_of_sums(invoice, taxes))
    parts = parts_of(session, partner, invoice.lines)
    unit = smallest_unit(invoice.currency)
    return [
        draft_line(line, part, tax_of(taxes, line.tax_percent), unit)
        for line, part in zip(invoice.lines, parts, strict=True)
    ]


def _of_sums(invoice: EInvoice, taxes: Mapping[Decimal, int]) -> Iterator[BillLineDraft]:
    sums = [(tax.base, tax.percent) for tax in invoice.taxes] or [(invoice.net, None)]
    for base, percent in sums:
        yield BillLineDraft(None, _("As on the paper"), Decimal(1), base, tax_id=tax_of(taxes, percent))


def parts_of(session: AnySession, partner: Any, lines: Sequence[EInvoiceLine]) -> list[int | None]:
    """The part that each line names, beyond doubt: by our number, theirs, the maker's, or a barcode."""
    numbers = [
        (line.buyer_number, line.seller_number, line.maker_number, line.standard_number) for line in lines
    ]
    asked = [(number, partner.id) for of_line in numbers for number in of_line]
    hits = iter(find_for(session, partner.company_id, asked))
    found: list[int | None] = []
    for of_line in numbers:
        only = [hit.only for hit in (next(hits) for _number in of_line)]
        found.append(next((match.product_id for match in only if match is not None), None))
    return found


def draft_line(line: EInvoiceLine, part: int | None, tax_id: int | None, unit: Decimal) -> BillLineDraft:
    """A line as it stands in the file, at a price that gives its net."""
    description = line.description or line.seller_number or line.number
    quantity, price = priced(line, unit)
    return BillLineDraft(part, description[:1000], quantity, price, tax_id=tax_id)


def priced(line: EInvoiceLine, unit: Decimal) -> tuple[Decimal, Decimal]:
    """Quantity and unit price that give the net of a line, as near as they can."""
    quantity = line.quantity
    if not quantity or abs(quantity) >= _MOST or quantity != quantity.quantize(_QUANTITY):
        return Decimal(1), line.net
    stated = round_to(line.unit_price, _PRICE)
    if line_amount(quantity, stated, unit) == line.net:
        return quantity, stated
    return quantity, round_to(line.net / quantity, _PRICE)


def _charges(invoice: EInvoice, taxes: Mapping[Decimal, int]) -> Iterator[BillLineDraft]:
    """What is asked or allowed on the whole; not where its sums stand for lines, which know of it."""
    for charge in invoice.charges if invoice.lines else ():
        reason = charge.reason or (_("Charge") if charge.amount > 0 else _("Allowance"))
        tax_id = tax_of(taxes, charge.tax_percent)
        yield BillLineDraft(None, reason[:1000], Decimal(1), charge.amount, tax_id=tax_id)


def _keep(session: AnySession, bill_id: int, files: Sequence[tuple[str, bytes]]) -> None:
    """Keep the file with the draft, and the files that came in it; programs among these are left out."""
    bill, actor = session.get_one(m.AccountingBill, bill_id), actor_of(session)
    for place, (name, content) in enumerate(files):
        try:
            add_file(session, bill, name, content, actor)
        except FileRefusedError:
            if not place:
                raise
