"""What is written can be read back by the library, whatever is in it."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mail.message import File, Outgoing, build

CREATED = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cn", "Co")), max_size=300)


def outgoing(**changes: Any) -> Outgoing:
    values: dict[str, Any] = {
        "id": 1,
        "message_id": "<abc@bincard.example>",
        "sender": "Bincard <robot@bincard.example>",
        "to": ("ann@customer.example",),
        "cc": (),
        "subject": "Statement",
        "body": "Hello\n",
        "created_at": CREATED,
    }
    return Outgoing(**(values | changes))


def read(contents: bytes) -> EmailMessage:
    assert all(len(line) <= 998 for line in contents.split(b"\r\n"))
    assert b"\n" not in contents.replace(b"\r\n", b"")
    message = cast(EmailMessage, message_from_bytes(contents, policy=default))
    assert [part.defects for part in message.walk()] == [[] for _ in message.walk()]
    return message


def squeezed(text: str) -> str:
    return " ".join(text.split())


@given(PRINTABLE)
def test_any_subject_can_be_read_back(subject: str) -> None:
    assert squeezed(read(build(outgoing(subject=subject)))["Subject"]) == squeezed(subject)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=3000))
def test_any_text_can_be_read_back(body: str) -> None:
    text = read(build(outgoing(body=body))).get_content()
    assert text.replace("\r\n", "\n").removesuffix("\n") == body.removesuffix("\n")


@given(PRINTABLE.filter(str.strip), st.binary(max_size=500))
def test_any_file_can_be_read_back(filename: str, contents: bytes) -> None:
    [part] = read(build(outgoing(), [File(filename, "application/pdf", contents)])).iter_attachments()
    assert squeezed(part.get_filename()) == squeezed(filename)
    assert part.get_payload(decode=True) == contents


@pytest.mark.parametrize("field", ["subject", "sender", "message_id"])
def test_no_value_adds_a_header(field: str) -> None:
    hostile = outgoing(**{field: "x <a@b.example>\r\nBcc: spy@other.example\r\n\r\nbody"})
    message = message_from_bytes(build(hostile), policy=default)
    assert message["Bcc"] is None
    assert list(message.keys()) == [
        "Message-ID",
        "Date",
        "From",
        "To",
        "Subject",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ]


def test_a_file_name_adds_no_header_either() -> None:
    file = File('a".pdf\r\nBcc: spy@other.example\r\n\r\n', "text/html\r\nX: y", b"1")
    [part] = read(build(outgoing(), [file])).iter_attachments()
    assert part.keys() == ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]
    assert part.get_content_type() == "application/octet-stream"


def test_the_same_row_gives_the_same_message() -> None:
    files = [File("a.pdf", "application/pdf", b"1")]
    assert build(outgoing(), files) == build(outgoing(), files)


def test_names_and_many_addresses() -> None:
    many = tuple(f"accounts-{number}@customer.example" for number in range(80))
    message = read(build(outgoing(sender="宾卡 <robot@bincard.example>", to=many)))
    assert message["From"].addresses[0].display_name == "宾卡"
    assert tuple(address.addr_spec for address in message["To"].addresses) == many
    assert message["Date"].datetime == CREATED
