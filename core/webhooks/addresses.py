"""Where a webhook may go: out of the house, over TLS, and never to where only this machine should reach.

Problem: whoever may enter an address could make the server call its own neighbours, such as the address
from which clouds hand out credentials; a name may resolve to one address when it is checked and to another
when it is called. Rule: the name is resolved once for an attempt, every address is checked, and the
connection goes to an address that was checked. Example: `https://evil.example` → 169.254.169.254 is refused,
whenever that is.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.errors import UserError
from core.i18n import _
from core.settings import Settings

LONGEST = 2000
#: Prefix by which a network of IPv6 alone reaches IPv4; the address is in its last four bytes.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: What Python calls global in some versions, and no receiver has: local NAT64, IPv4-compatible, Teredo and
#: other protocol assignments, site-local.
_NEVER = [
    ipaddress.ip_network(text)
    for text in ("64:ff9b:1::/48", "::/96", "2001::/23", "fec0::/10", "192.0.0.0/24", "192.88.99.0/24")
]
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class WebhookAddressError(UserError):
    """Nothing may be sent there; says why and what is possible."""


@dataclass(frozen=True)
class Target:
    """An address taken to pieces."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the `Host` header says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def parse(url: str, settings: Settings) -> Target:
    """The parts of an address; raises WebhookAddressError for one that nothing is sent to."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _malformed() from error
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST
    if not plain or not parts.hostname or parts.username is not None or parts.fragment:
        raise _malformed()
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_local_test(parts.hostname, settings)):
        raise WebhookAddressError(_("Webhooks go out encrypted: give an address that begins with https://."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path)


def _malformed() -> WebhookAddressError:
    return WebhookAddressError(_("Give an address such as https://example.com/hooks/bincard."))


def _is_local_test(host: str, settings: Settings) -> bool:
    return settings.development and host in ("127.0.0.1", "::1", "localhost")


def resolve(target: Target, settings: Settings) -> list[IPAddress]:
    """The addresses of the target's host, all of them allowed; raises WebhookAddressError and OSError."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(
        dict.fromkeys(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found)
    )
    refused = [address for address in addresses if not is_allowed(address, settings)]
    if refused or not addresses:
        raise WebhookAddressError(
            _(
                "%(host)s leads to %(address)s, inside this network: ask the operator to allow it.",
                host=target.host,
                address=refused[0] if refused else "–",
            )
        )
    return addresses


def is_allowed(address: IPAddress, settings: Settings) -> bool:
    """Whether webhooks may go to an address: a public one, or one that the operator named."""
    inner = _embedded(address)
    if inner is not None:
        return is_allowed(inner, settings)
    if settings.development and address.is_loopback:
        return True
    named = (ipaddress.ip_network(n.strip()) for n in settings.webhooks_private.split(",") if n.strip())
    if any(address in network for network in named):
        return True
    return address.is_global and not address.is_multicast and not any(address in n for n in _NEVER)


def _embedded(address: IPAddress) -> IPAddress | None:
    """The IPv4 address that an IPv6 one stands for: what looks far away may lead to the neighbour."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def refuse_inside(target: Target, settings: Settings) -> None:
    """Raise WebhookAddressError where the address itself says that it leads inside; asks no name server.

    What a name leads to is checked at each attempt: it may be another address tomorrow.
    """
    name = target.host.rstrip(".").lower()
    inside = name == "localhost" or name.endswith(".localhost")
    try:
        # Any way to write a number is one for the system: 127.1, 0x7f000001 and 2130706433 too.
        found = socket.getaddrinfo(target.host, target.port, flags=socket.AI_NUMERICHOST)
    except OSError:
        found = []
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if (inside and not settings.development) or not all(is_allowed(a, settings) for a in addresses):
        raise WebhookAddressError(
            _("%(host)s lies inside this network: ask the operator to allow it.", host=target.host)
        )
