"""A page parted into what pages of one shape share, and the texts that are each its own.

Problem: statements of a month differ in names, days and amounts, and hardly ever in where these stand. Rule:
what stands in the cells of tables, and below whatever has the class `own`, are fields; all tags, and all
other texts, are the skeleton. Pages with one skeleton, whose fields are of the same scripts, have one shape.
Example: two statements of thirty lines in English have one shape; one of them in Chinese, or with a line
more, has another. What a template marks with the class `fixed` stays part of the skeleton, though it stands
in a cell: a text of several lines that all pages share. A picture of the class `own` is the page's own too,
where it is a code of squares, such as one to pay by.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape

from core.documents.fonts import CHINESE_FAMILY, faces

#: The tag that stands around a field while a shape is learned; no style names it.
FIELD = "x-field"
_TAG = re.compile(r"(<[^>]*>)")
_PICTURE = re.compile(r'(<img class="own" src=")([^"]*)(")')
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
#: A picture of nothing, which stands for a page's own.
NOTHING = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/%3E"
_NAME = re.compile(r"</?([a-zA-Z0-9-]+)")
_CLASSES = re.compile(r'class="([^"]*)"')
_BLANK = re.compile(r"[ \t\r\n]+")
#: Tags that end by themselves.
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta"})
#: What stands for a text of these scripts while a shape is learned: as high as any, and as long as the least.
_STANDING_FOR = {"l": "0", "c": "深", "lc": "0深"}
#: The same where the page repeats the text at its edges: there it tells which field it is.
_TELLING = {"l": "~{latin}~", "c": "深{chinese}深", "lc": "~{latin}~深"}
_TOLD = re.compile("(~[0-9]+~深?|深[零一二三四五六七八九]+深)")
_LATIN, _CHINESE = "0123456789", "零一二三四五六七八九"


@dataclass(frozen=True)
class Page:
    """A page by its parts; those with an equal `key` have one shape."""

    #: Tags, and the texts around them: one more.
    tags: tuple[str, ...]
    texts: tuple[str, ...]
    #: Which of the texts are fields, and of which scripts each is.
    fields: tuple[int, ...]
    scripts: tuple[str, ...]
    #: Which texts stand in an element of the class `own`.
    own: frozenset[int]
    #: What the fields say.
    values: Sequence[str]
    #: Where its own pictures come from, in order.
    pictures: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What all pages of its shape have in common."""
        own = set(self.fields)
        shared = tuple(text for n, text in enumerate(self.texts) if n not in own)
        return self.tags, shared, self.fields, self.scripts

    def as_shape(self) -> str:
        """The page with a text that stands for each field, the same for all of its shape."""
        texts = list(self.texts)
        for number, (n, scripts) in enumerate(zip(self.fields, self.scripts, strict=True)):
            before, after = _edges(texts[n])
            standing = (_TELLING if n in self.own else _STANDING_FOR)[scripts.strip()]
            chinese = str(number).translate(str.maketrans(_LATIN, _CHINESE))
            said = standing.format(latin=number, chinese=chinese)
            texts[n] = f'{before}<{FIELD} n="{number}">{said}</{FIELD}>{after}'
        parts = [part for pair in zip(texts, self.tags, strict=False) for part in pair]
        return "".join([*parts, texts[-1]])


def parted(html: str) -> Page | None:
    """The page by its parts; None where it has a character that our fonts don't have."""
    # What it is called is said by what is known of the record, and printed nowhere.
    html = _TITLE.sub("", html, count=1)
    pictures = tuple(found[2] for found in _PICTURE.finditer(html))
    parts = _TAG.split(_PICTURE.sub(rf"\1{NOTHING}\3", html) if pictures else html)
    tags, texts = tuple(parts[1::2]), tuple(parts[::2])
    places, alone, own = _places(tags)
    fields = tuple(n for n in places if n in alone or not _is_blank(texts[n]))
    found = [_read(texts[n]) for n in fields]
    scripts = tuple([one for one, _said in found])
    if "" in scripts:
        return None
    return Page(tags, texts, fields, scripts, own, [said for _scripts, said in found], pictures)


def told(text: str) -> tuple[str | int, ...]:
    """A text at the edge of a page that a shape is learned from: the numbers of its fields, and the rest."""
    return tuple(_field_of(part) if _TOLD.fullmatch(part) else part for part in _TOLD.split(text) if part)


def _field_of(mark: str) -> int:
    return int(mark.strip("~深").translate(str.maketrans(_CHINESE, _LATIN)))


def _is_blank(text: str) -> bool:
    return not text or text.isspace()


def _said(text: str) -> str:
    """As it is printed: a hard space stays, any other blank is one."""
    return unescape(_BLANK.sub(" ", text).strip(" "))


def _edges(text: str) -> tuple[str, str]:
    """Whether blanks stand before and after it, which part it from its neighbours on a line."""
    return " " * text[:1].isspace(), " " * text[-1:].isspace()


@lru_cache(maxsize=20_000)
def _read(text: str) -> tuple[str, str]:
    """Which of our fonts a text takes, with its edges, empty where they don't do; and what it says."""
    said, latin = _said(text), _characters("latin")
    beyond = set(said) - latin
    if beyond - _characters("chinese"):
        return "", said
    # The first one says how far down the line is.
    found = "l" * (said[:1] in latin or not said) + "c" * bool(beyond)
    before, after = _edges(text) if said else ("", "")
    return before + found + after, said


@cache
def _characters(which: str) -> frozenset[str]:
    """What the font of one of the scripts has."""
    from fontTools.ttLib import TTFont

    chosen = next(face for face in faces() if (face.family == CHINESE_FAMILY) == (which == "chinese"))
    with TTFont(chosen.path, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


@lru_cache(maxsize=256)
def _places(tags: Sequence[str]) -> tuple[tuple[int, ...], frozenset[int], frozenset[int]]:
    """Which texts are fields; which of them are all of a cell, and may be empty; which are below `own`."""
    places, alone, own, around = [], set(), set(), [_Around("")]
    for n, tag in enumerate(tags, start=1):
        name = _name_of(tag)
        if tag.startswith("</"):
            if around[-1].name == name:
                around.pop()
        elif name not in _VOID:
            around.append(around[-1].within(name, tag))
        here = around[-1]
        if (here.cell or here.own) and not here.fixed:
            places.append(n)
            own |= {n} if here.own else set()
            if name == "td" and not tag.startswith("</") and tags[n : n + 1] == ("</td>",):
                alone.add(n)
    return tuple(places), frozenset(alone), frozenset(own)


def _name_of(tag: str) -> str:
    found = _NAME.match(tag)
    return found[1].lower() if found else ""


@dataclass(frozen=True)
class _Around:
    """What a text stands in."""

    name: str
    cell: bool = False
    own: bool = False
    fixed: bool = False

    def within(self, name: str, tag: str) -> "_Around":
        found = _CLASSES.search(tag)
        classes = found[1].split() if found else []
        own, fixed = self.own or "own" in classes, self.fixed or "fixed" in classes
        return _Around(name, self.cell or name == "td", own, fixed)
