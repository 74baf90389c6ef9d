"""What two PDFs show, so that tests can compare them."""

from typing import Any

import pypdfium2
from PIL import ImageChops

#: Points that differ by less than this, of 255, look the same.
_FAINT = 16


def texts_of(contents: bytes) -> list[list[str]]:
    """The lines on each page, in the order of the file; blanks at their ends are no words."""
    with pypdfium2.PdfDocument(contents) as pdf:
        texts = [str(page.get_textpage().get_text_range()) for page in pdf]
    return [[line.strip() for line in text.splitlines()] for text in texts]


def differing(one: bytes, other: bytes, scale: float = 2) -> float:
    """Which part of their points looks different, on the page where most do."""
    found = [0.0]
    for own, theirs in zip(_pictures(one, scale), _pictures(other, scale), strict=True):
        counted = ImageChops.difference(own, theirs).histogram()
        found.append(sum(counted[_FAINT:]) / sum(counted))
    return max(found)


def _pictures(contents: bytes, scale: float) -> list[Any]:
    with pypdfium2.PdfDocument(contents) as pdf:
        return [page.render(scale=scale).to_pil().convert("L") for page in pdf]
