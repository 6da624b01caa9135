"""Readings as the reader would hand them over, made by hand."""

from __future__ import annotations

from core.geometry import BoxMm
from core.lattices import BLANK, Step, packed
from core.pages import BubbleReading, BubbleVerdict, ReadChar, TextLine, TextReading


def bubble(
    marked: str, confidence: float = 0.999, verdict: BubbleVerdict | None = None, reason: str = ""
) -> BubbleReading:
    settled = verdict or (BubbleVerdict.MARKED if marked else BubbleVerdict.BLANK)
    return BubbleReading(
        purpose="answer",
        key="1",
        fills=(),
        marked=tuple(marked),
        verdict=settled,
        confidence=confidence,
        reason=reason,
    )


def line(
    text: str, probability: float = 0.999, y_mm: float = 50.0, alternatives: dict[str, float] | None = None
) -> TextLine:
    """A line at x = 20 mm whose characters are 5 mm wide."""
    chars = tuple(
        ReadChar(text=c, probability=probability, x_mm=20 + 5 * i, width_mm=5) for i, c in enumerate(text)
    )
    return TextLine(
        text=text,
        box=BoxMm(x_mm=20, y_mm=y_mm, width_mm=max(5, 5 * len(text)), height_mm=8),
        probability=probability,
        chars=chars,
        alternatives=tuple((alternatives or {}).items()),
    )


def text(
    written: str,
    probability: float = 0.999,
    part: int = 0,
    item: str = "1",
    note: str = "",
    alternatives: dict[str, float] | None = None,
) -> TextReading:
    lines = tuple(
        line(one, probability, 50.0 + 10 * i, alternatives)
        for i, one in enumerate(written.split("\n"))
        if written
    )
    return TextReading(item=item, part=part, blank=not written, lines=lines, engine="test-1", note=note)


def seen(reading: TextReading, *doubts: tuple[int, dict[str, float]], looks: int = 1) -> TextReading:
    """The reading with what its reader was torn between: ``(place, {character: probability})``.

    Every other character of a line has 0.99, with a blank step on either side of it.
    """
    torn = dict(doubts)
    steps: list[Step] = [((BLANK, 1.0),)]
    for at, char in enumerate(reading.lines[0].text):
        said = torn.get(at, {char: 0.99})
        rest = max(0.0, 1.0 - sum(said.values()))
        step = sorted([*said.items(), (BLANK, rest)], key=lambda entry: -entry[1])
        steps += [tuple(entry for entry in step if entry[1] > 0), ((BLANK, 1.0),)]
    kept = reading.lines[0].model_copy(update={"looks": (packed(steps),) * looks})
    return reading.model_copy(update={"lines": (kept,)})


def crossed_first(reading: TextReading, words: str = "错") -> TextReading:
    """The reading with a line above the others that was wholly crossed out."""
    struck = line(words, 0.4, 40.0)
    above = struck.model_copy(update={"text": "", "chars": (), "crossed": struck.chars, "probability": 0.0})
    return reading.model_copy(update={"lines": (above, *reading.lines), "note": "partly crossed out"})
