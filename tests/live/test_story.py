"""A month-end while everything dies: twenty times kill -9, and nobody helps.

A file is imported, statements are made, printed, released and mailed, and all the while a worker, a web
server, the database or the broker is killed and started again. In the end every row, document, statement,
file and letter is there once, as recomputed from the file by another path.
"""

import asyncio
import http.client
import os
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from addons.accounting.periods import period_with
from addons.billing_statements.services import runs
from core import m
from core.db import db
from core.documents import read_identity
from core.exchange import importing
from core.records import attachments
from core.security.actor import Actor, set_actor
from tests.live.killer import Killer
from tests.live.month import MONTH, addresses, file_of_a_month
from tests.live.ports import free_port
from tests.live.stack import Stack
from tests.real.recompute import bookable, customer_months, read

pytestmark = [pytest.mark.slow, pytest.mark.crash]

DOCUMENTS = 2000
CUSTOMERS = 100
#: How many kills while the file is imported, while statements are printed, while they are mailed.
KILLS = (6, 8, 6)


class Letters:
    """A mail server that keeps what it has taken, and takes its time."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:  # type: ignore[no-untyped-def]  # aiosmtpd has no types
        await asyncio.sleep(0.03)  # what a server needs to take a letter in
        self.taken.append(envelope.content)
        return f"250 taken as {len(self.taken)}"

    def parsed(self):  # type: ignore[no-untyped-def]  # as above
        return [message_from_bytes(letter, policy=default) for letter in self.taken]


@pytest.fixture(scope="module")
def letters() -> Iterator[tuple[Letters, int]]:
    box, port = Letters(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., Stack], letters: tuple[Letters, int]) -> Stack:
    mail = {"BINCARD_MAIL_TRANSPORT": "smtp", "BINCARD_SMTP_HOST": "127.0.0.1"}
    stack = new_stack("billing_statements", BINCARD_SMTP_PORT=str(letters[1]), **mail)
    stack.start()
    return stack


class Reader(threading.Thread):
    """Somebody who goes on reading pages, whatever happens."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        self.visitor = stack.administrator()
        self.statuses: Counter[int] = Counter()
        self.bodies: list[str] = []
        self.end = threading.Event()

    def run(self) -> None:
        while not self.end.wait(0.2):
            try:
                answer = self.visitor.get("/m/partner.list")
            except (OSError, http.client.HTTPException):
                continue  # the web server was killed, or is not up yet
            self.statuses[answer.status] += 1
            if answer.status not in (200, 503):
                self.bodies.append(answer.body)


def test_a_month_end_while_everything_dies(
    stack: Stack, letters: tuple[Letters, int], tmp_path: Path
) -> None:
    seed = int(os.environ.get("BINCARD_SEED") or random.randrange(10**6))
    print(f"BINCARD_SEED={seed}")
    file = tmp_path / "month.csv"
    file.write_bytes(file_of_a_month(DOCUMENTS, CUSTOMERS, seed))
    killer, reader = Killer(stack, seed), Reader(stack)
    reader.start()
    try:
        import_id = bring_in(stack, killer, file)
        run_id = make_statements(stack, killer)
        mail_statements(stack, killer, run_id)
    finally:
        reader.end.set()
        reader.join()
    print(f"killed {Counter(killer.killed)}; pages {reader.statuses}")
    assert len(killer.killed) == sum(KILLS)
    assert reader.statuses.keys() <= {200, 503}, stack.tracebacks()
    assert reader.visitor.get("/m/partner.list").status == 200
    with at_work(stack):
        check_rows(file, import_id)
        check_documents(file)
        check_statements(file)
        check_files()
        check_jobs()
    check_letters(stack, letters[0])


# What a person does


class at_work:
    """The product in this process, on behalf of the administrator of the one company."""

    def __init__(self, stack: Stack) -> None:
        self.inside = stack.app()

    def __enter__(self) -> None:
        self.inside.__enter__()
        company = db.session.scalars(select(m.Company)).one()
        set_actor(db.session, Actor(None, "tester", company.id, is_superuser=True))

    def __exit__(self, *error: object) -> None:
        self.inside.__exit__(None, None, None)


def bring_in(stack: Stack, killer: Killer, file: Path) -> int:
    with at_work(stack):
        book = importing.upload(db.session, "partner", "addresses.csv", addresses(CUSTOMERS))
        importing.start_import(db.session, book)
        db.session.commit()
    stack.becomes("done", "SELECT state FROM data_import")
    with at_work(stack):
        data_import = importing.upload(db.session, "accounting.invoice", file.name, file.read_bytes())
        importing.start_import(db.session, data_import)
        db.session.commit()
        import_id = int(data_import.id)
    killer.work_through(KILLS[0], part_of(stack, _ITEMS_DONE, kind="core.import", id=import_id))
    return import_id


def make_statements(stack: Stack, killer: Killer) -> int:
    with at_work(stack):
        company = db.session.scalars(select(m.Company)).one()
        period = period_with("monthly", date.fromisoformat(f"{MONTH}-01"))
        run, ids = m.BillingRun.start(db.session, company.id, "monthly", period)
        assert len(ids) == CUSTOMERS
        db.session.commit()
        run_id = int(run.id)
    killer.work_through(KILLS[1], part_of(stack, _ITEMS_DONE, kind=runs.RENDER, id=run_id))
    return run_id


def mail_statements(stack: Stack, killer: Killer, run_id: int) -> None:
    with at_work(stack):
        run = db.session.get(m.BillingRun, run_id)
        m.BillingRun.release(db.session, [run])
        m.BillingRun.send(db.session, [run])
        db.session.commit()
    killer.work_through(KILLS[2], part_of(stack, _MAILS_SETTLED, id=run_id))


#: The part of a job's items that are done; all of them only when the job is.
_ITEMS_DONE = """
    SELECT CASE WHEN j.state = 'done' THEN 1.0 ELSE 0.999 * coalesce(
        (SELECT avg((i.state = 'done')::int) FROM job_item i WHERE i.job_id = j.id), 0) END
    FROM job j WHERE j.kind = :kind AND j.record_id = :id
"""
_MAILS_SETTLED = """
    SELECT avg(coalesce((s.state = 'sent')::int, 0) + coalesce((x.state IN ('sent', 'unsure'))::int, 0)) / 2
    FROM billing_statement s LEFT JOIN mail_message x ON x.id = s.mail_id WHERE s.run_id = :id
"""


def part_of(stack: Stack, query: str, **values: object) -> Callable[[], float]:
    """How far the work is, as far as anybody can tell now."""

    def part() -> float:
        try:
            return float(str(stack.value(query, **values)))
        except DBAPIError:
            return 0.0

    return part


# What must be true in the end


def check_rows(file: Path, import_id: int) -> None:
    """Every row is booked or reported, once."""
    rows = read(file)
    totals = importing.totals(db.session, import_id)
    assert totals.rows == len(rows)
    assert totals.booked == len(bookable(rows))
    assert totals.booked + totals.bad == totals.rows


def check_documents(file: Path) -> None:
    """Each document is booked once, with its sum, and no number is missing."""
    wanted = bookable(read(file)).groupby("InvoiceNo")["cents"].sum()
    invoice = m.AccountingInvoice
    found = db.session.execute(select(invoice.external_id, invoice.kind, invoice.total, invoice.number)).all()
    assert len(found) == len(wanted)
    booked = {key: int(total * 100) * (1 if kind == "invoice" else -1) for key, kind, total, _n in found}
    assert booked == wanted.to_dict()
    for kind in ("invoice", "credit_note"):
        check_gap_free([number for _key, its_kind, _total, number in found if its_kind == kind])


def check_gap_free(numbers: list[str]) -> None:
    counted = sorted(int(re.findall(r"\d+", number)[-1]) for number in numbers)
    assert counted == list(range(1, len(numbers) + 1))


def check_statements(file: Path) -> None:
    """Each document stands on one statement, and the sums are those of the file."""
    line, statement = m.BillingStatementLine, m.BillingStatement
    items = db.session.scalars(select(m.AccountingOpenItem.id)).all()
    assert sorted(db.session.scalars(select(line.open_item_id).where(line.live))) == sorted(items)
    wanted = customer_months(bookable(read(file)), [MONTH])
    query = select(
        m.Partner.code, statement.opening, statement.debits, statement.credits, statement.closing
    ).join(m.Partner, m.Partner.id == statement.partner_id)
    rows = db.session.execute(query).all()
    stated = {(code, MONTH): tuple(int(amount * 100) for amount in amounts) for code, *amounts in rows}
    assert len(rows) == len(stated)
    assert stated == {key: tuple(figures) for key, figures in wanted.items()}
    check_gap_free(list(db.session.scalars(select(statement.number))))


def check_files() -> None:
    """Each statement has one file, its own."""
    attachment, statement = m.Attachment, m.BillingStatement
    files = select(attachment.record_id, attachment.sha256).where(attachment.model == "billing.statement")
    found = db.session.execute(files).all()
    numbers = dict(db.session.execute(select(statement.id, statement.number)).all())
    assert len(found) == len(numbers)
    assert {key: read_identity(attachments.read(sha256)).number for key, sha256 in found} == numbers


def check_jobs() -> None:
    """No job is left open, and none of their items failed or was skipped for being done twice."""
    assert set(db.session.scalars(select(m.Job.state))) == {"done"}
    not_done = select(m.JobItem.label, m.JobItem.state, m.JobItem.reason).where(m.JobItem.state != "done")
    assert db.session.execute(not_done).all() == []


def check_letters(stack: Stack, box: Letters) -> None:
    """Each customer has one letter with the customer's file; what may be missing is parked, and stays so."""
    states = dict(stack.rows("SELECT message_id, state FROM mail_message"))
    assert len(states) == CUSTOMERS
    assert set(states.values()) <= {"sent", "unsure"}
    print(f"letters: {Counter(states.values())}, {len(box.taken)} taken")
    stack.bincard("work")  # whatever is due would be sent now
    taken = Counter(letter["Message-ID"] for letter in box.parsed())
    assert set(taken.values()) == {1}, taken.most_common(3)
    assert {key for key, state in states.items() if state == "sent"} <= taken.keys() <= states.keys()
    for letter in box.parsed():
        [pdf] = [part.get_content() for part in letter.iter_attachments()]
        assert letter["To"] == f"pay@c{read_identity(pdf).partner}.example"
