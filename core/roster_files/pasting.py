"""Pasted lines whose words are parted by spaces only: each word is placed by its shape."""

from __future__ import annotations

from core.roster_files.columns import IDENTITY, Header, field_of, shape_of, squeezed
from core.roster_files.tables import Row, text_rows

_ORDER = ("number", "name", "class_name", IDENTITY)

#: A group of digits this short, alone beside a name, is a class.
_CLASS_DIGITS = 2


def rows_of_words(lines: list[str]) -> tuple[tuple[Row, ...], Header | None]:
    """Rows of the lines' words, and their header when the words were sorted by shape.

    Text with a header line, or with one word a line, is left as it stands.
    """
    words = [line.split() for line in lines]
    first = next((line for line in words if line), [])
    if any(field_of(word) in ("name", "number") for word in first) or all(len(line) <= 1 for line in words):
        return text_rows(words), None
    placed = [_placed(_joined(line)) for line in words]
    used = {name: index for index, name in enumerate(_ORDER) if any(line.get(name) for line in placed)}
    rows = text_rows([[line.get(name, "") for name in _ORDER] for line in placed])
    return rows, Header(used, {}, 0)


def _placed(words: list[str]) -> dict[str, str]:
    """The words of one line by field; what has no place is left out."""
    placed: dict[str, str] = {}
    digits = []
    for word in words:
        shape = shape_of(word)
        if shape == "digits":
            digits.append(word)
        elif shape:
            placed.setdefault(shape, word)
    digits.sort(key=len, reverse=True)
    short = digits and len(squeezed(digits[-1])) <= _CLASS_DIGITS
    if "class_name" not in placed and short:
        placed["class_name"] = digits.pop()
    if digits:
        placed["number"] = digits[0]
    return placed


def _joined(words: list[str]) -> list[str]:
    """Single characters beside each other are one name: 张 三."""
    joined: list[str] = []
    for word in words:
        if joined and _is_syllable(word) and _is_syllable(joined[-1]):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _is_syllable(word: str) -> bool:
    return len(word) == 1 and word >= "\u3400" and word not in "男女"
