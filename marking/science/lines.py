"""The steps of a worked solution: pieces of its lines that can hold a result, with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.answer_keys import Check, CheckKind
from marking.expressions import tidied

#: Longer answers are looked at up to here.
MAX_CHARACTERS = 3000
MAX_PIECES = 240
MAX_PIECE = 160

#: Between statements; a comma parts them too where no digits stand around it.
_STATEMENT_END = re.compile(r"[\n；;。！？!?∴∵⇒]+")
_CLAUSE_END = re.compile(
    r"[\n；;。！？!?∴∵⇒]+|[,，](?!\s*\d)|[,，](?<!\d.)|所以|因此|因为|由于|解得|可得|可知|得到|则|得|那么|\bso\b|\bthen\b|\bthus\b|\btherefore\b"
    # a result with its unit, a space, and the next letter with its sign: "F=12N W=60J"
    r"|(?:(?<=\d)|(?<=\d[A-Za-zΩ])|(?<=\d[A-Za-zΩ]{2})|(?<=\d[A-Za-z]/[A-Za-z]))\s+(?=[A-Za-zα-ωΑ-Ω]\w{0,2}\s*[=＝])",
    re.IGNORECASE,
)
_TAIL = re.compile(r"解得|可得|得到|得|为|是|[:：]|∴|解集|答案")
_TOPIC = re.compile(r"[A-Za-zα-ωΑ-Ω0-9\u4e00-\u9fff]+")
_LEADING = re.compile(
    r"不是|并非|解得|可得|得到|答案|大小|等于|所以|因此|应该|应|也|又|还|得|为|是|约|即|故|则|答|解|的"
    r"|\bis\b|\bare\b|\bnot\b|\bthe\b|\bequals?\b",
    re.IGNORECASE,
)
_EQUAL = re.compile(r"[=≈＝]")
_FIRST_DIGIT = re.compile(r"[-+−]?(?:\d|\.\d|[√π])")
#: Kinds whose answers have commas and words of their own: whole statements, and what follows a word.
_WHOLE = frozenset({CheckKind.SET, CheckKind.POINT, CheckKind.SOLUTIONS, CheckKind.REACTION})


@dataclass(frozen=True, slots=True)
class Piece:
    """Text at ``start:end`` of the reading that may hold a result.

    ``value`` is what is judged; ``name`` the letter that it is called by, when one is; ``is_result``
    says that it ends a chain of equal signs.
    """

    start: int
    end: int
    value: str
    name: str = ""
    is_result: bool = False
    words: str = ""  #: what the words before it speak of: 拉力 in "拉力的大小是 10 N"

    @property
    def value_start(self) -> int:
        """Where the value begins in the reading."""
        return self.end - len(self.value)


def pieces_for(check: Check, text: str) -> list[Piece]:
    """The pieces of a text in which the check's step may stand, in order."""
    limited = text[:MAX_CHARACTERS]
    if check.kind in _WHOLE:
        found = [piece for span in _spans(limited, _STATEMENT_END) for piece in _whole(limited, *span)]
    elif check.kind is CheckKind.FORMULA:
        found = [Piece(a, b, limited[a:b]) for a, b in _spans(limited, _CLAUSE_END)]
    else:
        found = [piece for span in _spans(limited, _CLAUSE_END) for piece in _chain(check, limited, *span)]
    return [piece for piece in found if piece.value.strip()][:MAX_PIECES]


def _spans(text: str, ends: re.Pattern[str]) -> list[tuple[int, int]]:
    spans, start = [], 0
    for match in ends.finditer(text):
        spans.append((start, match.start()))
        start = match.end()
    spans.append((start, len(text)))
    return [(a, b) for a, b in (_trimmed(text, *span) for span in spans) if a < b <= a + MAX_PIECE]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _whole(text: str, start: int, end: int) -> list[Piece]:
    """The statement, and what stands behind words such as 解得."""
    starts = [start, *(start + match.end() for match in _TAIL.finditer(text[start:end]))]
    return [Piece(at, end, text[at:end], words=_topic(text[start:at])) for at in starts if at < end]


def _chain(check: Check, text: str, start: int, end: int) -> list[Piece]:
    """The results of a chain of equal signs: whole for equations, else its last side."""
    written = text[start:end]
    equals = list(_EQUAL.finditer(written))
    name = tidied(written[: equals[0].start()]) if equals else ""
    whole = Piece(start, end, written, _bare_name(name))
    if not equals:
        return [whole] if check.kind is not CheckKind.NUMBER else _loose_number(text, start, end)
    last = start + equals[-1].end()
    result = Piece(start, end, text[last:end], _bare_name(name), is_result=True)
    return [result] if check.kind is CheckKind.NUMBER else [whole, result]


def _bare_name(side: str) -> str:
    """The letter of "拉力F" is F; of longer sides there is none."""
    match = re.search(r"(?<![A-Za-z])([A-Za-zα-ωΑ-Ω](?:_?\w{1,3}|_⟦\w+⟧)?)$", side)
    return match[1].replace("_", "") if match else ""


def _loose_number(text: str, start: int, end: int) -> list[Piece]:
    """A number in words: "拉力的大小是 10 N"; it ends the clause."""
    match = _FIRST_DIGIT.search(text, start, end)
    if match is None:
        return []
    topic = _topic(text[start : match.start()])
    return [Piece(match.start(), end, text[match.start() : end], words=topic)]


def _topic(words: str) -> str:
    """The words without those that only lead to a value."""
    return "".join(_TOPIC.findall(_LEADING.sub("", words)))


def named(piece: Piece, name: str) -> bool:
    """Whether the piece is called by this letter, subscripts as they are."""
    return bool(name) and piece.name == tidied(name).replace("_", "")
