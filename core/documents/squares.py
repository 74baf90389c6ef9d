"""Codes of squares, such as those to pay by: from the picture to the operators of a PDF."""

import re
from functools import lru_cache
from urllib.parse import unquote

from core.documents.penmanship import UnfitError

_SIZE = re.compile(r"viewBox=['\"]0 0 (\d+) \1['\"]")
#: The one line of such a picture, in rows of squares: to a place, so far on, so many squares.
_PATH = re.compile(r"<path[^>]* d=['\"]([^'\"]*)['\"][^>]*/></svg>")
_SCALE = re.compile(r"transform=['\"]scale\(([\d.]+)\)['\"]")
_STEP = re.compile(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?")


@lru_cache(maxsize=256)
def squares(source: str, left: float, top: float, side: float) -> bytes:
    """What draws a code in a square of this place and size; raises UnfitError where it is none."""
    svg = unquote(source.partition(",")[2])
    size, path = _SIZE.search(svg), _PATH.search(svg)
    if not source.startswith("data:image/svg+xml") or size is None or path is None:
        raise UnfitError(source[:40])
    scale = _SCALE.search(svg)
    one = side / int(size[1]) * (float(scale[1]) if scale else 1)
    x = y = 0.0
    found = []
    for kind, across, down in _STEP.findall(path[1]):
        if kind == "h":
            found.append(f"{x:g} {y - 0.5:g} {across} 1 re")
        x = float(across) + (0 if kind == "M" else x)
        y = float(down or 0) + (0 if kind == "M" else y)
    return f"q {one:.6f} 0 0 {one:.6f} {left:.4f} {top:.4f} cm 0 0 0 rg\n{chr(10).join(found)}\nf Q".encode()
