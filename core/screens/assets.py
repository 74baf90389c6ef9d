"""Static files of the host and of the addons, under addresses that change with their contents.

`/assets/<addon>/<hash of its static folder>/js/grid.js`: a browser keeps it for a year; the hash stands in
the path, so that one module's `import "./other.js"` stays within the same version.
"""

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request
from werkzeug.security import safe_join

from core.documents.fonts import faces
from core.loader.discovery import AddonSource
from core.security.rights import PUBLIC, requires

bp = Blueprint("assets", __name__)
# Not every system's table of types knows them.
mimetypes.add_type("font/woff2", ".woff2")

#: What becomes smaller when it is packed.
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml", "font/ttf")


class UnknownAssetError(LookupError):
    """A template asks for a static file of an addon that ships none."""


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Serve the static folders of these addons, and offer `asset(addon, path)` to templates."""
    folders = {s.name: s.path / "static" for s in sources if (s.path / "static").is_dir()}
    # Pages are in the fonts of the documents, which come with the product: the same on every machine.
    folders |= {f"fonts-{face.family.lower()}": face.path.parent for face in faces()}
    app.extensions["assets"] = {name: (folder, _hash_of(folder)) for name, folder in folders.items()}
    app.jinja_env.globals.update(asset=asset, font_sheet=font_sheet)
    app.register_blueprint(bp)


def _hash_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def asset(addon: str, path: str) -> str:
    """The address of a static file: `asset("core", "app.css")`."""
    if addon not in current_app.extensions["assets"]:
        raise UnknownAssetError(f"the addon {addon} has no static folder, so no {path}")
    return f"/assets/{addon}/{current_app.extensions['assets'][addon][1]}/{path}"


#: The letters in our own files of the pages (`devtools/page_fonts.py`); others are in the whole font.
LATIN = (
    "U+0020-007E, U+00A0-017F, U+0192, U+0218-021B, U+02C6-02DD, U+1E9E, U+2000-206F, U+20A0-20BF, U+2116, "
    "U+2122, U+2126, U+2190-2193, U+2202-2265, U+25A0-25CF, U+2713"
)
#: Chinese is fetched where a page has any and the system has no font of its own for it; never for the name of
#: the language alone, which the log-in shows to everybody.
_RULES = """\
@font-face { font-family: "Bincard Sans"; font-weight: 100 500; font-display: swap;
  unicode-range: %(letters)s; src: url("%(small)s/sans-400.woff2") format("woff2") }
@font-face { font-family: "Bincard Sans"; font-weight: 501 900; font-display: swap;
  unicode-range: %(letters)s; src: url("%(small)s/sans-600.woff2") format("woff2") }
@font-face { font-family: "Bincard Sans"; font-weight: 100 500; font-display: swap;
  unicode-range: %(further)s; src: url("%(latin)s/SourceSansPro-Regular.ttf") }
@font-face { font-family: "Bincard Sans"; font-weight: 501 900; font-display: swap;
  unicode-range: %(further)s; src: url("%(latin)s/SourceSansPro-Semibold.ttf") }
@font-face { font-family: "Bincard Chinese"; font-display: swap;
  unicode-range: U+2E80-9FFF, U+F900-FAFF, U+FE30-FE4F, U+FF00-FFEF;
  src: local("PingFang SC"), local("Microsoft YaHei"), local("Noto Sans CJK SC"), local("Noto Sans SC"),
    url("%(chinese)s/NotoSansSC-Regular.otf") }
@font-face { font-family: "Bincard Languages"; font-display: swap;
  src: local("PingFang SC"), local("Microsoft YaHei"), local("Noto Sans CJK SC"), local("Noto Sans SC"),
    url("%(small)s/languages.woff2") format("woff2") }
"""


def font_sheet() -> str:
    """The address of the style sheet that names the fonts of the pages."""
    return f"/assets/fonts-{hashlib.sha256(_rules().encode()).hexdigest()[:12]}.css"


def _rules() -> str:
    places = {kind: asset(f"fonts-{kind}", "").rstrip("/") for kind in ("latin", "chinese")}
    further = "U+0250-02C5, U+0370-058F, U+1E00-1E9D, U+1E9F-1FFF"
    return _RULES % {**places, "small": asset("core", "fonts"), "letters": LATIN, "further": further}


@bp.get("/assets/fonts-<version>.css")
@requires(PUBLIC)
def fonts(version: str) -> Response:
    """The fonts of the pages: the same as those of the documents, by addresses that change with them."""
    response = Response(_rules(), mimetype="text/css")
    lasting = font_sheet().endswith(f"-{version}.css") and not current_app.debug
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return response


@bp.get("/assets/<addon>/<version>/<path:path>")
@requires(PUBLIC)
def file(addon: str, version: str, path: str) -> Response:
    """A static file; an old version's address gets the new contents, but not for long."""
    folder, current = current_app.extensions["assets"].get(addon, (None, ""))
    found = safe_join(str(folder), path) if folder else None
    if found is None or not Path(found).is_file():
        abort(404)
    kind = mimetypes.guess_type(found)[0] or "application/octet-stream"
    packed = kind.startswith(_TEXT) and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(_contents(found, current, packed), mimetype=kind)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    lasting = version == current and not current_app.debug
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return response


@lru_cache(maxsize=256)
def _contents(path: str, _version: str, packed: bool) -> bytes:
    contents = Path(path).read_bytes()
    return gzip.compress(contents, 9, mtime=0) if packed else contents
