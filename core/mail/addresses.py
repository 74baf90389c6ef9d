"""Mail addresses as people type them, and what is wrong with one before it is too late."""

import re
from collections.abc import Iterable

import idna

from core.i18n import _

#: Separators between several addresses in one field, Chinese ones too.
_SEPARATOR = re.compile(r"[,;\n\r，；、]+")
_NAMED = re.compile(r"^[^<>]*<([^<>]*)>$")
_LOCAL = re.compile(r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
_LABEL = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$")
_LONGEST = 254


class MailAddressError(ValueError):
    """An address to which nothing can be sent; the message says which, and what to do."""

    def __init__(self, address: str, message: str) -> None:
        super().__init__(message)
        self.address = address


def parse_addresses(text: str) -> list[str]:
    """The addresses in a field, separated by commas, semicolons or new lines, each once.

    `Ann <ann@example.com>` gives the address alone. Raises MailAddressError at the first bad one.
    """
    parts = (part.strip() for part in _SEPARATOR.split(text))
    return checked(part for part in parts if part)


def checked(addresses: Iterable[str]) -> list[str]:
    """The same addresses, each once; raises MailAddressError at the first bad one."""
    return list(dict.fromkeys(_checked(address) for address in addresses))


def _checked(text: str) -> str:
    named = _NAMED.match(text.strip())
    address = (named.group(1) if named else text).strip()
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.match(local) or not _is_domain(domain) or len(address) > _LONGEST:
        raise MailAddressError(
            text,
            _(
                "“%(address)s” is not a mail address: write it like name@example.com, "
                "and separate several by commas.",
                address=text,
            ),
        )
    return f"{local}@{_ascii(domain)}"


def _is_domain(domain: str) -> bool:
    try:
        labels = _ascii(domain).split(".")
    except UnicodeError:
        return False
    return all(_LABEL.match(label) for label in labels) and (len(labels) > 1 or labels == ["localhost"])


def _ascii(domain: str) -> str:
    """`例子.中国` → `xn--fsqu00a.xn--fiqs8s`, which every server understands.

    By IDNA 2008: Python's own codec makes `grosse-teile.de` of `große-teile.de`, which is another firm's.
    """
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
