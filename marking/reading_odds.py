"""How far a text reading can be trusted."""

from __future__ import annotations

from math import exp, prod

from core.pages import TextLine, TextReading

#: A region found without ink: what remains is faint pencil.
BLANK_CONFIDENCE = 0.995
#: A reading with a note (crossed out, outside the box) is never trusted more than this.
NOTED_CONFIDENCE = 0.6


def line_probability(line: TextLine) -> float:
    """That every character of the line is right: as calibrated, else the product of the characters'."""
    if line.right is not None:
        return line.right
    if line.chars:
        return prod(character.probability for character in line.chars)
    return float(line.probability ** max(1, len(line.text.strip())))


def weighted_readings(reading: TextReading, most: int = 6) -> tuple[tuple[str, float], ...]:
    """The text as read and what else it may say, each with its probability; they sum to at most 1.

    Alternatives are taken one line at a time, with the other lines as read.
    """
    lines = reading.kept_lines
    odds = [line_probability(line) for line in lines]
    readings = [(reading.text, prod(odds))]
    for index, line in enumerate(lines):
        others = prod(odds[:index] + odds[index + 1 :])
        for text, log_probability in line.alternatives[:most]:
            if text != line.text:
                texts = [other.text for other in lines]
                texts[index] = text
                readings.append(("\n".join(texts), others * min(1.0, exp(min(0.0, log_probability)))))
    total = sum(weight for _, weight in readings)
    return tuple((text, weight / max(1.0, total)) for text, weight in readings)


def is_unread(reading: TextReading) -> bool:
    """There is ink, and no text was made of it."""
    return not reading.blank and not reading.text.strip()
