"""Texts made comparable: width, 繁简, spaces, punctuation, case, minus and times signs.

Both the key and the answer go through the same mill, so a convention matters only where it would
make different answers equal.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

#: Longer texts are cut: no fill or 给分点 is longer, and costs stay bounded.
MAX_CHARACTERS = 4000

_SUPERSCRIPTS = {
    "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9",
    "⁺": "+", "⁻": "-",
}  # fmt: skip
_SUPERSCRIPT_RUN = re.compile(f"[{''.join(_SUPERSCRIPTS)}]+")

_SIGNS = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "﹣": "-", "➖": "-",
        "×": "x", "✕": "x", "✖": "x", "╳": "x", "∙": "·", "•": "·", "⋅": "·", "・": "·", "‧": "·",
        "÷": "/", "∕": "/", "⁄": "/", "∶": ":", "’": "'", "‘": "'", "′": "'", "“": '"', "”": '"',
        "。": ".", "、": ",", "﹪": "%", "º": "°", "˚": "°", "≦": "≤", "≧": "≥", "〜": "~",
    }
)  # fmt: skip

#: Dropped wherever they stand.
_DECORATION = re.compile(r"[\s\"'`!?;_~《》〈〉「」『』【】﹏\u200b-\u200f\ufeff]+")
#: Division with a rest is written 2…1: three dots say something between digits only.
_DOTS = re.compile(r"\.{3,}|…+")
_LOOSE_DOTS = re.compile(r"(?<!\d)…|…(?!\d)")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,])")
#: A point or comma says something only between digits (or letters of a pair such as "a,b").
_LOOSE_POINT = re.compile(r"(?<!\d)\.(?!\d)|(?<=\d)\.(?!\d)")
_LOOSE_COMMA = re.compile(r"(?<![0-9A-Za-z)\]}]),|,(?![0-9A-Za-z(\[{+-])")
_LOOSE_COLON = re.compile(r"(?<!\d):|:(?!\d)")
_HYPHEN = re.compile(r"(?<=[a-z]{2})-(?=[a-z]{2})", re.IGNORECASE)
_CARET = re.compile(r"(?<!\d)\^|\^(?![\d+-])")
_MIDDLE_DOT = re.compile(r"(?<![0-9A-Za-z)])·|·(?![0-9A-Za-z(])")


def halfwidth(text: str) -> str:
    """NFKC with superscripts kept apart ("10³" is "10^3"), one minus, one times sign, no control."""
    marked = _SUPERSCRIPT_RUN.sub(lambda run: "^" + "".join(_SUPERSCRIPTS[c] for c in run[0]), text)
    form = unicodedata.normalize("NFKC", marked.translate(_SIGNS)).translate(_SIGNS)
    return _DOTS.sub("…", form)


def simplified(text: str) -> str:
    """Traditional Chinese characters as simplified ones."""
    return "".join(_simplified_character(c) if c >= "\u3400" else c for c in text)


@lru_cache(maxsize=16384)
def _simplified_character(character: str) -> str:
    converted: str = _opencc().convert(character)
    return converted


@lru_cache(maxsize=1)
def _opencc() -> Any:
    from opencc import OpenCC  # noqa: PLC0415 -- loads its dictionaries; only where Chinese is marked

    return OpenCC("t2s")


def comparable(text: str, case_sensitive: bool = False) -> str:
    """The text in the form in which two answers are compared; applying it twice changes nothing."""
    form = text[:MAX_CHARACTERS]
    for _ in range(6):
        following = _comparable_once(form, case_sensitive)
        if following == form:
            break
        form = following
    return form


def _comparable_once(text: str, case_sensitive: bool) -> str:
    form = simplified(halfwidth(text))
    if not case_sensitive:
        form = form.lower()
    form = _THOUSANDS.sub(lambda number: number[1].replace(",", ""), form)
    form = _DECORATION.sub("", form)
    for loose in (_LOOSE_DOTS, _LOOSE_COMMA, _LOOSE_POINT, _LOOSE_COLON, _HYPHEN, _CARET, _MIDDLE_DOT):
        form = loose.sub("", form)
    return "".join(c for c in form if unicodedata.category(c)[0] != "C")


def spaced(text: str) -> str:
    """Latin words with single spaces: tells "ice cream" from "icecream" where ``comparable`` does not."""
    words = re.findall(r"[A-Za-z]+", halfwidth(text))
    return " ".join(words).lower()


@lru_cache(maxsize=1024)
def traced(text: str) -> tuple[str, tuple[int, ...]]:
    """The text's words alone (no spaces or punctuation) and, for each character, its offset in ``text``."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text[:MAX_CHARACTERS]):
        for part in simplified(halfwidth(character)).lower():
            if unicodedata.category(part)[0] in "LN" or part in "+-=<>%°·/^≤≥≠√":
                characters.append(part)
                offsets.append(offset)
    return "".join(characters), tuple(offsets)
