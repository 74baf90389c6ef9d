"""When two numbers that suppliers give their bills are the same.

Problem: who types a bill a second time writes its number another way, and it is paid twice. Rule: only
letters and digits count, without case; full-width ones are those of half width, and what is dash, blank or
other punctuation in any script is left out. Example: `INV-26/17`, `inv 26–17` and `ＩＮＶ２６－１７` are
INV2617. The database and the program clean in the same way.
"""

import re
import unicodedata

#: Letters and digits: ASCII's, and those around the blocks of punctuation and signs.
_KEPT = r"0-9A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u1FFF\u2C00-\u2DFF\u3040-\U0010FFFF"


def key_of(number: str) -> str:
    """What of a supplier's number counts."""
    plain = re.sub(f"[^{_KEPT}]", "", unicodedata.normalize("NFKC", number))
    return re.sub("[a-z]+", lambda found: found[0].upper(), plain)


def sql_key_of(column: str) -> str:
    """The same in SQL, for a `Computed` column of type `Cleaned`."""
    return f"upper(regexp_replace(normalize({column}, NFKC) COLLATE \"C\", '[^{_KEPT}]', '', 'g'))"
