"""Keys derived from the installation's secret: each purpose has its own, so that none opens another."""

import base64
import hashlib
import hmac

from core.settings import Settings


def derived(secret: str, purpose: str) -> bytes:
    """32 bytes for this purpose alone (HKDF's expansion with SHA-256, one block)."""
    pseudorandom = hmac.new(b"bincard", secret.encode(), hashlib.sha256).digest()
    return hmac.new(pseudorandom, purpose.encode() + b"\x01", hashlib.sha256).digest()


def totp_secrets(settings: Settings, secret_key: str) -> dict[str, str]:
    """By which the secrets of authenticator apps are encrypted at rest: tag → key, the highest tag writes.

    `BINCARD_TOTP_SECRETS` holds `1:key` and, after a change of keys, `2:new,1:old`. Left out, the key follows
    from `BINCARD_SECRET_KEY`, and a new one makes everybody set the second factor up again.
    """
    given = settings.totp_secrets.get_secret_value()
    if not given:
        return {"0": base64.urlsafe_b64encode(derived(secret_key, "second factor")).decode()}
    return dict(part.strip().split(":", 1) for part in given.split(",") if part.strip())
