"""What a person sees while the database is away: a page that needs neither it nor an app."""

import json
from base64 import b64encode
from hashlib import sha256
from html import escape

from werkzeug.wrappers import Request, Response

from core.i18n import COOKIE, N_, host_locale, host_text

TITLE = N_("The database does not answer.")
TRY_AGAIN = N_("Try again")
ADVICE = N_("It will work again by itself as soon as the database is back.")
#: Seconds after which a program may ask again.
RETRY_AFTER = 5

#: As `app.css` has it: the page must look like the others, and can fetch nothing while the database is away.
_STYLE = (
    "body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f4f6f6;color:#1c2526;"
    'font:13px/1.4 system-ui,"Segoe UI",Roboto,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}'
    "main{max-width:62ch;padding:20px;text-align:center}p{color:#4d5a5c}h1{font-size:1.25rem;margin:0 0 6px}"
    ".brand{font-size:1.5rem;font-weight:700;color:#0f5f6b}"
    "a{display:inline-block;padding:6px 14px;border-radius:6px;background:#0f5f6b;color:#fff;font-weight:600;"
    "text-decoration:none}"
    "@media(prefers-color-scheme:dark){body{background:#101415;color:#e2e8e8}p{color:#a3b0b1}"
    ".brand{color:#74c4d1}a{background:#1b7e8d}}"
)
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; frame-ancestors 'self'; style-src 'sha256-{_HASH}'"
_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title} · Bincard</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style>{again}</head>
<body><main><p class="brand">Bincard</p><h1>{title}</h1><p>{advice}</p>{link}</main></body></html>
"""
_TOAST = '<div id="toast-part"><div class="toast-msg danger" role="alert">{title} {advice}</div></div>'
#: htmx puts it where messages go, and leaves the page and what was typed as they are.
_TOAST_HEADERS = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend", "HX-Reselect": "#toast-part"}


def outage_page(request: Request) -> Response:
    """503 in the visitor's language; nothing of the request has been done."""
    locale = host_locale(request.cookies.get(COOKIE, ""), request.accept_languages)
    title, advice = host_text(TITLE, locale), host_text(ADVICE, locale)
    if request.accept_mimetypes.best == "application/json":
        response = Response(json.dumps({"error": title, "advice": advice}), mimetype="application/json")
    elif request.headers.get("HX-Request"):
        part = _TOAST.format(title=escape(title), advice=escape(advice))
        response = Response(part, mimetype="text/html", headers=_TOAST_HEADERS)
    else:
        lang = locale.replace("_", "-")
        page = _PAGE.format(
            lang=lang, title=escape(title), advice=escape(advice), style=_STYLE, **_again(request, locale)
        )
        response = Response(page, mimetype="text/html", headers={"Content-Security-Policy": _POLICY})
    response.status_code = 503
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response


def _again(request: Request, locale: str) -> dict[str, str]:
    """The page asks for itself until it is there; a form that was sent is not sent once more."""
    if request.method != "GET":
        return {"again": "", "link": ""}
    refresh = f'<meta http-equiv="refresh" content="{RETRY_AFTER}">'
    return {"again": refresh, "link": f'<p><a href="">{escape(host_text(TRY_AGAIN, locale))}</a></p>'}
