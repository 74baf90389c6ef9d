"""What every response tells the browser: a strict content security policy with a nonce, and no leaks."""

import re
import secrets
from typing import TypeVar
from urllib.parse import quote

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface
from werkzeug.wrappers import Response as BaseResponse

#: Frames of our own pages only: a PDF beside the page that it belongs to.
_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; object-src 'none'; "
    "form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)

#: What a name in a header cannot hold as it is: controls, quotation marks, what is beyond ASCII.
_UNSAFE = re.compile(r"[^\x20-\x7e]|[\"\\/%;]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
Answer = TypeVar("Answer", bound=BaseResponse)

_LOOPBACK = ("localhost", "127.0.0.1")


class SessionCookie(SecureCookieSessionInterface):
    """The session's cookie goes over TLS only, but on a developer's machine and on loopback."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Not by the request alone: behind a proxy that is not believed it looks like plain HTTP."""
        plain = app.extensions["settings"].development or request.host.split(":")[0] in _LOOPBACK
        return request.is_secure or not plain


def csp_nonce() -> str:
    """The nonce of this response, for a script or style that stands in the page itself."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def named(response: Answer, filename: str, *, shown: bool = False) -> Answer:
    """The response with the one header that names its file; `shown` where a browser may open it in a tab.

    `对账单.pdf` goes as RFC 6266 has it, with a name of ASCII beside it for what is older; nothing in a name
    ends the header or begins another one.
    """
    name = _CONTROL.sub("_", filename).strip() or "file"
    plain = _UNSAFE.sub("_", name)
    kind = "inline" if shown else "attachment"
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Disposition"] = f'{kind}; filename="{plain}"{extended}'
    return response


def init_app(app: Flask) -> None:
    """Send the headers with every response, and offer `csp_nonce()` to templates."""
    app.session_interface = SessionCookie()
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=csp_nonce()))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    # Pages hold business data, and htmx asks the same address for parts of a page.
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Vary", "HX-Request, Cookie")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
