"""Numbers filled in one row or one column beside where they belong."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

#: How often a grid is filled beside, and how often a number is on no list.
_BESIDE = 1e-3
_UNLISTED = 0.02
#: Shorter numbers say too little.
_SHORTEST = 4


@dataclass(frozen=True)
class Meant:
    """The number that was meant, in what way it was missed, and the odds against chance."""

    number: str
    words: str
    odds: float


def beside(text: str, free: Collection[str], listed: Collection[str]) -> Meant | None:
    """The one number that explains a grid filled beside it; nothing where none or several do.

    Args:
        text: as filled, "?" for an empty or doubtful column.
        free: numbers on the roster of which there is no sheet.
        listed: all numbers on the roster.
    """
    if len(text) < _SHORTEST or any(_matches(text, number) for number in listed):
        return None
    found = {
        number: (words, columns)
        for words, pattern, columns in _ways(text)
        for number in free
        if _matches(pattern, number)
    }
    if len(found) != 1:
        return None
    number, (words, columns) = next(iter(found.items()))
    chance = _UNLISTED * len(free) / 10.0**columns
    return Meant(number, words, _BESIDE / chance)


def _matches(pattern: str, number: str) -> bool:
    return len(pattern) == len(number) and all(a in ("?", b) for a, b in zip(pattern, number, strict=True))


def _ways(text: str) -> Iterator[tuple[str, str, int]]:
    """Words, the number meant with "?" for what is lost, and how many digits are known."""
    digits = len(text) - text.count("?")
    if "?" not in text:
        for step, words in ((1, "每列向下移一行"), (-1, "每列向上移一行")):
            moved = [int(char) + step for char in text]
            if min(moved) >= 0 and max(moved) <= 9:
                yield words, "".join(map(str, moved)), digits
    if digits == len(text) - 1 and text[0] == "?":
        yield "整体左移一列", text[1:] + "?", digits
    if digits == len(text) - 1 and text[-1] == "?":
        yield "整体右移一列", "?" + text[:-1], digits
