"""Pictures: what may be kept of them, and in which form a document takes them.

Problem: a picture of a few kilobytes may unpack to gigabytes, may be called png and be something else, and
may carry a camera's notes. Rule: the header is read first, and what is too large is never unpacked; what goes
onto documents is drawn anew as a PNG that fits its place. Example: a letterhead of 6,000 × 1,000 points
becomes one of 1,200 × 200; a PNG of 40 kB that says it is 30,000 × 30,000 is refused unread.

Pillow is imported by who looks at a picture: few processes do (ADR 160).
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import UserError
from core.i18n import _

#: Points that a picture may have; a photo of a good camera has 50 million.
MOST_POINTS = 50_000_000


class PictureError(UserError):
    """It is no picture that can be used; the text says why."""


def size_of(contents: bytes) -> tuple[int, int]:
    """Width and height by the header, without unpacking; raises PictureError."""
    from PIL import Image, UnidentifiedImageError

    try:
        with _unwarned(), Image.open(io.BytesIO(contents)) as picture:
            width, height = picture.size
    except Image.DecompressionBombError as error:
        raise PictureError(_too_large()) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureError(_("This is no picture that can be read: use PNG or JPEG.")) from error
    if width * height > MOST_POINTS:
        raise PictureError(_too_large())
    return width, height


@contextmanager
def _unwarned() -> Iterator[None]:
    """Pillow warns of large pictures and refuses huge ones: we refuse both by their size."""
    from PIL import Image

    with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
        yield


@contextmanager
def _whole() -> Iterator[None]:
    """WeasyPrint, once it is imported, lets Pillow fill what is cut off with grey: not here."""
    from PIL import ImageFile

    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _too_large() -> str:
    return _("The picture has more than %(n)s million points: make it smaller.", n=MOST_POINTS // 10**6)


def fitted(contents: bytes, width: int, height: int) -> bytes:
    """The picture as a PNG of at most so many points, its proportions kept; raises PictureError."""
    from PIL import Image

    size_of(contents)
    try:
        with _whole(), Image.open(io.BytesIO(contents), formats=("PNG", "JPEG")) as picture:
            drawn = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise PictureError(_("This is no picture that can be read: use PNG or JPEG.")) from error
    drawn.thumbnail((width, height))
    made = io.BytesIO()
    drawn.save(made, "PNG", optimize=True)
    return made.getvalue()
