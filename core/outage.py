"""What a person sees while the database is away: a page that needs neither it nor an app."""

import json
from html import escape

from werkzeug.wrappers import Request, Response

from core.i18n import COOKIE, N_, host_locale, host_text

TITLE = N_("The database does not answer.")
ADVICE = N_("It will work again by itself as soon as the database is back.")
#: Seconds after which a program may ask again.
RETRY_AFTER = 5

_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>Bincard</title>
<meta name="viewport" content="width=device-width"></head>
<body><main><h1>{title}</h1><p>{advice}</p></main></body></html>
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
        page = _PAGE.format(lang=lang, title=escape(title), advice=escape(advice))
        response = Response(page, mimetype="text/html")
    response.status_code = 503
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response
