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

from core.loader.discovery import AddonSource
from core.security.rights import PUBLIC, requires

bp = Blueprint("assets", __name__)

_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")


class UnknownAssetError(LookupError):
    """A template asks for a static file of an addon that ships none."""


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Serve the static folders of these addons, and offer `asset(addon, path)` to templates."""
    folders = {s.name: s.path / "static" for s in sources if (s.path / "static").is_dir()}
    app.extensions["assets"] = {name: (folder, _hash_of(folder)) for name, folder in folders.items()}
    app.jinja_env.globals["asset"] = asset
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
