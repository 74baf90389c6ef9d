"""What comes in is bounded before anything is made of it, and holds nothing that cannot be kept.

A page's form has a megabyte and two thousand fields at most: a million of them kept a process busy for 25
seconds without a log-in. More is let in only by the pages that say so, where files come in (`takes_files`) or
lines by the hundred (`takes_lines`). NUL, which PostgreSQL keeps in no text, and numbers that no row can have
are no fault of ours, but of whoever sends them: 400 and 404, on every route, once and here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, TypeVar, cast

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.routing import IntegerConverter

View = TypeVar("View", bound=Callable[..., Any])
#: Bytes and fields of a form.
FORM_BYTES = 1024 * 1024
FORM_FIELDS = 2000
#: Bytes that a form with files may have.
FILE_BYTES = 64 * 1024 * 1024 + FORM_BYTES
#: The largest number that a key of a table can have.
LARGEST_KEY = 2**63 - 1
#: Digits of a page's number: with more it would not fit PostgreSQL's OFFSET.
_LONGEST_PAGE = 10


@dataclass(frozen=True)
class Limit:
    """How much a route takes in."""

    content: int = FORM_BYTES
    fields: int = FORM_FIELDS


_USUAL = Limit()
#: A public link says itself, up to here, what is too large for it.
_SMALL_FILE = Limit(8 * FORM_BYTES)
_FILE, _DOCUMENT = Limit(FILE_BYTES), Limit(4 * FORM_BYTES, 20_000)
#: Calls of programs: documents as JSON, of which a call says how much it takes.
_OF_BLUEPRINT = {"api": Limit(4 * FORM_BYTES)}


def takes_files(view: View) -> View:
    """Decorate a page to which people bring files: it takes in more than a form."""
    cast(Any, view).takes_in = _FILE
    return view


def takes_a_file(view: View) -> View:
    """Decorate a page without a log-in to which people bring one file: a list, and no more."""
    cast(Any, view).takes_in = _SMALL_FILE
    return view


def takes_lines(view: View) -> View:
    """Decorate a page that takes in documents, which have a dozen fields for each line."""
    cast(Any, view).takes_in = _DOCUMENT
    return view


class BoundedParser(FormDataParser):
    """A form's reader that counts the fields before it makes any."""

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Any:
        sent = stream.read()
        if self.max_form_parts is not None and sent.count(b"&") >= self.max_form_parts:
            raise RequestEntityTooLarge
        return super()._parse_urlencoded(BytesIO(sent), mimetype, content_length, options)


class Incoming(Request):
    """A request of the app, read within the limits of its route."""

    form_data_parser_class = BoundedParser

    def _load_form_data(self) -> None:
        fresh = "form" not in self.__dict__
        super()._load_form_data()
        if fresh:
            names = (name for file in self.files.values() for name in (file.filename, file.name))
            _refuse_nul(*(text for pair in self.form.items(multi=True) for text in pair))
            _refuse_nul(*(name for name in names if name))


def _up_to(largest: int) -> str:
    """An expression for the numbers from 0 to this one."""
    digits = str(largest)
    lower = (
        f"{digits[:place]}[0-{int(digit) - 1}]\\d{{{len(digits) - place - 1}}}"
        for place, digit in enumerate(digits)
        if digit > "0"
    )
    return "|".join((f"\\d{{1,{len(digits) - 1}}}", *lower, digits))


class KeyConverter(IntegerConverter):
    """`<int:…>` of an address: what no key can be is not there.

    By the expression, and not by refusing the number: a refused one is asked of the rules of all methods, so
    that a program would be told of methods instead.
    """

    regex = f"(?:{_up_to(LARGEST_KEY)})"


def init_app(app: Flask) -> None:
    """Let requests in within these limits; the first thing that is done with one."""
    app.request_class = Incoming
    app.url_map.converters["int"] = KeyConverter
    app.before_request(_bound)


def _bound() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    limit = getattr(view, "takes_in", None) or _OF_BLUEPRINT.get(request.blueprint or "", _USUAL)
    request.max_content_length = limit.content
    request.max_form_parts = limit.fields
    # One field may be as long as the whole form: the ids of a selection come as one.
    request.max_form_memory_size = min(limit.content, 4 * FORM_BYTES)
    if (request.content_length or 0) > limit.content:
        raise RequestEntityTooLarge
    # What the address says, the path and the names included: nobody asks for it by hand.
    _refuse_nul(request.path)
    if b"%00" in request.query_string or b"\x00" in request.query_string:
        raise BadRequest


def _refuse_nul(*texts: str) -> None:
    if any("\x00" in text for text in texts):
        raise BadRequest


def key_of(text: str) -> int:
    """A key of a table as a field of a form or an address gives it: the `type=` of `get` and `getlist`.

    Raises ValueError for what no key can be: these leave it out, as any word that is no number.
    """
    if (
        text.isascii()
        and text.isdigit()
        and len(text) <= len(str(LARGEST_KEY))
        and 0 < int(text) <= LARGEST_KEY
    ):
        return int(text)
    raise ValueError(text)


def page_asked() -> int:
    """The page that the address asks for, from 1 on; the first one for what is no number."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < _LONGEST_PAGE else 1
