"""What the people of the demo company did lately: drafts, letters, views, notes, webhooks.

Nothing leaves the machine: letters go to its mailbox, and the webhook is switched off in the end.
"""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import func, select

from addons.accounting.services.drafts import InvoiceDraft, Line
from core import letters, m
from core.documents import delivery_of
from core.mail import noting, queue
from core.mail.reports import Report, Returned
from core.screens.panel import files
from core.security.actor import actor_of
from core.webhooks.events import forget_listeners

DRAFTS, POSTED = 3, 3
#: (list, name, what its address says), as Fiona Finance keeps and shares them.
VIEWS = (
    ("accounting.open_item.list", "Open, by customer", "f.open=1&group=partner_id"),
    ("accounting.invoice.list", "Drafts to post", "f.state=draft"),
    ("accounting.invoice.list", "By customer and month", "sort=-total&group=partner_id,date"),
    ("partner.list", "Customers by country", "f.is_customer=yes&group=country"),
)
#: How the deliveries of the past ended: (state, answers of the attempts).
DELIVERIES: tuple[tuple[str, tuple[int | None, ...]], ...] = (
    ("delivered", (204,)),
    ("delivered", (204,)),
    ("delivered", (503, 204)),
    ("delivered", (204,)),
    ("failed", (503, 503, None, None, None, None, None, None)),
    ("delivered", (204,)),
)
ANSWERS = {204: "", 503: "Service Unavailable", None: "The server does not answer."}


def load(session: Any, today: date) -> None:
    """Let a few days of work be there, done by whoever acts in the session."""
    past = _latest(session, len(DELIVERIES))
    endpoint = _endpoint(session)
    _tell_of(session, endpoint, past)
    chance = random.Random(7)  # noqa: S311  # the same at every load
    customers, parts = _reachable(session), _parts(session)
    written = [_draft(session, chance, customers, parts, today) for _ in range(DRAFTS + POSTED)]
    m.AccountingInvoice.post(session, written[DRAFTS:])
    for invoice in written[DRAFTS:]:
        _mail(session, invoice)
    _bounced(session, past[0])
    _came_back(session, past[1])
    _beside(session, written[-1])
    for screen, name, state in VIEWS:
        session.add(_view(session, screen, name, state))
    endpoint.active = False
    session.flush()


def _latest(session: Any, count: int) -> Sequence[Any]:
    """The latest invoices whose customer has an address."""
    invoice = m.AccountingInvoice
    query = select(invoice).join(m.Partner, m.Partner.id == invoice.partner_id)
    mine = (invoice.company_id == actor_of(session).company_id) & (m.Partner.email != "")
    found: Sequence[Any] = session.scalars(
        query.where(mine, invoice.state == "posted", invoice.kind == "invoice")
        .order_by(invoice.date.desc(), invoice.id.desc())
        .limit(count)
    ).all()
    return found


def _reachable(session: Any) -> Sequence[int]:
    query = select(m.Partner.id).where(
        m.Partner.company_id == actor_of(session).company_id, m.Partner.is_customer, m.Partner.email != ""
    )
    found: Sequence[int] = session.scalars(query.order_by(m.Partner.code).limit(40)).all()
    return found


def _parts(session: Any) -> Sequence[Any]:
    query = select(m.Product.id, m.Product.description).order_by(m.Product.code).limit(60)
    found: Sequence[Any] = session.execute(
        query.where(m.Product.company_id == actor_of(session).company_id)
    ).all()
    return found


def _draft(
    session: Any, chance: random.Random, customers: Sequence[int], parts: Sequence[Any], today: date
) -> Any:
    lines = [
        Line(part.description, Decimal(chance.choice((100, 250, 500))), _price(chance), part.id)
        for part in chance.sample(list(parts), chance.randint(2, 5))
    ]
    draft = InvoiceDraft(
        company_id=actor_of(session).company_id or 0,
        partner_id=chance.choice(customers),
        date=today,
        due_date=today + timedelta(days=30),
        currency_code="USD",
        reference=f"PO-{chance.randint(10000, 99999)}",
        lines=lines,
    )
    (made,) = m.AccountingInvoice.create(session, [draft])
    return session.get(m.AccountingInvoice, made)


def _price(chance: random.Random) -> Decimal:
    return Decimal(chance.randint(40, 4000)) / 10000


def _mail(session: Any, invoice: Any) -> None:
    """Send it as the dialog of its form would."""
    delivery = delivery_of(invoice._name)
    assert delivery is not None  # declared in reports.py
    letter = letters.proposed(session, delivery, invoice)
    letter.token = uuid5(NAMESPACE_URL, invoice.number).hex
    letters.send(session, delivery, invoice, letter)


def _bounced(session: Any, invoice: Any) -> None:
    """A reminder that the customer's mail server did not take: somebody has to decide."""
    message = _reminder(session, invoice)
    answer = f"550 5.1.1 <{invoice.partner.email}>: Recipient address rejected: User unknown"
    message.state, message.attempts, message.response = "failed", 1, answer
    session.add(m.MailAttempt(message_id=message.id, outcome="failed", response=answer))


def _came_back(session: Any, invoice: Any) -> None:
    """A reminder that was taken, and returned an hour later: the address is to be corrected."""
    message = _reminder(session, invoice)
    message.state, message.attempts, message.sent_at = "sent", 1, func.now()
    session.flush()
    back = Returned(invoice.partner.email, "bounced", "5.1.1", "550 5.1.1 User has left the company")
    noting.note(session, Report(message.message_id, (message.message_id,), (back,)))


def _reminder(session: Any, invoice: Any) -> Any:
    return queue(
        session,
        to=[invoice.partner.email],
        subject=f"Reminder: {invoice.number}",
        body=f"Please pay {invoice.number} by {invoice.due_date:%Y-%m-%d}.\n",
        model=invoice._name,
        record_id=invoice.id,
        company_id=invoice.company_id,
        idempotency_key=f"demo:{invoice.number}",
    )


def _beside(session: Any, invoice: Any) -> None:
    """A note and a file beside a document."""
    actor = actor_of(session)
    session.add(
        m.Note(
            company_id=actor.company_id,
            model=invoice._name,
            record_id=invoice.id,
            user_id=actor.user_id,
            user_name=actor.name,
            body="The customer asks for two parcels: see the packing list.",
        )
    )
    packed = "".join(
        f"{line.position},{line.description},{line.quantity:f}\r\n" for line in invoice.lines
    ).encode()
    files.add_file(session, invoice, "Packing list.csv", b"Line,Part,Quantity\r\n" + packed, actor)


def _view(session: Any, screen: str, name: str, state: str) -> Any:
    actor = actor_of(session)
    return m.ListView(
        company_id=actor.company_id,
        screen=screen,
        name=name,
        user_id=actor.user_id,
        shared=True,
        state=state,
    )


def _endpoint(session: Any) -> Any:
    actor = actor_of(session)
    endpoint = m.WebhookEndpoint(
        company_id=actor.company_id,
        name="Warehouse",
        url="https://warehouse.meridian.example/bincard",
        events="accounting.invoice.posted",
        user_id=actor.user_id,
    )
    session.add(endpoint)
    session.flush()
    # Who listens is asked once a transaction, and this one has asked before.
    forget_listeners(session)
    return endpoint


def _tell_of(session: Any, endpoint: Any, invoices: Sequence[Any]) -> None:
    """What the log holds of the days when the webhook was on."""
    for invoice, (state, answers) in zip(invoices, DELIVERIES, strict=False):
        at = invoice.posted_at
        delivery = m.WebhookDelivery(
            endpoint_id=endpoint.id,
            company_id=endpoint.company_id,
            key=str(uuid5(NAMESPACE_URL, f"demo:{invoice.number}")),
            event="accounting.invoice.posted",
            model=invoice._name,
            record_id=invoice.id,
            transaction=func.txid_current(),
            state=state,
            attempts=len(answers),
            created_at=at,
            delivered_at=at + timedelta(minutes=len(answers) - 1) if state == "delivered" else None,
            status_code=answers[-1],
            response=ANSWERS[answers[-1]],
        )
        session.add(delivery)
        session.flush()
        session.add_all(_attempt(delivery, at, n, status) for n, status in enumerate(answers))


def _attempt(delivery: Any, at: datetime, n: int, status: int | None) -> Any:
    return m.WebhookAttempt(
        delivery_id=delivery.id,
        at=at + timedelta(minutes=n),
        status_code=status,
        milliseconds=48 + 7 * n if status else 10_000,
        response=ANSWERS[status],
    )
