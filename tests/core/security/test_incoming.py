"""What strangers send: forms without an end, numbers and letters that nothing can keep, names of files."""

import io
from pathlib import Path

import pytest
from flask import Flask, Response
from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_options_header
from werkzeug.test import EnvironBuilder

from core.security import incoming
from core.security.headers import named

pytestmark = pytest.mark.addons()
#: How the log-in page says that a form was read: with no such user, and without the token of a form.
READ = 400


def post(app: Flask, data: bytes, path: str = "/login", kind: str = "application/x-www-form-urlencoded"):
    with app.app_context():
        return app.test_client().post(path, data=data, content_type=kind).status_code


def test_a_form_has_a_megabyte_and_two_thousand_fields(app: Flask) -> None:
    assert post(app, b"&".join([b"a=1"] * incoming.FORM_FIELDS)) == READ
    assert post(app, b"&".join([b"a=1"] * (incoming.FORM_FIELDS + 1))) == 413
    assert post(app, b"a=" + b"x" * (incoming.FORM_BYTES - 2)) == READ
    assert post(app, b"a=" + b"x" * (incoming.FORM_BYTES - 1)) == 413
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    kind = "multipart/form-data; boundary=x"
    assert post(app, part * incoming.FORM_FIELDS + b"--x--", kind=kind) == READ
    assert post(app, part * (incoming.FORM_FIELDS + 1) + b"--x--", kind=kind) == 413


def test_what_is_too_much_is_not_even_parsed(app: Flask) -> None:
    sent = b"&".join([b"a"] * 500_000)
    stream = io.BytesIO(sent)
    builder = EnvironBuilder(
        "/login",
        method="POST",
        input_stream=stream,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True},
    )
    with app.app_context():
        answer = app.test_client().open(builder)
    # It came without a length, in chunks: reading ends at the limit too.
    assert (answer.status_code, stream.tell() <= incoming.FORM_BYTES) == (413, True)
    assert "at once" in answer.text


def test_more_comes_in_only_where_files_and_lines_do(app: Flask) -> None:
    larger = {endpoint for endpoint, view in app.view_functions.items() if hasattr(view, "takes_in")}
    assert larger == {
        *("screens.create", "screens.save", "screens.do", "entry.derive", "entry.pasted", "entry.fill"),
        *("exchange.create", "panel.add_files", "administration.change_letterhead", "api.add_file"),
        "api.make",
        "links.take",
    }
    lines = b"&".join([b"a=1"] * (incoming.FORM_FIELDS + 1))
    assert (post(app, lines, "/login"), post(app, lines, "/m/user.form/new")) == (413, READ)
    file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    file += b"x" * 2 * incoming.FORM_BYTES + b"\r\n--x--"
    kind = "multipart/form-data; boundary=x"
    assert (post(app, file, "/login", kind), post(app, file, "/imports/new", kind)) == (413, READ)


@pytest.mark.parametrize("url", ["/login?next=%00", "/%00", "/assets/%00/app.css"])
def test_nul_in_an_address_is_no_fault_of_ours(app: Flask, url: str) -> None:
    with app.app_context():
        assert app.test_client().get(url).status_code == 400


def test_nul_in_a_form_is_no_fault_of_ours(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        assert post(app, b"email=%00@example.com&password=x") == 400
        part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a%00"\r\n\r\n1\r\n--x--'
        assert post(app, part.replace(b"%00", b"\x00"), kind="multipart/form-data; boundary=x") == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


@pytest.mark.parametrize("number", [2**63, 2**64, 10**30, "9" * 5000])
def test_a_number_that_is_no_key_is_not_there(app: Flask, number: int | str) -> None:
    with app.app_context():
        assert app.test_client().get(f"/jobs/{number}").status_code == 404
        assert app.test_client().patch(f"/api/v1/partner/{number}", json={}).status_code == 404


@pytest.mark.parametrize("number", [0, 7, 10**18, 9 * 10**18, 2**63 - 1])
def test_a_number_that_may_be_a_key_is_looked_up(app: Flask, number: int) -> None:
    with app.app_context():
        assert app.test_client().patch(f"/api/v1/partner/{number}", json={}).status_code == 401


@pytest.mark.parametrize(
    ("name", "plain", "told"),
    [
        ("a.pdf", "a.pdf", None),
        ("对账单 2026-03.pdf", "___ 2026-03.pdf", "对账单 2026-03.pdf"),
        ('a"; filename="b.exe', "a__ filename=_b.exe", 'a"; filename="b.exe'),
        ("a\r\nSet-Cookie: x=1.pdf", "a__Set-Cookie: x=1.pdf", None),
        ("../a\\b.pdf", ".._a_b.pdf", "../a\\b.pdf"),
        ("\ud800.csv", "_.csv", None),
        ("  ", "file", None),
    ],
)
def test_a_file_s_name_stays_one_value_of_one_header(name: str, plain: str, told: str | None) -> None:
    header = named(Response(), name).headers["Content-Disposition"]
    assert header.isascii() and header.startswith(f'attachment; filename="{plain}"')
    assert parse_options_header(header)[1]["filename"] == (told or plain)
    assert named(Response(), name, shown=True).headers["Content-Disposition"].startswith("inline; ")


def test_what_no_key_can_be_is_left_out_as_words_are() -> None:
    sent = ["7", "9223372036854775807", "9223372036854775808", "9" * 30, "0", "-5", "1e3", "²", "", "x"]
    assert MultiDict([("line", text) for text in sent]).getlist("line", type=incoming.key_of) == [
        7,
        2**63 - 1,
    ]


def test_every_page_reads_keys_so(app: Flask) -> None:
    read_otherwise = [
        str(path)
        for part in ("addons", "core")
        for path in (Path(app.root_path).parent / part).rglob("*.py")
        if "type=int)" in path.read_text() and "request." in path.read_text() and path.name != "tours.py"
    ]
    assert not read_otherwise
