"""The symbols that the language model counts: characters after folding what it need not tell apart.

Full- and half-width forms are one symbol, so the model never decides between them. All digits are one
symbol: no digit is likelier than another because of the text around it, which is what marking needs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

SPACE = " "
DIGIT = "0"
#: A digit is one of so many.
DIGITS = 10

#: Marks that pupils write as they like: the model leaves the choice to the picture.
_ALIKE = {"。": ".", "“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "〈": "<", "〉": ">"}

_FIRST_IDEOGRAPH = "\u2e80"


@lru_cache(maxsize=1 << 15)
def symbol(char: str) -> str:
    """The symbol of one character: NFKC where that is one character, every decimal digit as ``0``."""
    if char.isspace():
        return SPACE
    folded = _ALIKE.get(char) or unicodedata.normalize("NFKC", char)
    if len(folded) != 1:
        return char
    return DIGIT if folded.isdecimal() else folded


def is_wide(symbol_: str) -> bool:
    """Whether it is a Chinese character or Chinese punctuation, beside which spaces mean nothing."""
    return symbol_ >= _FIRST_IDEOGRAPH


def symbols_of(text: str) -> Iterator[str]:
    """The symbols of a text as the model counts them: spaces only between two that are not wide."""
    before, space = "", False
    for char in text:
        said = symbol(char)
        if said == SPACE:
            space = True
            continue
        if space and before and not is_wide(before) and not is_wide(said):
            yield SPACE
        before, space = said, False
        yield said
