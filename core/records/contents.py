"""What a file is, by its contents: its name may lie, and a browser must not be led to run what it holds."""

import re
from collections.abc import Sequence

#: First bytes → type. Nothing is decoded: a picture that unpacks to gigabytes is a few bytes here.
_SIGNATURES: Sequence[tuple[bytes, str]] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
#: Windows, Linux, macOS and Java programs, and scripts that name what runs them.
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"#!",
)
#: The folder that a zip holds by what it is.
_OFFICE = {
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
#: Names that a double click runs, whatever the file holds: programs, scripts, links, installers, and what
#: opens others.
_RUN = frozenset(
    (
        *("exe", "com", "scr", "pif", "bat", "cmd", "msi", "msp", "msc", "cpl", "dll", "sys", "jar", "jnlp"),
        *("js", "jse", "vbs", "vbe", "vb", "wsf", "wsh", "wsc", "ps1", "psm1", "psc1", "hta", "chm", "reg"),
        *("lnk", "url", "scf", "inf", "application", "appref-ms", "gadget", "sh", "bash", "command", "app"),
        *("desktop", "py", "pyw", "pl", "rb", "php", "iso", "img", "vhd", "vhdx", "one", "xll", "xlam"),
    )
)
_UNREADABLE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UNSAFE_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')
_HEAD = 4096

#: What a browser shows by itself without running anything of the file's.
SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"})


def type_of(contents: bytes) -> str:
    """The media type; what is unknown is `application/octet-stream`, markup of any kind `text/plain`."""
    head = contents[:_HEAD]
    for signature, mimetype in _SIGNATURES:
        if head.startswith(signature):
            return _office(contents) if mimetype == "application/zip" else mimetype
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "application/octet-stream" if _UNREADABLE.search(head) else "text/plain"


def _office(contents: bytes) -> str:
    """The directory at the end of a zip names its parts; it is searched, not unpacked."""
    directory = contents[-(1 << 16) :]
    found = (mimetype for folder, mimetype in _OFFICE.items() if folder in directory)
    return next(found, "application/zip")


def is_program(contents: bytes) -> bool:
    """Whether a double click would run it."""
    return contents.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_PROGRAMS)


def is_run_by_name(filename: str) -> bool:
    """Whether its name makes a program of it: `invoice.pdf.exe`, and `run.ps1 ` with a blank at its end."""
    return filename.rstrip(" .").rpartition(".")[2].casefold() in _RUN and "." in filename


def safe_name(filename: str) -> str:
    """The name without folders, control characters and what turns the direction of writing."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return _UNSAFE_NAME.sub("-", name).strip(" .-")[:200] or "file"
