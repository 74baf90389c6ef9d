"""The fonts that every document brings along, so that a machine without any prints the same pages.

Latin, Greek and Cyrillic come from Source Sans Pro, whose figures all have one width; Chinese from Noto
Sans SC, whose own Latin letters are of the same drawing. Both are found in their wheels, unimported.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

LATIN = "font_source_sans_pro"
CHINESE = "pylopdf_fonts_zh_cn"
#: The name of the Chinese face in style sheets.
CHINESE_FAMILY = "Chinese"


class MissingFontError(Exception):
    """A package that holds a font is not installed."""


@dataclass(frozen=True)
class Face:
    """One font file and the name and weight under which style sheets know it."""

    family: str
    weight: int
    path: Path

    def rule(self) -> str:
        """The `@font-face` rule."""
        return (
            f"@font-face {{ font-family: {self.family}; font-weight: {self.weight}; "
            f'src: url("{self.path.as_uri()}") }}\n'
        )


def faces() -> tuple[Face, ...]:
    """The faces of our documents; raises MissingFontError with the package to install."""
    latin = _folder(LATIN) / "files"
    return (
        Face("Latin", 400, latin / "SourceSansPro-Regular.ttf"),
        Face("Latin", 600, latin / "SourceSansPro-Semibold.ttf"),
        Face(CHINESE_FAMILY, 400, _folder(CHINESE) / "NotoSansSC-Regular.otf"),
    )


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingFontError(f"install the Python package {package.replace('_', '-')}: it holds a font")
    return Path(spec.origin).parent
