"""What counts as the same writing: each character's plain form, and the states a text is read by.

A recogniser knows 18 710 characters, and many of them are one thing on paper: full and half width,
繁 and 简, × and x, − and -, capital and small letters, 0 and O in a number. All are added up while a
text is held against a picture, so nobody has to list them. The conventions are those of
``marking.normalise.comparable``; a test holds the two against each other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.lattices import BLANK

#: A text is read by at most so many characters; no fill is longer.
MAX_CHARACTERS = 200
#: At most so many spellings of one text (℃ and °C, 10³ and 10^3) are tried.
MAX_SPELLINGS = 8

_PLAIN = {
    **dict.fromkeys("−–—‐‑‒﹣➖－ー", "-"),
    **dict.fromkeys("×✕✖╳＊*", "x"),
    **dict.fromkeys("∙•⋅・‧", "·"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("’‘′", "'"),
    **dict.fromkeys("“”″", '"'),
    "∶": ":", "。": ".", "、": ",", "﹪": "%", "º": "°", "˚": "°", "≦": "≤", "≧": "≥", "〜": "~",
    "µ": "μ", "Ω": "Ω", "≒": "≈", "⩽": "≤", "⩾": "≥",
}  # fmt: skip
#: Said nowhere: an answer is the same with or without them.
_SILENT = " \u3000\"'`!?;_~《》〈〉「」『』【】"
#: Said only between digits or Latin letters; elsewhere an answer is the same without them.
_LOOSE = ".,:·…"
#: In a number these can only be the digit.
_AS_DIGIT = {"0": "oO〇○", "1": "lI|丨"}
#: Where no Chinese stands beside it, a level stroke is a minus sign.
_AS_MINUS = "一_"
#: Spellings of different length; both sides in plain form.
_SPELLINGS = (("°c", "℃"), ("°f", "℉"), ("1/2", "½"), ("1/4", "¼"), ("3/4", "¾"), ("...", "…"))
_RAISED = dict(zip("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", strict=True))
_POWER = re.compile(r"\^([-+]?\d+|n)")
_LATIN_OR_DIGIT = re.compile(r"[0-9A-Za-z]")
_NUMBER_LIKE = re.compile(r"[-+x/=().,:%<>≤≥≈\d·^\s]+")


@dataclass(frozen=True)
class States:
    """A text as what a line says step by step.

    ``chars[n]`` are the plain characters that count as its n-th, ``gaps[n]`` what may stand before
    it unsaid (the blank among them); there is one gap more than there are characters.
    """

    text: str
    chars: tuple[frozenset[str], ...]
    gaps: tuple[frozenset[str], ...]


def is_silent(char: str) -> bool:
    """Whether a plain character says nothing wherever it stands."""
    return char in _SILENT or char.isspace()


@lru_cache(maxsize=65536)
def plain(char: str, case_sensitive: bool = False) -> str:
    """One character's plain form; itself where that would be more than one (㎝, ½)."""
    form = _PLAIN.get(char, char)
    if form == char and char not in "³²¹" and not unicodedata.decomposition(char).startswith("<super>"):
        form = unicodedata.normalize("NFKC", char)
        form = _PLAIN.get(form, form)
    if form >= "\u3400":
        form = _simplified(form)
    if not case_sensitive:
        form = form.lower()
    return form if len(form) == 1 else char


@lru_cache(maxsize=16384)
def _simplified(char: str) -> str:
    converted: str = _opencc().convert(char)
    return converted


@lru_cache(maxsize=1)
def _opencc() -> Any:
    from opencc import OpenCC  # noqa: PLC0415 -- loads its dictionaries; only where texts are compared

    return OpenCC("t2s")


@lru_cache(maxsize=4096)
def spellings(text: str, case_sensitive: bool = False) -> tuple[str, ...]:
    """The ways in which a text may be written that differ in their number of characters, plain.

    Silent and loose punctuation is left out: gaps take it in. A power may be raised (m³), flat
    behind a unit (m3), or with a caret.
    """
    form = _squeezed(text[:MAX_CHARACTERS], case_sensitive)
    found = [form]
    for long, short in _SPELLINGS:
        found += [spelt.replace(long, short) for spelt in found if long in spelt]
        found += [spelt.replace(short, long) for spelt in found if short in spelt]
    found = [written for spelt in found for written in _powers(spelt)]
    return tuple(dict.fromkeys(found))[:MAX_SPELLINGS]


def _squeezed(text: str, case_sensitive: bool) -> str:
    """Plain characters without what is silent or loose where it stands."""
    wide = "".join(
        c if plain(c, case_sensitive) != c or len(unicodedata.normalize("NFKC", c)) == 1 or c in "½¼¾℃℉…"
        else unicodedata.normalize("NFKC", c)
        for c in text
    )  # fmt: skip
    chars = [c for c in (plain(c, case_sensitive) for c in wide) if not is_silent(c)]
    kept = [
        char
        for at, char in enumerate(chars)
        if char not in _LOOSE or _is_said(chars[at - 1 : at], char, chars[at + 1 : at + 2])
    ]
    return re.sub(r"(?<![\d.,])\d{1,3}(,\d{3})+(?![\d,])", lambda n: n[0].replace(",", ""), "".join(kept))


def _is_said(before: list[str], char: str, after: list[str]) -> bool:
    """Whether a loose sign says something: a point or colon by digits, a comma or dot by letters."""
    left, right = "".join(before), "".join(after)
    if char == ".":
        return right.isdigit()
    if char in ":…":
        return left.isdigit() and right.isdigit()
    return bool(re.match(r"[0-9A-Za-z)\]}]", left) and re.match(r"[0-9A-Za-z(\[{+-]", right))


def _powers(form: str) -> tuple[str, ...]:
    """A form with its powers raised, with carets, and flat where a unit's letter stands before."""
    lifted = re.sub(
        "([" + "".join(_RAISED.values()) + "]+)",
        lambda run: "^" + "".join(low for c in run[0] for low, high in _RAISED.items() if high == c),
        form,
    )
    if "^" not in lifted:
        return (form,)
    raised = _POWER.sub(lambda power: "".join(_RAISED[c] for c in power[1]), lifted)
    flat = re.sub(r"(?<=[a-zA-Zμ])\^(?=\d)", "", lifted)
    return tuple(dict.fromkeys((raised, lifted, flat)))


@lru_cache(maxsize=8192)
def states_of(spelling: str) -> States:
    """How a spelling is read: which characters count for each of its own, and what gaps take in."""
    numeric = bool(_NUMBER_LIKE.fullmatch(spelling))
    chars = tuple(_counted(spelling, at, numeric) for at in range(len(spelling)))
    gaps = tuple(
        _unsaid(spelling[at - 1 : at] if at else "", spelling[at : at + 1]) for at in range(len(spelling) + 1)
    )
    return States(spelling, chars, gaps)


def _counted(spelling: str, at: int, numeric: bool) -> frozenset[str]:
    char = spelling[at]
    counted = {char}
    if char in _AS_DIGIT and (numeric or _beside_digit(spelling, at)):
        counted |= {plain(c, case_sensitive=True) for c in _AS_DIGIT[char]} | {
            c.lower() for c in _AS_DIGIT[char]
        }
    if char == "-" and not _beside_chinese(spelling, at):
        counted |= set(_AS_MINUS)
    if char == "μ":
        counted |= {"u"}
    return frozenset(counted)


def _beside_digit(spelling: str, at: int) -> bool:
    return any(c.isdigit() or c == "." for c in _beside(spelling, at))


def _beside_chinese(spelling: str, at: int) -> bool:
    return any(c >= "\u3400" for c in _beside(spelling, at))


def _beside(spelling: str, at: int) -> str:
    return spelling[max(0, at - 1) : at] + spelling[at + 1 : at + 2]


def _unsaid(before: str, after: str) -> frozenset[str]:
    """What may stand between two characters and says nothing there."""
    unsaid = {BLANK, *_SILENT}
    if not after.isdigit():
        unsaid.add(".")
    if not (before.isdigit() and after.isdigit()):
        unsaid |= {":", "…"}
    if not (_LATIN_OR_DIGIT.match(before) and after):
        unsaid |= {",", "·"}
    return frozenset(unsaid)
