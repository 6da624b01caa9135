"""One value of a roster made tidy: 考号, 姓名, 班级. What was changed or lost is told."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_SCIENTIFIC = re.compile(r"^(?P<head>\d(?:\.(?P<tail>\d+))?)[eE]\+?(?P<exponent>\d{1,2})$")
_NUMBER = re.compile(r"^[0-9A-Za-z]{1,20}$")
_DOTS = re.compile(r"(?<=[^\W\d_a-zA-Z])\s*[·•‧∙⋅・･●▪．.。﹒‥᛫\u2024\u2219\u30fb]\s*(?=[^\W\d_a-zA-Z])")
_CLASS = re.compile(
    r"^(?P<grade>(?:[高初小][一二三四五六]|[一二三四五六七八九]年级?|\d{4}级|[高初]\d|[7-9七八九]年级?))?"
    r"[(]?(?P<class>0*\d{1,3}|[一二三四五六七八九十]{1,3})[)]?(?:班|级)?$"
)
_DIGITS = "零一二三四五六七八九"


class LostDigits(ValueError):
    """Scientific notation that no longer holds all digits of the number."""


def tidy_number(text: str) -> tuple[str, str]:
    """A 考号 or 学号 as digits and letters, and a remark on what was repaired (or empty).

    Raises:
        LostDigits: the text is like 1.02E+10, whose last digits are gone.
        ValueError: other characters than digits and letters.
    """
    tidy = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).strip("'\"`’‘“”")
    match = _SCIENTIFIC.match(tidy)
    if match is not None:
        return _unfolded(match, tidy), f"{tidy} 已还原为 {_unfolded(match, tidy)}"
    if re.fullmatch(r"\d+\.0+", tidy):
        tidy = tidy.partition(".")[0]
    joined = (
        re.sub(r"[-_/.]", "", tidy) if re.fullmatch(r"[0-9A-Za-z]+(?:[-_/][0-9A-Za-z]+)+", tidy) else tidy
    )
    if joined and not _NUMBER.match(joined):
        raise ValueError(joined)
    return joined, f"{tidy} 去掉了连接号" if joined != tidy else ""


def _unfolded(match: re.Match[str], written: str) -> str:
    exponent = int(match["exponent"])
    if len(match["tail"] or "") < exponent:
        raise LostDigits(written)
    value = Decimal(match["head"]).scaleb(exponent)
    if value != value.to_integral_value() or exponent >= 15:
        raise LostDigits(written)
    return str(int(value))


def tidy_name(text: str) -> str:
    """A name without stray spaces, with one kind of dot; rare characters stay as they are."""
    narrow = "".join(_narrow(c) for c in text if unicodedata.category(c) not in ("Cc", "Cf"))
    dotted = _DOTS.sub("·", narrow.strip())
    words = dotted.split()
    return "".join(words) if words and not dotted.isascii() else " ".join(words)


def _narrow(character: str) -> str:
    """Full-width letters, digits and spaces as half-width ones; NFKC would change rare characters."""
    code = ord(character)
    if 0xFF01 <= code <= 0xFF5E and character != "．":
        return chr(code - 0xFEE0)
    return " " if character.isspace() else character


def name_remark(name: str) -> str:
    """What a person should check in a name: characters that could not be encoded."""
    odd = [c for c in name if 0xE000 <= ord(c) <= 0xF8FF or c in "?？□■\ufffd〓"]
    return f"“{name}”里有无法识别的字，请核对生僻字" if odd else ""


def tidy_class(text: str) -> str:
    """``1``, ``01`` and ``1班`` are "1班"; ``高一（01）班`` and ``高一1班`` are "高一(1)班"."""
    tidy = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("[", "(").replace("]", ")")
    tidy = re.sub(r"^(\d+)\.0$", r"\1", tidy)
    match = _CLASS.match(tidy)
    if match is None:
        return tidy
    number = _class_number(match["class"])
    grade = match["grade"]
    if not grade:
        return f"{number}班"
    return f"{grade}({number})班"


def _class_number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return int("".join(str(_DIGITS.index(c)) for c in text))
    return (_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0)


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def holds_identity_number(text: str) -> bool:
    """Whether the text is a 身份证号 (or a 学籍号 that contains one), by date and check digit."""
    tidy = text.upper().removeprefix("G").removeprefix("L")
    if not re.fullmatch(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]", tidy):
        return False
    weighed = sum(int(digit) * weight for digit, weight in zip(tidy, _WEIGHTS, strict=False))
    return "10X98765432"[weighed % 11] == tidy[-1]


def usual_length(numbers: list[str]) -> int:
    """The length that at least three in five of the numbers have, else 0."""
    lengths = sorted(len(number) for number in numbers)
    best = max(set(lengths), key=lengths.count, default=0)
    return best if lengths and lengths.count(best) * 5 >= len(lengths) * 3 else 0
