"""Words of a criterion looked for in what the reader was torn between, not only in its best string.

A word that the picture may well show is put in place of what was read there, and the criterion is then
looked for in that text: numbers, negation and places are judged as in any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.exams import Criterion
from core.pages import ReadChar, TextLine, TextReading
from marking.wordings import parts_of
from models.ctc import Emissions
from models.spotting import Found, find_words

#: Less probable words are not even proposed.
LEAST = 0.25


@dataclass(frozen=True, slots=True)
class Respelt:
    """A region as it would read with a criterion's words in place; ``words`` with their probability."""

    reading: TextReading
    words: tuple[tuple[str, float], ...]

    @property
    def probability(self) -> float:
        """That every word that was put in place stands there."""
        return min((probability for _, probability in self.words), default=1.0)


def respelt(criterion: Criterion, reading: TextReading) -> Respelt | None:
    """The region with the criterion's words where the picture may show them; ``None`` if nowhere."""
    words = [part for wording in criterion.accepted for part in parts_of(wording)]
    lines, put = [], []
    for line in reading.kept_lines:
        changed, found = _with_words(line, [word for word in words if word not in line.text])
        lines.append(changed)
        put += found
    if not put:
        return None
    return Respelt(reading.model_copy(update={"lines": tuple(lines)}), tuple(put))


def _with_words(line: TextLine, words: Sequence[str]) -> tuple[TextLine, list[tuple[str, float]]]:
    if not line.looks or not words or "".join(char.text for char in line.chars) != line.text:
        return line, []
    found = find_words([Emissions.of(look) for look in line.looks], words)
    put: list[tuple[str, float]] = []
    taken: list[Found] = []
    chars = list(line.chars)
    for word in found:
        free = all(word.end <= other.start or other.end <= word.start for other in taken)
        if word.probability >= LEAST and free:
            chars = _replaced(line, chars, word)
            taken.append(word)
            put.append((word.word, word.probability))
    text = "".join(char.text for char in chars)
    return line.model_copy(update={"text": text, "chars": tuple(chars)}), put


def _replaced(line: TextLine, chars: list[ReadChar], word: Found) -> list[ReadChar]:
    """The characters with those under the word's place exchanged for the word's own."""
    left = line.box.x_mm + word.start * line.box.width_mm
    right = line.box.x_mm + word.end * line.box.width_mm
    middles = [char.x_mm + char.width_mm / 2 for char in chars]
    before = [char for char, middle in zip(chars, middles, strict=True) if middle < left]
    after = [char for char, middle in zip(chars, middles, strict=True) if middle > right]
    each = (right - left) / len(word.word)
    own = [
        ReadChar(text=char, probability=word.probability, x_mm=round(left + at * each, 2), width_mm=each)
        for at, char in enumerate(word.word)
    ]
    return [*before, *own, *after]
