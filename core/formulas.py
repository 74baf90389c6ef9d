"""Cells that a spreadsheet would run.

Problem: `=HYPERLINK(...)` in a customer's name runs on the machine of the accountant who opens the export.
Rule: text that begins like a formula gets an apostrophe in front, which spreadsheets take for "this is
text"; plain numbers such as `-12.50` stay what they are. Reading takes the apostrophe away again, so that
a file that went out comes back unchanged.
"""

import re

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile("[-+]?[0-9][0-9,. \u00a0\u202f]*")


def neutral(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula."""
    if text.startswith(STARTS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def neutral_sql(column: str) -> str:
    """A column of text in SQL, under its own name and neutral in the same way."""
    starts = "".join(sorted(STARTS, key="-".__ne__))  # the hyphen first, where it means itself
    name, number = f'"{column}"', _NUMBER.pattern
    runs = f"{name} ~ '^[{starts}]' AND {name} !~ '^{number}$'"
    return f"CASE WHEN {runs} THEN '''' || {name} ELSE {name} END AS {name}"


def plain(text: str) -> str:
    """The text without the apostrophe of `neutral`, and without blanks around it."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(STARTS) else text
