"""WeasyPrint, set up once a process.

Problem: reading the fonts, parsing the style sheet and opening the font map cost more than a page does.
A document of one page takes 213 ms when each is set up anew, and 150 ms when one font configuration, one
parsed style sheet and one image cache serve all. Rule: make them at the first document, keep them, and
let one thread at a time use them, since Pango's font map is not made for two.

WeasyPrint is imported here and nowhere else, at the first document: an app that prints nothing
doesn't pay for it.
"""

import atexit
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from functools import lru_cache, partial
from html import escape
from importlib.resources import files
from io import BytesIO
from typing import Any

from core.documents.about import describe
from core.documents.assembly import assembled
from core.documents.fonts import MissingFontError, faces
from core.documents.glyphs import UnprintableError
from core.documents.identity import DataFile, Identity
from core.documents.penmanship import UnfitError
from core.documents.replay import Shapes
from core.documents.skeleton import parted
from core.settings import ROOT

STYLE = ROOT / "templates/documents/document.css"
#: Archivable, with the data embedded beside the page.
VARIANT = "pdf/a-3b"

log = logging.getLogger(__name__)
_lock = threading.Lock()


class ForeignResourceError(Exception):
    """A template names something that lies outside the document: an address or a file."""


@dataclass
class Engine:
    """What one process keeps from document to document."""

    font_config: Any
    style: Any
    fetcher: Any
    #: What the fetcher raises.
    refused: type[BaseException]
    profile: Any
    cache: dict[Any, Any] = field(default_factory=dict)
    shapes: Shapes = field(default_factory=Shapes)
    #: Whether it can make fonts of a few characters, without which nothing is replayed.
    replays: bool = True


def engine_problems() -> list[str]:
    """Why this machine prints not at all, or slowly; empty when all is well."""
    try:
        faces()
        from weasyprint.text.ffi import harfbuzz_subset
    except (MissingFontError, OSError) as error:
        return [str(error)]
    if not harfbuzz_subset:
        return [
            "HarfBuzz-Subset is missing, without which a Chinese document takes twenty times as long: "
            "install libharfbuzz-subset0 (Debian, Ubuntu) or harfbuzz (Fedora, brew)"
        ]
    return []


def to_pdf(
    html: str,
    identity: Identity,
    title: str,
    data_files: Sequence[DataFile] = (),
    *,
    replayed: bool = False,
) -> bytes:
    """The PDF/A-3 of a page; the same input gives the same bytes, on every process and day.

    `replayed`: a page of a shape that was laid out before is not laid out again.
    """
    with _lock:
        engine = _engine()
        made = _replay(engine, html, identity, title, data_files) if replayed else None
        return made or _write(engine, html, identity, title, data_files)


def _replay(
    engine: Engine, html: str, identity: Identity, title: str, data_files: Sequence[DataFile]
) -> bytes | None:
    """The PDF by the shape of its page; None where it has to be laid out."""
    page = parted(html) if engine.replays else None
    if page is None:
        return None
    shape = engine.shapes.of(page, partial(_laid_out, engine), partial(_written, engine))
    if shape is None:
        return None
    try:
        return assembled(shape, engine.shapes.faces, page, identity, title, data_files)
    except UnfitError:
        return None


def _write(
    engine: Engine, html: str, identity: Identity, title: str, data_files: Sequence[DataFile]
) -> bytes:
    pages = _laid_out(engine, html)
    describe(pages.metadata, identity, title)
    attachments = [_attachment(engine, one, identity) for one in sorted(data_files, key=lambda one: one.name)]
    pdf = _written(engine, pages, _list_attachments_once, attachments=attachments)
    missing = _missing_glyphs(pages)
    if missing:
        raise UnprintableError.of_document(identity, missing)
    return pdf


def _laid_out(engine: Engine, html: str) -> Any:
    from weasyprint import HTML

    source = HTML(string=html, url_fetcher=engine.fetcher)
    try:
        pages = source.render(font_config=engine.font_config, stylesheets=[engine.style], cache=engine.cache)
    except engine.refused as error:
        raise ForeignResourceError(str(error)) from None
    pages.color_profiles["srgb"] = engine.profile
    return pages


def _written(engine: Engine, pages: Any, finisher: Any, **options: Any) -> bytes:
    pdf: bytes = pages.write_pdf(
        finisher=finisher,
        pdf_variant=VARIANT,
        # Ours is given above; WeasyPrint 70.0 would open its file again for each document, and not close it.
        output_intent="",
        custom_metadata=True,
        **options,
    )
    return pdf


@lru_cache(maxsize=1024)
def boxes_of(characters: frozenset[str]) -> str:
    """Which of these no font has, neither one of ours nor one of this machine: asked by printing them."""
    from weasyprint import HTML

    with _lock:
        engine = _engine()
        # Each on its own: marks and joiners would change what stands beside them.
        source = "".join(f"<p>{escape(character)}</p>" for character in sorted(characters))
        pages = HTML(string=source, url_fetcher=engine.fetcher).render(
            font_config=engine.font_config, stylesheets=[engine.style], cache=engine.cache
        )
        pages.write_pdf(output_intent="")
        return _missing_glyphs(pages)


def _attachment(engine: Engine, file: DataFile, identity: Identity) -> Any:
    from weasyprint import Attachment

    moment = identity.issued_at.astimezone(UTC)
    return Attachment(
        file_obj=BytesIO(file.contents),
        # It has nothing to fetch, and would make a fetcher of its own, in a millisecond.
        url_fetcher=engine.fetcher,
        name=file.name,
        description=file.description,
        created=moment,
        modified=moment,
        relationship=file.relationship,
    )


def _list_attachments_once(document: Any, pdf: Any) -> None:
    """WeasyPrint 70.0 lists each embedded file twice among the associated ones."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])


def _missing_glyphs(pages: Any) -> str:
    """The characters that were printed as boxes, each once."""
    return "".join(sorted({chr(point) for font in pages.fonts.values() for point in font.missing}))


@lru_cache(maxsize=1)
def _engine() -> Engine:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    problems = engine_problems()
    for problem in problems:
        log.error(problem)
    _quieten()
    # WeasyPrint copies the fonts to a folder that it removes with the configuration, if Python still can.
    atexit.register(_engine.cache_clear)
    fonts = faces()
    fetcher, refused = _fetcher(frozenset(face.path.as_uri() for face in fonts))
    config = FontConfiguration()
    rules = "".join(face.rule() for face in fonts) + STYLE.read_text(encoding="utf-8")
    style = CSS(string=rules, font_config=config, url_fetcher=fetcher)
    return Engine(config, style, fetcher, refused, _colour_profile(), replays=not problems)


def _colour_profile() -> Any:
    """What an archivable file says its colours mean."""
    from weasyprint.css import ColorProfile

    contents = (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()
    return ColorProfile(BytesIO(contents), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))


def _quieten() -> None:
    """The subsetter tells of each table it drops; our own warnings would drown."""
    for name in ("fontTools", "weasyprint.progress"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # A missing glyph is refused by ourselves, all of a document at once.
    logging.getLogger("weasyprint").addFilter(lambda entry: not entry.msg.startswith(".notdef glyph"))


def _fetcher(fonts: frozenset[str]) -> tuple[Any, type[BaseException]]:
    """Nothing but `data:` addresses and our own fonts is ever read."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class Refused(FatalURLFetchingError):
        """Fatal, since a document without its picture must not go out unnoticed."""

    class EmbeddedOnly(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url in fonts or url.startswith("data:"):
                return super().fetch(url, headers)
            raise Refused(
                f"a document holds only what is embedded in it: {url!r} is refused, use data: instead"
            )

    return EmbeddedOnly(allowed_protocols={"file", "data"}), Refused
