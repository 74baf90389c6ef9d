"""Payment runs with what they pay and why not, and bank accounts."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from addons.supplier_payments.services import bank_files
from core import m
from core.clock import today
from core.db import db
from core.i18n import _, _l, ngettext
from core.screens import Button, Column, Fact, Facts, Field, Filter, Screens, Section
from core.security.actor import actor_of, is_second

PREPARE, APPROVE = "supplier_payments.prepare", "supplier_payments.approve"
STATES = {
    "open": _l("Open"),
    "approved": _l("Approved"),
    "paid": _l("Paid"),
    "cancelled": _l("Cancelled"),
}

screens = Screens()


def is_open(run: Any) -> bool:
    """Whether the run may still be changed."""
    return bool(run is not None and run.state == "open")


def can_approve(run: Any) -> bool:
    """Whether the run waits for a second person, who this user may be."""
    return is_open(run) and is_second(db.session, run.user_id)


def can_confirm(account: Any) -> bool:
    """Whether the account waits for a second person, who this user may be."""
    waits = account is not None and account.confirmed_by_id is None
    return waits and is_second(db.session, account.entered_by_id)


def facts(session: Any, run: Any) -> list[Fact]:
    """What the run pays and saves, what it leaves, and what waiting would cost."""
    link = f"/m/payment.run_line.list?f.run_id={run.id}"
    currency = run.currency_code
    taken = [line for line in run.lines if line.taken]
    held = [line for line in run.lines if not line.taken and line.amount > 0]
    found = [
        Fact(
            _l("Pays"), _sum(taken, "amount") - _sum(taken, "discount"), currency, link=f"{link}&f.taken=yes"
        ),
        Fact(_l("Discounts kept"), _sum(taken, "discount"), currency),
        Fact(_l("Waiting would cost"), _sum(taken, "waiting_cost"), currency),
        Fact(_l("Held"), _sum(held, "amount"), currency, link=f"{link}&f.held=yes"),
    ]
    lost = _sum(held, "waiting_cost")
    if lost:
        found.append(Fact(_l("Discounts lost by that"), lost, currency, tone="bad"))
    if taken and is_open(run) and not can_approve(run):
        found.append(
            Fact(_l("Next step"), text=_("Somebody else who may approve payments agrees."), tone="bad")
        )
    if run.state in ("approved", "paid") and (why := bank_files.why_no_file(run)):
        found.append(Fact(_l("File for the bank"), text=why))
    return found


def facts_of_account(session: Any, account: Any) -> list[Fact]:
    """Who makes a new or changed account good for payments, where this user can't."""
    if account.confirmed_by_id is not None or can_confirm(account):
        return []
    return [Fact(_l("Next step"), text=_("Somebody else who may approve payments confirms it."), tone="bad")]


def _sum(lines: Any, name: str) -> Decimal:
    return sum((getattr(line, name) for line in lines), Decimal(0))


def usual(session: Any) -> dict[str, Any]:
    """A run of today in the currency of the books, a week before the next."""
    company = session.get_one(m.Company, actor_of(session).company_id)
    days = {"date": today(), "next_date": today() + timedelta(days=7)}
    return {**days, "currency_code": company.currency_code}


def propose(session: Any, run: Any) -> None:
    """Propose one run anew."""
    m.PaymentRun.propose(session, [run])


def approve(session: Any, run: Any) -> str:
    """Agree to a run of somebody else."""
    m.PaymentRun.approve(session, [run])
    return _("%(number)s is approved.", number=run.number)


def pay(session: Any, run: Any) -> str:
    """Post one run's payments."""
    made = m.PaymentRun.pay(session, [run])
    return ngettext("%(num)s payment is posted.", "%(num)s payments are posted.", len(made))


def cancel(session: Any, run: Any) -> None:
    """Give one run up."""
    m.PaymentRun.cancel(session, [run])


def confirm(session: Any, account: Any) -> str:
    """Confirm one account."""
    m.PaymentBankAccount.confirm(session, [account])
    return _("%(iban)s is confirmed.", iban=account.iban)


screens.list(
    "payment.run.list",
    model="payment.run",
    title=_l("Payment runs"),
    columns=[
        "number",
        Column("date", _l("Paid on")),
        Column("next_date", _l("Next run")),
        "currency_code",
        Column("cash_limit", _l("Limit")),
        Column("state", choices=STATES),
        Column("user_id", _l("By")),
        Column("approved_by_id", _l("Approved by")),
    ],
    filters=[Filter("state", choices=STATES), "date", "currency_code"],
    search=["number", "note"],
    order="-date",
    empty=_l(
        "A run proposes which bills are paid today, and goes to the bank once a second person has agreed."
    ),
)
screens.form(
    "payment.run.form",
    model="payment.run",
    title=_l("Payment run"),
    readonly=lambda run: run is not None,
    defaults=usual,
    head=("state", "date", "currency_code"),
    nodes=[
        Facts("sums", read=facts, visible=lambda run: run is not None),
        Section(
            "main",
            Field("number", readonly=True),
            Field("date", _l("Paid on")),
            Field("next_date", _l("Next run"), help=_l("What falls due before that day is paid now.")),
            "currency_code",
            Field("cash_limit", _l("Limit"), help=_l("Empty for all that is due.")),
            Field("account_id", _l("From our account")),
            Field("note"),
            Field("state", choices=STATES, readonly=True),
            Field("user_id", _l("By"), readonly=True),
            Field("approved_by_id", _l("Approved by"), readonly=True),
        ),
        Button(
            "lines",
            _l("Lines"),
            action="supplier_payments.lines_page",
            method="get",
            permission="supplier_payments.read",
            visible=lambda run: run is not None,
        ),
        Button(
            "approve", _l("Approve"), action=approve, permission=APPROVE, visible=can_approve, style="primary"
        ),
        Button(
            "pay",
            _l("Post payments"),
            action=pay,
            permission="supplier_payments.pay",
            visible=lambda run: run.state == "approved",
            style="primary",
            confirm=_l("Post one payment a supplier?"),
        ),
        Button(
            "file",
            _l("File for the bank"),
            action="supplier_payments.bank_file",
            permission=bank_files.FILE,
            visible=lambda run: not bank_files.why_no_file(run),
        ),
        Button(
            "advices",
            _l("Mail the advices"),
            action="supplier_payments.advices",
            permission="supplier_payments.pay",
            visible=lambda run: run.state == "paid",
        ),
        Button("propose", _l("Propose anew"), action=propose, permission=PREPARE, visible=is_open),
        Button(
            "cancel",
            _l("Cancel"),
            action=cancel,
            permission=PREPARE,
            visible=lambda run: run.state in ("open", "approved"),
            style="danger",
        ),
    ],
)
screens.list(
    "payment.run_line.list",
    model="payment.run_line",
    palette=False,
    title=_l("Payment lines"),
    columns=[
        "number",
        "partner_id",
        Column("reference", _l("Supplier's number")),
        Column("due_date", _l("Due")),
        "amount",
        Column("waiting_cost", _l("Waiting costs")),
        Column("taken", _l("Paid")),
        Column("hold", _l("Why not")),
        Column("run_id", shown=False),
        Column("discount_until", _l("Discount until"), shown=False),
        Column("discount", shown=False),
        Column("payment_id", shown=False),
    ],
    filters=[
        Filter("held", _l("Held"), where=lambda line: ~line.taken),
        "taken",
        "run_id",
        "partner_id",
        "due_date",
    ],
    search=["number", "reference", "partner_id"],
    group_by=["partner_id", "run_id"],
    order="id",
    create=False,
    source=(_l("Payment runs"), "payment.run.list"),
    empty=_l("What payment runs pay, and what they leave and why."),
)
screens.form(
    "payment.run_line.form",
    model="payment.run_line",
    title=_l("Payment line"),
    readonly=lambda line: True,
    create=False,
    nodes=[
        Section(
            "main",
            "run_id",
            "partner_id",
            Field("account_id", _l("Bank account")),
            "number",
            Field("reference", _l("Supplier's number")),
            "date",
            Field("due_date", _l("Due")),
            Field("discount_until", _l("Discount until")),
            "amount",
            "discount",
            Field("waiting_cost", _l("Waiting costs")),
            Field("hold", _l("Why not"), wide=True),
            "payment_id",
        )
    ],
)
screens.list(
    "payment.bank_account.list",
    model="payment.bank_account",
    title=_l("Bank accounts"),
    columns=[
        "partner_id",
        "holder",
        Column("iban", _l("IBAN")),
        Column("bic", _l("BIC")),
        Column("active", _l("Active")),
        Column("entered_by_id", _l("Entered by")),
        Column("confirmed_by_id", _l("Confirmed by")),
    ],
    filters=[
        Filter("waiting", _l("To be confirmed"), where=lambda account: account.confirmed_by_id.is_(None)),
        "partner_id",
    ],
    search=["iban", "holder", "partner_id"],
    order="-id",
    empty=_l("Accounts of suppliers, and ours: somebody else than who enters one confirms it."),
)
screens.form(
    "payment.bank_account.form",
    model="payment.bank_account",
    title=_l("Bank account"),
    nodes=[
        Facts("next", read=facts_of_account, visible=lambda account: account is not None),
        Section(
            "main",
            Field("partner_id", help=_l("Empty for an account of ours.")),
            "holder",
            Field("iban", _l("IBAN")),
            Field("bic", _l("BIC")),
            Field("active", _l("Active")),
            Field("entered_by_id", _l("Entered by"), readonly=True),
            Field("confirmed_by_id", _l("Confirmed by"), readonly=True),
        ),
        Button(
            "confirm",
            _l("Confirm"),
            action=confirm,
            permission=APPROVE,
            visible=can_confirm,
            style="primary",
            confirm=_l("Have you asked the supplier by a number that you knew before?"),
        ),
    ],
)
screens.extend("partner.form").after(
    "supplier_term_id",
    Field("payment_priority", _l("Priority of payment"), help=_l("1 is paid first, 9 last.")),
    Field("payment_hold", _l("Payments on hold because")),
)
