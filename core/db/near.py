"""Texts that differ by one character, for finding what was mistyped.

Problem: `STM32F1O3C8T6` is STM32F103C8T6 with an O for a 0. Trigrams find it by sorting all that have pieces
of it, which are hundreds of thousands among a million numbers. Rule: write down every text that one slip of a
finger makes of it, some thousand of thirteen characters, and look each up in an index, where it is or is not.
"""

#: What cleaned numbers are made of.
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def one_off(key: str) -> list[str]:
    """Every cleaned text with one character of this one wrong, missing, too much, or swapped with the next.

    Sorted, and never the text itself.
    """
    cuts = [(key[:n], key[n:]) for n in range(len(key) + 1)]
    made = {head + letter + tail for head, tail in cuts for letter in LETTERS}
    made |= {head + letter + tail[1:] for head, tail in cuts if tail for letter in LETTERS}
    made |= {head + tail[1:] for head, tail in cuts if tail}
    made |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    return sorted(made - {key, ""})
