"""The token of a link: its id, signed by the key of the installation and a secret of the link's own."""

import base64
import binascii
import hmac
from typing import Any

from flask import current_app, has_request_context, url_for

from core.security.keys import derived

#: Bytes of the id, and of the signature behind it.
_ID, _SIGNATURE = 8, 20


def token_of(link: Any) -> str:
    """What stands in the address of a link."""
    number = int(link.id).to_bytes(_ID, "big")
    signed = number + _sign(number, link.secret)
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def id_of(token: str) -> int | None:
    """The id that a token claims; None for what is no token."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    number = int.from_bytes(raw[:_ID], "big")
    return number if len(raw) == _ID + _SIGNATURE and number < 2**63 else None


def is_signed(token: str, link: Any) -> bool:
    """Whether it is the token of this link."""
    return hmac.compare_digest(token, token_of(link))


def is_reachable() -> bool:
    """Whether it is known where links lead: set, or as the browser asked."""
    return bool(current_app.extensions["settings"].public_url) or has_request_context()


def address_of(link: Any) -> str:
    """The whole address, as it goes into a mail; only where `is_reachable`."""
    public = current_app.extensions["settings"].public_url
    if public:
        return f"{public}/l/{token_of(link)}"
    return url_for("links.show", token=token_of(link), _external=True)


def _sign(number: bytes, secret: str) -> bytes:
    key = derived(current_app.config["SECRET_KEY"], "public links")
    return hmac.new(key, number + secret.encode(), "sha256").digest()[:_SIGNATURE]
