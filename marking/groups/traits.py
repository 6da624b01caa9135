"""What two answers must agree in to be marked as one: numbers with units, negations, directions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from marking.normalise import MAX_CHARACTERS, halfwidth, simplified


@dataclass(frozen=True, slots=True)
class Traits:
    """``numbers`` sorted, each with its unit; ``negations`` counted; ``directions`` in their order."""

    numbers: tuple[str, ...]
    negations: int
    directions: tuple[str, ...]


def traits_of(text: str) -> Traits:
    """The traits of an answer in Chinese or English (or both)."""
    written = simplified(halfwidth(text[:MAX_CHARACTERS]))
    plain = written.lower()
    return Traits(_numbers(written), _negations(plain), _directions(plain))


def direction_words(text: str) -> tuple[str, ...]:
    """The words of direction as they are written, each once."""
    plain = simplified(halfwidth(text[:MAX_CHARACTERS])).lower()
    return tuple(dict.fromkeys(match[0] for match in _DIRECTION.finditer(_NO_DIRECTION.sub(" ", plain))))


# numbers

_MARKER = re.compile(r"(?<![\d.A-Za-z])\(?(\d{1,2})(?:\)|[.,:](?!\d))")
_NUMBER = re.compile(
    r"(?P<sign>(?<![\w)])-)?(?P<value>\d+(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+)"
    r"(?P<below>\s*/\s*\d+)?(?P<power>\s*x\s*10\s*\^?\s*[+-]?\d+|\s*\^\s*[+-]?\d+)?"
    r"\s*(?P<unit>%|°\s*[cf]?|[a-zμω]{1,4}(?:[/·^]\s*-?[a-z0-9]{1,3})*(?![a-z])|[倍米克度秒分时升牛瓦伏安帕元个只条次年月天]{1,2})?",
    re.IGNORECASE,
)
#: "one" and 一 are seldom meant as numbers; the others nearly always.
_ENGLISH_NUMBERS = {
    "zero": "0", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "half": "1/2", "twice": "2倍", "double": "2倍",
    "doubled": "2倍", "doubles": "2倍", "triple": "3倍", "hundred": "100", "thousand": "1000",
}  # fmt: skip
_ENGLISH_NUMBER = re.compile(rf"\b(?:{'|'.join(_ENGLISH_NUMBERS)})\b")
_CHINESE_NUMBER = re.compile(
    r"百分之[零一二两三四五六七八九十百]+|一(?:半|倍)"
    r"|[零二两三四五六七八九十百千万亿半][零一二三四五六七八九十百千万亿]*(?:分之[一二三四五六七八九十百]+|倍)?"
)
#: Short words that may follow a number and are no unit.
_NO_UNIT = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be but by can for from had has he i if in is it of off on one or out she so than that the "
        "them then they to up was we were when will with you x not no more less all its",
    )
)


def _numbers(written: str) -> tuple[str, ...]:
    """Units keep their case (mW is not MW), words do not."""
    text = _without_markers(written)
    found = [_canonical(match) for match in _NUMBER.finditer(text)]
    found += [_ENGLISH_NUMBERS[match[0]] for match in _ENGLISH_NUMBER.finditer(text.lower())]
    found += [match[0].replace("两", "二") for match in _CHINESE_NUMBER.finditer(text)]
    return tuple(sorted(found))


def _without_markers(text: str) -> str:
    """Without the numbers of a list: "1. … 2. … 3. …" counts its points and states nothing."""
    expected, spans = 1, []
    for match in _MARKER.finditer(text):
        if int(match[1]) == expected:
            spans.append(match.span())
            expected += 1
    if expected <= 2:
        return text
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text


def _canonical(match: re.Match[str]) -> str:
    try:
        value = format(Decimal(match["value"].replace(",", "")).normalize(), "f")
    except InvalidOperation:  # more digits than a number can have
        value = match["value"]
    below, power = (re.sub(r"\s", "", match[name] or "") for name in ("below", "power"))
    unit = re.sub(r"\s", "", match["unit"] or "")
    unit = "" if unit.lower() in _NO_UNIT else unit
    return f"{match['sign'] or ''}{value}{below}{power}{' ' if unit else ''}{unit}"


# negations

_NEGATION = re.compile(
    r"\b(?:not|no|none|never|nothing|nobody|nowhere|without|neither|nor|cannot|unable|"
    r"(?:can|don|doesn|didn|isn|wasn|weren|aren|won|wouldn|couldn|shouldn|hasn|haven|hadn|ain)'?t)\b"
    r"|[不没無无非未勿莫否别]"
)
#: Words with a sign of negation that deny nothing.
_NO_NEGATION = re.compile(
    r"不但|不仅|不过|不断|不管|不论|不同|不妨|不得不|不足|非常|除非|无论|未来|无数|无限|无机|是否|能否|否则|别的|分别|区别|差别|级别|性别|类别|特别|"
    r"\bno\.\s*\d|\bnot only\b|\bno matter\b"
)


def _negations(plain: str) -> int:
    return len(_NEGATION.findall(_NO_NEGATION.sub(" ", plain)))


# directions


def _poles() -> dict[str, str]:
    """Word → the name of its pole (``scales.txt``)."""
    poles: dict[str, str] = {}
    for line in Path(__file__).with_name("scales.txt").read_text(encoding="utf-8").splitlines():
        for pole in () if line.startswith("#") else line.split("|"):
            words = pole.split()
            for word in words:
                poles.setdefault(word, words[0])
    return poles


_POLES = _poles()
_LONGEST_FIRST = sorted(_POLES, key=lambda word: (-len(word), word))
_DIRECTION = re.compile(
    "|".join(word for word in _LONGEST_FIRST if not word.isascii())
    + rf"|\b(?:{'|'.join(word for word in _LONGEST_FIRST if word.isascii())})\b"
)


#: Names of things with a word of direction in them.
_NO_DIRECTION = re.compile(
    r"支持力|正方形|正极|负极|正电|负电|右手|左手|酸奶|内容|先生|后来|以后|左右|对于|对面|对象|面对|针对|相对|绝对|反对者"
)


def _directions(plain: str) -> tuple[str, ...]:
    """The poles in the order of writing; the same one twice running counts once."""
    poles: list[str] = []
    for match in _DIRECTION.finditer(_NO_DIRECTION.sub(" ", plain)):
        pole = _POLES[match[0]]
        if not poles or poles[-1] != pole:
            poles.append(pole)
    return tuple(poles)
