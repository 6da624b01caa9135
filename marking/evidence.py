"""Where on the card the words stand that earned the points."""

from __future__ import annotations

from core.geometry import BoxMm
from core.marks import Evidence
from core.pages import TextLine, TextReading


def evidence_of(reading: TextReading, start: int, end: int) -> tuple[Evidence, ...]:
    """Evidence for ``reading.text[start:end]``, one per line that the span touches."""
    found = []
    offset = 0
    for line in reading.kept_lines:
        first, last = max(start, offset), min(end, offset + len(line.text))
        if first < last:
            box = span_box(line, first - offset, last - offset)
            text = line.text[first - offset : last - offset]
            found.append(Evidence(text=text, start=first, end=last, part=reading.part, box=box))
        offset += len(line.text) + 1
    return tuple(found)


def line_number(reading: TextReading, position: int) -> int:
    """The line, from 1, in which the offset lies."""
    return reading.text.count("\n", 0, position) + 1


def span_box(line: TextLine, start: int, end: int) -> BoxMm:
    """The box of ``line.text[start:end]``, from the characters' places where the engine gives them,
    else as a share of the line."""
    placed = _placed(line, start, end)
    if placed is not None:
        left, right = placed
    else:
        per_character = line.box.width_mm / max(1, len(line.text))
        left, right = line.box.x_mm + start * per_character, line.box.x_mm + end * per_character
    return BoxMm(x_mm=left, y_mm=line.box.y_mm, width_mm=max(0.5, right - left), height_mm=line.box.height_mm)


def _placed(line: TextLine, start: int, end: int) -> tuple[float, float] | None:
    """Left and right edge in mm, when the characters make up the text and have places."""
    if "".join(character.text for character in line.chars) != line.text:
        return None
    edges: list[tuple[float, float]] = []
    for character in line.chars:
        edges.extend([(character.x_mm, character.x_mm + character.width_mm)] * len(character.text))
    chosen = edges[start:end]
    if not chosen or all(left == right for left, right in chosen):
        return None
    return min(left for left, _ in chosen), max(right for _, right in chosen)
