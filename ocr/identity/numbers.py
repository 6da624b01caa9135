"""How likely the readings of a 考号 are under each number it might be.

Every likelihood is given relative to "some number that is not known" (each digit equally likely), so
a position that says nothing counts as 1, and readings of different length compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from core.pages import DigitReading, NumberReading

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class SourceModel:
    """How far a source is believed.

    ``error`` is the share of digits (or, for codes, of whole texts) that are wrong although they
    were read without doubt, people's own slips included; ``temper`` flattens a classifier's
    over-confident distribution (1 leaves it).
    """

    error: float
    temper: float = 1.0


#: People fill a wrong bubble about once in 250 digits. The reader of handwritten digits is wrong in less
#: than 1 % and says how sure it is truly enough, but on the hands it was measured on: elsewhere it may be
#: surer than it should. A sticker can be another's; a page code is printed by us.
SOURCES = {
    "bubbles": SourceModel(error=0.004),
    "digits": SourceModel(error=0.01, temper=0.9),
    "sticker": SourceModel(error=0.001),
    "code": SourceModel(error=0.0001),
    "person": SourceModel(error=0.0005),  # somebody said whose page it is
}
_OTHER_SOURCE = SourceModel(error=0.03, temper=0.8)

#: How often somebody swaps two neighbouring digits, a whole number at a time.
SWAP_SHARE = 0.003
#: A number that is shorter or longer than the card's boxes was written in one of several ways.
_MISFIT_SHARE = 0.2
#: Log ratio of a candidate who was given no number: may have written anything.
_NO_NUMBER = log(0.2)
_SURE_DIGIT = 0.9
#: A source shows a number when at most so many of its digits are doubtful and the others agree.
_DOUBTFUL_DIGITS = 1
_DIGITS = 10
_SPOILT_STATES = ("crossed out", "overwritten")


def number_text(reading: NumberReading) -> str:
    """The best text of a reading, with "?" for each digit that is doubtful or not there."""
    if reading.text:
        return reading.text
    return "".join(_digit_text(digit) for digit in reading.digits)


def best_number(readings: Sequence[NumberReading]) -> str:
    """The text of the source with the fewest doubtful digits; "" without readings."""
    texts = [number_text(reading) for reading in readings]
    return min(texts, key=lambda text: (text.count("?") / max(len(text), 1), -len(text)), default="")


def _digit_text(digit: DigitReading) -> str:
    shares = _shares(digit)
    best = int(shares.argmax())
    return str(best) if shares[best] * (1 - digit.blank) >= _SURE_DIGIT else "?"


def _shares(digit: DigitReading) -> Vector:
    """The distribution over 0–9 given that something is written, summing to 1."""
    values = np.clip(np.asarray(digit.probabilities, dtype=np.float64), 0.0, None)
    total = float(values.sum())
    return values / total if total > 0 else np.full(_DIGITS, 1 / _DIGITS)


def says_something(readings: Sequence[NumberReading]) -> bool:
    """Whether any source shows at least one digit or a code."""
    return any(r.text or any(digit.blank < 0.5 for digit in r.digits) for r in readings)


def spoilt_words(readings: Sequence[NumberReading]) -> str:
    """Which boxes were crossed out or written over, in brackets; "" without any."""
    places = sorted(
        {at for r in readings for at, digit in enumerate(r.digits, 1) if digit.state in _SPOILT_STATES}
    )
    return f"（第 {'、'.join(map(str, places))} 格有涂改）" if places else ""


def shows(reading: NumberReading, number: str) -> bool:
    """Whether the source plainly shows this number, not merely one that was likely meant by it."""
    if reading.text or not number:
        return bool(number) and reading.text == number
    shown = [None if digit.blank > 0.5 else _digit_text(digit) for digit in reading.digits]
    straight = _fits(number, len(shown)) and [[int(character) for character in number]]
    for columns in straight or _placements(number, len(shown)):
        pairs = [(seen, column) for seen, column in zip(shown, columns, strict=True)]
        doubtful = sum(seen == "?" or (seen is None and column != _DIGITS) for seen, column in pairs)
        wrong = sum(seen not in {None, "?", str(column)} for seen, column in pairs)
        if not wrong and doubtful <= _DOUBTFUL_DIGITS:
            return True
    return False


def log_ratios(reading: NumberReading, numbers: Sequence[str]) -> Vector:
    """Log likelihood ratio of each number against "unknown", shape ``(len(numbers),)``."""
    model = SOURCES.get(reading.source, _OTHER_SOURCE)
    if reading.text:
        return _text_ratios(reading.text, numbers, model)
    if not reading.digits:
        return np.zeros(len(numbers))
    table = digit_ratios(reading, model)
    return _digits_ratios(table, numbers, model)


def _text_ratios(text: str, numbers: Sequence[str], model: SourceModel) -> Vector:
    """A code is right or wrong as a whole."""
    hit = log(1 - model.error) + len(text) * log(_DIGITS)
    miss = log(model.error)
    return np.array([(hit if number == text else miss) if number else _NO_NUMBER for number in numbers])


def digit_ratios(reading: NumberReading, model: SourceModel | None = None) -> Vector:
    """For each position the likelihood ratio of each digit, and in the last column of "nothing written".

    Shape ``(positions, 11)``.
    """
    model = model or SOURCES.get(reading.source, _OTHER_SOURCE)
    rows = []
    for digit in reading.digits:
        shares = _shares(digit) ** model.temper
        shares = shares / shares.sum()
        written = (1 - model.error) * shares * _DIGITS + model.error
        rows.append(np.append((1 - digit.blank) * written + digit.blank, digit.blank + model.error))
    return np.array(rows)


def _digits_ratios(table: Vector, numbers: Sequence[str], model: SourceModel) -> Vector:
    """Numbers with one digit for each box at once, the others in the best way that they may stand there."""
    fitting = [at for at, number in enumerate(numbers) if _fits(number, len(table))]
    ratios = np.full(len(numbers), log(model.error))
    if fitting:
        columns = np.array([[int(character) for character in numbers[at]] for at in fitting])
        ratios[fitting] = _straight_or_swapped(np.log(table), columns)
    for at in set(range(len(numbers))) - set(fitting):
        placements = _placements(numbers[at], len(table))
        if placements:
            ratios[at] = log(_MISFIT_SHARE) + max(_placed_ratio(table, columns) for columns in placements)
        elif not numbers[at]:
            ratios[at] = _NO_NUMBER
    return ratios


def _fits(number: str, positions: int) -> bool:
    return len(number) == positions and number.isascii() and number.isdigit()


def _straight_or_swapped(logs: Vector, columns: NDArray[np.int_]) -> Vector:
    """Log ratios of numbers written as they are, or with one pair of neighbouring digits swapped.

    Args:
        logs: ``(positions, 11)``.
        columns: ``(numbers, positions)``, the digits.
    """
    places = np.arange(columns.shape[1])
    each = logs[places, columns]
    straight = each.sum(axis=1)
    if len(places) < 2:
        return np.asarray(straight)
    left, right = columns[:, :-1], columns[:, 1:]
    gain = logs[places[:-1], right] + logs[places[1:], left] - each[:, :-1] - each[:, 1:]
    gain = np.where(left == right, -np.inf, gain)
    pairs = np.maximum((left != right).sum(axis=1), 1)
    swapped = straight + np.logaddexp.reduce(gain, axis=1) - np.log(pairs)
    return np.asarray(np.logaddexp(log(1 - SWAP_SHARE) + straight, log(SWAP_SHARE) + swapped))


def _placements(number: str, positions: int) -> list[list[int]]:
    """Columns of the table for each way to write a shorter or longer number; 10 for an empty box."""
    if not number or not (number.isascii() and number.isdigit()):
        return []
    columns = [int(character) for character in number]
    missing = positions - len(columns)
    if missing < 0:
        return [columns[-positions:]]
    empty = [_DIGITS] * missing
    return [columns + empty, empty + columns, [0] * missing + columns]


def _placed_ratio(table: Vector, columns: Sequence[int]) -> float:
    return float(np.log(table[np.arange(len(table)), columns]).sum())


def agreement(a: Sequence[NumberReading], b: Sequence[NumberReading]) -> float:
    """Log likelihood ratio that two pages show the same number, against two unrelated numbers.

    The best pair of sources counts; 0 where one page says nothing.
    """
    scores = [_pair_agreement(x, y) for x in a for y in b]
    return max(scores, key=abs, default=0.0)


def _pair_agreement(a: NumberReading, b: NumberReading) -> float:
    if a.text and b.text:
        return len(a.text) * log(_DIGITS) if a.text == b.text else log(1e-4)
    if a.text or b.text:
        text, other = (a.text, b) if a.text else (b.text, a)
        return float(log_ratios(other, [text])[0]) if other.digits else 0.0
    if not a.digits or len(a.digits) != len(b.digits):
        return 0.0
    first, second = digit_ratios(a)[:, :_DIGITS], digit_ratios(b)[:, :_DIGITS]
    return float(np.log((first * second).mean(axis=1)).sum())
