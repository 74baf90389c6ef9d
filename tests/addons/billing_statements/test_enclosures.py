"""What goes along with a statement's mail, and the guard that reads all of it back."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update

from addons.billing_statements.errors import MisdirectedError, StatementError
from addons.billing_statements.services import delivery, enclosures, guarding, outputs
from addons.billing_statements.services.data import workbook_of
from core import letters, m
from core.db import db
from core.documents import Identity, UnidentifiedError, read_identity
from core.records import attachments
from core.tabular.readers import open_table
from tests.conftest import work


@pytest.fixture
def sent(app: Flask, customer_of: Any, bill: Any, run_month: Any) -> Callable[..., Any]:
    """A statement of two invoices and a credit note whose run was sent, for a customer who wants this."""

    def make(code: str = "C1", **wants: Any) -> Any:
        partner = customer_of(code, **wants)
        bill(partner, "100.10", "2026-01-10", reference="PO-7")
        bill(partner, "50", "2026-01-12")
        bill(partner, "20", "2026-01-14", kind="credit_note")
        run, [statement] = run_month("2026-01")
        m.BillingRun.release(db.session, [run])
        m.BillingRun.send(db.session, [run])
        db.session.commit()
        work(app)
        db.session.refresh(statement)
        return statement

    return make


def files_of(statement: Any) -> dict[str, bytes]:
    """The files of its mail by the ends of their names."""
    return {file.filename: attachments.read(file.sha256) for file in statement.mail.attachments}


def reasons() -> list[str]:
    return list(db.session.scalars(select(m.JobItem.reason).where(m.JobItem.state == "failed")))


def rows_of(contents: bytes) -> list[dict[str, str]]:
    table = open_table(contents)
    return [dict(zip(table.header, cells, strict=False)) for _number, cells in table.rows()]


def test_a_workbook_with_the_same_figures_goes_along(sent: Any) -> None:
    """ZH-04: each document with the balance after it, below each its lines, to the closing balance."""
    statement = sent(statement_workbook=True)
    paper, book = files_of(statement).values()
    assert paper.startswith(b"%PDF")
    rows = rows_of(book)
    documents = [row for row in rows if row["Document"] not in ("Line", "Opening balance", "Closing balance")]
    balance = Decimal(rows[0]["Balance"])
    for row, line in zip(documents, statement.lines, strict=True):
        balance += Decimal(row["Charged"] or 0) - Decimal(row["Credited"] or 0)
        assert (row["Number"], Decimal(row["Balance"])) == (line.number, balance)
        lines = [one for one in rows if one["Document"] == "Line" and one["Number"] == line.number]
        assert sum(Decimal(one["Net"]) for one in lines) == line.amount
    assert Decimal(rows[-1]["Balance"]) == balance == statement.closing == Decimal("130.10")
    assert read_identity(book).number == statement.number
    identity = delivery.identity_of(statement)
    assert workbook_of(statement, identity) == book, "the same bytes again"
    packed = zipfile.ZipFile(io.BytesIO(b"".join(outputs.archive(db.session, statement.run_id))))
    assert [packed.read(name) for name in packed.namelist()] == [paper, book]
    _head, [row] = outputs.index(db.session, statement.run_id)
    assert row[-2] in packed.namelist()


def test_the_pdf_holds_its_figures_as_csv_and_json(sent: Any) -> None:
    statement = sent()
    [paper] = files_of(statement).values()
    inside = {name: bytes(contents[0]) for name, contents in PdfReader(io.BytesIO(paper)).attachments.items()}
    stem = statement.number.replace("/", "-")
    said = json.loads(inside[f"{stem}.json"])
    assert set(inside) == {f"{stem}.csv", f"{stem}.json"}
    assert Decimal(said["opening"]) + sum(Decimal(line["amount"]) for line in said["lines"]) == Decimal(
        "130.10"
    )
    assert Decimal(said["closing"]) == sum(map(Decimal, said["ageing"].values())) == statement.closing
    assert (said["customer"], said["statement"], said["currency"]) == ("C1", statement.number, "USD")
    table = rows_of(inside[f"{stem}.csv"])
    assert [row["number"] for row in table] == [line["number"] for line in said["lines"]]


def test_invoices_are_attached_as_one_file(sent: Any) -> None:
    statement = sent(statement_invoices="attached")
    _paper, merged = files_of(statement).values()
    numbers = [line.number for line in statement.lines]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(merged)).pages]
    assert len(pages) == 3
    assert all(number in page for number, page in zip(numbers, pages, strict=True))
    assert read_identity(merged).partner == "C1"


def test_invoices_go_by_a_link_that_needs_no_log_in(
    app: Flask, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking at it and fetching the file does nothing; without an address outside the reason is a row."""
    monkeypatch.setattr(app.extensions["settings"], "public_url", "https://erp.example.com")
    statement = sent(statement_invoices="link")
    [address] = re.findall(r"Its invoices: https://erp\.example\.com(/l/[\w-]+)", statement.mail.body)
    assert list(files_of(statement)) == [statement.attachment.filename]
    with app.app_context():
        client = app.test_client()
        shown, file = client.get(address), client.get(f"{address}/file")
    assert all(line.number in shown.text for line in statement.lines) and "<form" not in shown.text
    assert len(PdfReader(io.BytesIO(file.data)).pages) == 3
    m.BillingStatement.redo(db.session, [statement])
    db.session.commit()
    with app.app_context():
        assert app.test_client().get(f"{address}/file").status_code == 404


def test_a_link_that_nobody_reaches_is_a_reason(app: Flask, sent: Any) -> None:
    statement = sent(statement_invoices="link")
    assert statement.state == "released" and "BINCARD_PUBLIC_URL" in reasons()[0]


def test_an_edited_mail_still_names_the_link(app: Flask, sent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["settings"], "public_url", "https://erp.example.com")
    db.session.execute(update(m.MailTemplate).values(body="Dear {{ partner }},\nhere it is."))
    assert "Its invoices: https://erp.example.com/l/" in sent(statement_invoices="link").mail.body


def test_invoices_too_large_for_a_mail_are_refused(sent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosures, "MOST_MEGABYTES", 0)
    assert sent(statement_invoices="attached").state == "released"
    assert "by a link" in reasons()[0]


def test_a_letter_by_hand_takes_them_along(app: Flask, sent: Any) -> None:
    statement = sent(statement_workbook=True, statement_invoices="attached")
    letter = letters.Letter("boss@elsewhere.example", "", "Again", "As you asked.", "f" * 32)
    [message] = m.BillingStatement.send_by_hand(db.session, [statement], letter)
    names = [file.filename for file in message.attachments]
    assert len(names) == 3 and len(set(names)) == 3
    again = m.BillingStatement.send_by_hand(db.session, [statement], letter)
    assert again == [message]


@pytest.fixture
def queued(sent: Any) -> tuple[Any, Any]:
    """The mail of C1 with all that goes along, and the statement of another customer with as much."""
    wants = {"statement_workbook": True, "statement_invoices": "attached"}
    mine, other = sent("C1", **wants), sent("C2", **wants)
    return mine, other


def refused(statement: Any) -> str:
    with pytest.raises(MisdirectedError) as error:
        guarding.check_mails(
            db.session, [(statement.mail, statement, delivery.identity_of(statement))], own=True
        )
    return str(error.value)


def swap(message: Any, place: int, other: Any) -> None:
    """Give a message another file in place of one of its own."""
    link = m.MailAttachment
    ids = db.session.scalars(select(link.id).where(link.message_id == message.id).order_by(link.id)).all()
    theirs = db.session.scalars(
        select(link.attachment_id).where(link.message_id == other.id).order_by(link.id)
    ).all()
    db.session.execute(update(link).where(link.id == ids[place]).values(attachment_id=theirs[place]))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_mail_with_anothers_file_is_refused(queued: Any, place: int) -> None:
    """ZH-05: the statement itself, its workbook, its invoices."""
    mine, other = queued
    guarding.check_mails(db.session, [(mine.mail, mine, delivery.identity_of(mine))], own=True)
    swap(mine.mail, place, other.mail)
    assert "of customer C2, not" in refused(mine)


def test_a_mail_to_anothers_address_or_record_is_refused(queued: Any) -> None:
    mine, other = queued
    mine.mail.to = [*mine.mail.to, "C2@customer.example"]
    db.session.flush()
    assert "C2@customer.example" in refused(mine)
    mine.mail.to, mine.mail.record_id = ["C1@customer.example"], other.id
    db.session.flush()
    assert "another record" in refused(mine)


def forged(contents: bytes, wanted: Identity, document: str) -> bytes:
    """Another's pages that say they are this statement's."""
    from pypdf import PdfWriter

    writer, made = PdfWriter(clone_from=io.BytesIO(contents)), io.BytesIO()
    says = Identity(document, wanted.number, wanted.partner, wanted.issued_at, wanted.version)
    writer.add_metadata({f"/{key}": value for key, value in says.metadata().items()})
    writer.write(made)
    return made.getvalue()


@pytest.mark.parametrize(("place", "document"), [(0, "billing.statement"), (2, enclosures.INVOICES)])
def test_what_stands_on_the_pages_counts_and_not_only_what_the_file_says(
    queued: Any, place: int, document: str
) -> None:
    mine, other = queued
    theirs = list(files_of(other).values())[place]
    made = forged(theirs, delivery.identity_of(mine), document)
    file = m.Attachment(
        company_id=mine.company_id,
        filename="forged.pdf",
        mimetype="application/pdf",
        sha256=attachments.store(made),
        size=len(made),
    )
    db.session.add(file)
    db.session.flush()
    link = m.MailAttachment
    ids = db.session.scalars(select(link.id).where(link.message_id == mine.mail.id).order_by(link.id)).all()
    db.session.execute(update(link).where(link.id == ids[place]).values(attachment_id=file.id))
    assert re.search("does not name|not those of this statement", refused(mine))


def test_what_says_nothing_of_itself_is_refused(queued: Any) -> None:
    mine, _other = queued
    for contents in (b"PK\x03\x04 nothing", b"%PDF-1.7 nothing", b"a,b"):
        with pytest.raises(UnidentifiedError):
            read_identity(contents)
        with pytest.raises(MisdirectedError, match="whose it is"):
            guarding.check_file(contents, delivery.identity_of(mine))


def test_a_refused_mail_leaves_nothing_in_the_outbox(queued: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the caller goes on: the mail goes with the refusal."""
    mine, other = queued
    before = db.session.scalars(select(m.MailMessage.id)).all()
    monkeypatch.setattr(enclosures, "attached_to", lambda *_given: [other.attachment])
    with pytest.raises(StatementError):
        m.BillingStatement.send_again(db.session, [mine], "lost", 1)
    assert db.session.scalars(select(m.MailMessage.id)).all() == before


def test_properties_of_a_workbook_without_end_are_not_read() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("docProps/custom.xml", b"<a>" + b" " * 10_000_000 + b"</a>")
        packed.writestr("docProps/core.xml", b"<a/>")
    with pytest.raises(UnidentifiedError, match="no end"):
        read_identity(made.getvalue())


def test_invoices_of_branches_go_with_the_statement_of_their_head_office(
    app: Flask, company: Any, customer_of: Any, bill: Any, run_month: Any
) -> None:
    head = customer_of(
        "HEAD", statement_invoices="attached", statement_workbook=True, statement_form="open_items"
    )
    branch = customer_of("NORTH", statement_partner_id=head.id)
    numbers = [bill(partner, "10", "2026-01-10").number for partner in (head, branch)]
    run, [statement] = run_month("2026-01")
    m.BillingRun.release(db.session, [run])
    m.BillingRun.send(db.session, [run])
    db.session.commit()
    work(app)
    db.session.refresh(statement)
    assert (statement.state, reasons()) == ("sent", [])
    paper, *others = files_of(statement).values()
    book = next(file for file in others if not file.startswith(b"%PDF"))
    together = next(file for file in others if file.startswith(b"%PDF"))
    pages = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(together)).pages)
    assert all(number in pages for number in numbers)
    rows = rows_of(book)
    assert [row["Number"] for row in rows if row["Document"] == "Open"] == numbers
    assert "Customer NORTH" in [row["Branch"] for row in rows]
    attached = PdfReader(io.BytesIO(paper)).attachments
    data = json.loads(next(files[0] for name, files in attached.items() if name.endswith(".json")))
    assert [line["branch"] for line in data["lines"]] == ["", "NORTH"]
    assert sum(Decimal(one["residual"]) for one in data["open"]) == Decimal(data["closing"]) == 20
