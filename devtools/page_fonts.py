"""`python -m devtools.page_fonts` makes the fonts of the pages from those of the documents: what Latin needs.

Source Sans whole is 280 KB a weight; a first visit should not wait for it. The licence asks that a changed
font has another name than the reserved one, inside the file too. Other letters come from the whole font.
"""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from core.documents.fonts import faces
from core.locales import LOCALES
from core.screens.assets import LATIN

FOLDER = Path(__file__).parents[1] / "core/static/fonts"
_FEATURES = ["kern", "mark", "mkmk", "liga", "tnum", "pnum", "lnum", "ccmp", "locl"]


def main() -> None:
    """Write the three files."""
    regular, semibold, chinese = (face.path for face in faces())
    _make(regular, _points(LATIN), "Bincard Sans", "sans-400")
    _make(semibold, _points(LATIN), "Bincard Sans", "sans-600")
    # The log-in offers each language by its own name, to people who read no other word of it.
    _make(chinese, {ord(letter) for letter in LOCALES["zh_CN"]}, "Bincard Chinese", "languages")


def _points(ranges: str) -> set[int]:
    """The code points of a `unicode-range`."""
    found: set[int] = set()
    for part in ranges.replace("U+", "").split(","):
        first, _dash, last = part.strip().partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


def _make(source: Path, points: set[int], family: str, name: str) -> None:
    options = subset.Options(layout_features=_FEATURES, hinting=False, notdef_outline=True)
    font = TTFont(source)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=points)
    cut.subset(font)
    names = {1: family, 2: "Regular", 3: f"{family} {name}", 4: family, 6: family.replace(" ", "")}
    for record in list(font["name"].names):
        if record.nameID in names:
            font["name"].setName(
                names[record.nameID], record.nameID, record.platformID, record.platEncID, record.langID
            )
        elif record.nameID in (16, 17):
            font["name"].removeNames(record.nameID)
    if "CFF " in font:
        font["CFF "].cff.fontNames = [names[6]]
        font["CFF "].cff.topDictIndex[0].FullName = family
        font["CFF "].cff.topDictIndex[0].FamilyName = family
    font.flavor = "woff2"
    font.save(FOLDER / f"{name}.woff2")


if __name__ == "__main__":
    main()
