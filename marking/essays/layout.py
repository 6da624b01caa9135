"""How an essay is laid out: its length, paragraphs and title, by what was read and where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from core.essays import EssayLine, EssayText

_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_END = re.compile(r"[。！？…”.!?\"]\s*$")
_STOP = re.compile("[。！？；]")
#: A paragraph begins two cells in; half a cell is allowed for the hand.
_INDENT_CELLS = (1.3, 3.5)
_RULED_INDENT_MM = (4.0, 25.0)
_LONGEST_TITLE = 24
#: A line without an indent that fills less than this of the longest ends a paragraph.
_SHORT_LINE = 0.85


def characters_of(text: str) -> int:
    """字数 as cells are counted: every sign but spaces, punctuation included."""
    return sum(not sign.isspace() for sign in text)


def words_of(text: str) -> int:
    """English words; "don't" and "well-known" are one each."""
    return len(_WORD.findall(text))


def title_of(essay: EssayText) -> str:
    """The first line where it is a title: short, without a full stop, further in than a paragraph; else ""."""
    lines = _written(essay)
    if len(lines) < 2 or not 1 <= len(lines[0].text.strip()) <= _LONGEST_TITLE:
        return ""
    first, rest = lines[0], lines[1:]
    if _END.search(first.text) or _STOP.search(first.text):
        return ""
    if _placed(essay):
        edge = _INDENT_CELLS[1] * essay.cell_mm or _left(rest) + _RULED_INDENT_MM[1]
        return first.text.strip() if first.indent_mm > edge else ""
    centred = first.text[:1].isspace() and len(first.text) - len(first.text.lstrip()) > 3
    alone = len(first.text.strip()) < _SHORT_LINE * max(len(line.text) for line in rest)
    begins = rest[0].text[:1].isspace() and not first.text[:1].isspace()
    return first.text.strip() if centred or (alone and begins) else ""


def paragraphs_of(essay: EssayText) -> int:
    """How many paragraphs there are, the title not among them; 0 without text."""
    lines = _written(essay)
    if title_of(essay):
        lines = lines[1:]
    if not lines:
        return 0
    indented = sum(_begins(essay, line, lines) for line in lines)
    if indented:
        return indented + (not _begins(essay, lines[0], lines))
    return _by_short_lines(lines)


def _written(essay: EssayText) -> list[EssayLine]:
    return [line for line in essay.lines if line.text.strip()]


def _placed(essay: EssayText) -> bool:
    """Whether it is known where the lines stand."""
    return any(line.indent_mm for line in essay.lines)


def _left(lines: Sequence[EssayLine]) -> float:
    return median(line.indent_mm for line in lines)


def _begins(essay: EssayText, line: EssayLine, lines: Sequence[EssayLine]) -> bool:
    """Whether the line is indented as the first of a paragraph."""
    if not _placed(essay):
        return line.text[:1] == "\u3000" or line.text[:2] == "  "
    if essay.cell_mm:
        return _INDENT_CELLS[0] <= line.indent_mm / essay.cell_mm <= _INDENT_CELLS[1]
    return _RULED_INDENT_MM[0] <= line.indent_mm - _left(lines) <= _RULED_INDENT_MM[1]


def _by_short_lines(lines: Sequence[EssayLine]) -> int:
    """Without indents: a line that stops early, at the end of a sentence, ends a paragraph."""
    longest = max(len(line.text.strip()) for line in lines)
    ends = sum(
        len(line.text.strip()) < _SHORT_LINE * longest and bool(_END.search(line.text)) for line in lines[:-1]
    )
    return ends + 1
