"""Runs, letters and documents, steps and holds."""

from typing import Any

from sqlalchemy import func, select

from addons.dunning.names import LETTER_STATES, LETTERS, RUN_STATES
from addons.dunning.services.errors import DunningError
from addons.dunning.services.proposing import came_since, out_of_order
from core import m
from core.clock import today
from core.db import db
from core.i18n import _, _l, ngettext
from core.screens import (
    Button,
    Column,
    Fact,
    Facts,
    Field,
    Filter,
    Grid,
    Narrowing,
    Screens,
    Section,
)

RUN, SEND = "dunning.run", "dunning.send"
screens = Screens()


def is_open(run: Any) -> bool:
    """Whether the run may still be changed."""
    return bool(run is not None and run.state == "open")


def facts(session: Any, run: Any) -> list[Fact]:
    """How many letters it has, for how much, and what is left out."""
    letter, line = m.DunningLetter, m.DunningLine
    found: list[Fact] = []
    going = (letter.run_id == run.id) & (letter.left_out == "")
    link = f"/m/dunning.letter.list?f.run_id={run.id}"
    asked = select(letter.currency_code, func.count(), func.sum(letter.total)).where(going)
    rows = session.execute(asked.group_by(letter.currency_code).order_by(letter.currency_code)).all()
    count = sum(number for _code, number, _total in rows)
    found.append(Fact(_l("Letters"), text=str(count), link=link))
    found += [Fact(_l("Asked for"), total, code, link=link) for code, _number, total in rows]
    left_out = session.scalar(select(func.count()).where(letter.run_id == run.id, letter.left_out != ""))
    if left_out:
        found.append(Fact(_l("Letters left out"), text=str(left_out), link=f"{link}&f.out=yes"))
    without = session.scalar(select(func.count()).where(line.run_id == run.id, line.reason != ""))
    if without:
        lines = f"/m/dunning.line.list?f.run_id={run.id}&f.out=yes"
        found.append(Fact(_l("Documents left out"), text=str(without), link=lines))
    return found


def propose(session: Any, run: Any) -> None:
    """Propose one run anew."""
    m.DunningRun.propose(session, [run])


def release(session: Any, run: Any) -> str:
    """Let the letters of one run out."""
    count = m.DunningRun.release(session, [run])
    return ngettext("%(num)s letter is released.", "%(num)s letters are released.", count)


def ask_to_release(run: Any) -> str:
    """What releasing asks: whether letters go out that leave out what came since."""
    asked = _("Number the letters that are not left out, and let them go out?")
    came = came_since(db.session, run)
    if not came:
        return asked
    late = _("These are overdue too and came after the proposal: %(numbers)s. Propose it anew.", numbers=came)
    return f"{late} {asked}"


def cancel(session: Any, run: Any) -> None:
    """Give one run up."""
    m.DunningRun.cancel(session, [run])


def send(session: Any, run: Any) -> str:
    """Start mailing what is released of one run."""
    m.DunningRun.send(session, [run])
    return _("The letters are being sent: see the job.")


def charge(session: Any, letter: Any) -> str:
    """Invoice fee and interest of one letter, today."""
    (invoice,) = m.DunningLetter.charge(session, [letter], today())
    number = session.get(m.AccountingInvoice, invoice).number
    return _("%(number)s is posted.", number=number)


def can_charge(letter: Any) -> bool:
    """Whether fee or interest of the letter may still be invoiced."""
    charged = letter.invoice is not None and letter.invoice.reversed_by is None
    return letter.state in ("released", "sent") and not charged and bool(letter.fee + letter.interest)


def facts_of_partner(session: Any, partner: Any) -> list[Fact]:
    """The last step by which the customer was asked, while something of it is still open."""
    letter, line, item = m.DunningLetter, m.DunningLine, m.AccountingOpenItem
    asked = (
        select(letter)
        .join(line, line.letter_id == letter.id)
        .join(item, item.id == line.open_item_id)
        .where(letter.partner_id == partner.id, line.live, item.allocated != item.amount)
        .order_by(letter.date.desc(), letter.id.desc())
        .limit(1)
    )
    last = session.scalars(asked).first()
    if last is None:
        return []
    link = f"/m/dunning.letter.list?f.partner_id={partner.id}"
    return [Fact(_l("Dunning"), text=last.step.name, link=link, tone="bad")]


def no_wrong_steps(session: Any, step: Any) -> None:
    """Refuse a step that comes no later than the one before it."""
    other = m.DunningStep
    own = (other.company_id == step.company_id) & (other.id != (step.id or 0))
    with session.no_autoflush:
        for one in session.scalars(select(other).where(own)):
            if (one.position < step.position) != (one.days < step.days):
                raise DunningError(out_of_order())


screens.extend("partner.form").before("main", Facts("dunning", read=facts_of_partner))
screens.extend("partner.form").after(
    "payment_term_id",
    Field("arrears_rate", _l("Interest on arrears %"), help=_l("A year; empty for that of the company.")),
)
screens.extend("company.form").after(
    "write_off_limit",
    Field("arrears_rate", _l("Interest on arrears %"), help=_l("A year; 0 where none is asked for.")),
)
screens.list(
    "dunning.run.list",
    model="dunning.run",
    title=_l("Dunning runs"),
    columns=[
        "number",
        "date",
        Column("state", choices=RUN_STATES),
        Column("user_id", _l("By")),
        "released_at",
    ],
    filters=[Filter("state", choices=RUN_STATES), "date"],
    search=["number"],
    order="-date",
    empty=_l("A run proposes who is asked to pay, at which step; somebody looks at it and releases it."),
)
screens.form(
    "dunning.run.form",
    model="dunning.run",
    title=_l("Dunning run"),
    readonly=lambda run: run is not None and run.id is not None,
    defaults=lambda session: {"date": today()},
    head=("state", "date"),
    nodes=[
        Facts("sums", read=facts, visible=lambda run: run is not None),
        Section(
            "main",
            Field("number", readonly=True),
            Field("date", help=_l("What is overdue at the end of this day; interest runs up to it.")),
            Field("state", choices=RUN_STATES, readonly=True),
            Field("user_id", _l("By"), readonly=True),
            Field("released_at", readonly=True),
        ),
        Button(
            "review",
            _l("Letters…"),
            action="dunning.review",
            method="get",
            permission="dunning.read",
            visible=lambda run: run is not None,
            style="primary",
        ),
        Button(
            "release",
            _l("Release"),
            action=release,
            permission=SEND,
            visible=is_open,
            confirm=ask_to_release,
        ),
        Button(
            "send",
            _l("Send"),
            action=send,
            permission=SEND,
            visible=lambda run: run.state == "released",
            confirm=_l("Mail the released letters, each once?"),
        ),
        Button("propose", _l("Propose anew"), action=propose, permission=RUN, visible=is_open),
        Button("cancel", _l("Cancel"), action=cancel, permission=RUN, visible=is_open, style="danger"),
    ],
)
screens.list(
    "dunning.letter.list",
    model="dunning.letter",
    title=_l("Dunning letters"),
    columns=[
        "number",
        "run_id",
        "date",
        "partner_id",
        "step_id",
        "overdue",
        Column("interest", shown=False),
        Column("fee", shown=False),
        "total",
        Column("state", choices=LETTER_STATES),
        Column("left_out", _l("Left out because")),
    ],
    filters=[
        Filter("state", choices=LETTER_STATES),
        Filter("out", _l("Left out"), where=lambda letter: letter.left_out != ""),
        "run_id",
        "step_id",
        "partner_id",
        "date",
    ],
    search=["number", "partner_id"],
    group_by=["run_id", "step_id", "partner_id"],
    order="-date",
    create=False,
    source=(_l("Dunning runs"), "dunning.run.list"),
    empty=_l("What customers were asked for is listed here."),
)
screens.form(
    "dunning.letter.form",
    model="dunning.letter",
    title=_l("Dunning letter"),
    readonly=lambda letter: True,
    create=False,
    head=("partner_id", "step_id", "state", "total"),
    nodes=[
        Section(
            "main",
            Field("number", readonly=True),
            "run_id",
            "partner_id",
            "date",
            "step_id",
            Field("state", choices=LETTER_STATES),
            Field("left_out", _l("Left out because"), wide=True),
            "overdue",
            "credit",
            "interest",
            Field("rate", _l("Interest on arrears %")),
            "fee",
            "total",
            "currency_code",
            "invoice_id",
        ),
        Grid(
            "lines",
            model="dunning.line",
            title=_l("Documents"),
            parent="letter_id",
            readonly=True,
            columns=["number", "reference", "date", "due_date", "days", "amount", "interest", "step"],
        ),
        Section("text", Field("subject", wide=True), Field("body", wide=True), title=_l("Text")),
        Button(
            "charge",
            _l("Invoice fee and interest"),
            action=charge,
            permission="accounting.post",
            visible=can_charge,
            confirm=_l("Post an invoice of its fee and interest, of today?"),
        ),
    ],
)
screens.list(
    "dunning.line.list",
    model="dunning.line",
    title=_l("Dunned documents"),
    columns=[
        "run_id",
        "partner_id",
        "number",
        "due_date",
        "days",
        "amount",
        "step",
        "letter_id",
        Column("reason", _l("Left out because")),
    ],
    filters=[
        Filter("out", _l("Left out"), where=lambda line: line.reason != ""),
        "run_id",
        "partner_id",
        "due_date",
    ],
    search=["number", "reference", "partner_id"],
    group_by=["run_id", "partner_id"],
    order="-id",
    create=False,
    source=(_l("Dunning runs"), "dunning.run.list"),
    empty=_l("What each run says of each overdue document is listed here."),
)
screens.list(
    "dunning.hold.list",
    model="dunning.hold",
    title=_l("Dunning holds"),
    columns=["partner_id", "open_item_id", "until", "reason"],
    filters=["partner_id", "until"],
    search=["reason", "partner_id"],
    order="-until",
    empty=_l("Customers and documents that nobody asks for until a day."),
)
screens.form(
    "dunning.hold.form",
    model="dunning.hold",
    title=_l("Dunning hold"),
    nodes=[
        Section(
            "main",
            "partner_id",
            Field(
                "open_item_id",
                _l("Document"),
                help=_l("Empty for all that the customer owes."),
                choice_columns=("due_date",),
                narrowed=Narrowing(
                    ("partner_id",),
                    lambda item, held: (
                        (item.partner_id == held["partner_id"])
                        & (item.side == "receivable")
                        & (item.allocated != item.amount)
                    ),
                ),
            ),
            "until",
            "reason",
        )
    ],
)
screens.list(
    "dunning.step.list",
    model="dunning.step",
    title=_l("Dunning steps"),
    columns=["position", "name", "days", "minimum", "fee", "interest", Column("letter", choices=LETTERS)],
    search=["name"],
    order="position",
    empty=_l("How many days after the due date customers are asked, and in which words."),
)
screens.form(
    "dunning.step.form",
    model="dunning.step",
    title=_l("Dunning step"),
    on_save=no_wrong_steps,
    nodes=[
        Section(
            "main",
            Field("position", _l("Step"), help=_l("1 is the first.")),
            "name",
            Field("days", _l("Days overdue")),
            Field("minimum", help=_l("Who owes less in all is not asked; in the currency of the books.")),
            Field("fee", help=_l("In the currency of the books.")),
            Field("interest", _l("Asks for interest")),
            Field("letter", _l("Letter"), choices=LETTERS, help=_l("Its words stand under Mail templates.")),
        )
    ],
)
