"""What a person can read on a page, and the English that is left on a Chinese one."""

import re
from html.parser import HTMLParser

#: Attributes that are read out, or that a script shows.
SAID = frozenset({"aria-label", "title", "placeholder", "data-confirm", "alt", "label"})
#: Elements whose text is no text.
UNSEEN = frozenset({"script", "style", "kbd", "code"})
#: Elements that say what a value is, and never the value of a record.
LABELS = frozenset({"th", "label", "legend", "button", "h2", "h3", "summary", "option", "dt", "figcaption"})
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
#: What stays as it is in Chinese: names, codes, keys and units.
KEPT = re.compile(
    r"(?<![A-Za-z])(Bincard|English|CSV|PDF|XLSX|Excel|ISO|ID|SHA-256|UTF-8|SMTP|RoHS|REACH|ECCN|EAR99|Ctrl|Alt|Shift|Enter|Esc|Del|Tab|"
    r"[A-Z]{3}|https?://\S+|\S+@\S+)(?![A-Za-z])"
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [("attribute", value) for name, value in attrs if name in SAID and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while tag in self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not UNSEEN & set(self.open):
            label = next((tag for tag in reversed(self.open) if tag in LABELS), "")
            self.texts.append((label, data.strip()))


def texts(html: str, only_labels: bool = False) -> list[str]:
    """The texts of a page in order; `only_labels` leaves out what may be a value of a record."""
    reader = _Reader()
    reader.feed(html)
    return [text for where, text in reader.texts if where in LABELS or not only_labels]


def english(html: str, only_labels: bool = False) -> list[str]:
    """The texts in which a word of three letters or more is left that is no name, code or key."""
    return [text for text in texts(html, only_labels) if re.search(r"[A-Za-z]{3}", KEPT.sub("", text))]
