"""Simulated classes: similar numbers, people's slips, and readers' errors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.pages import DigitReading, NumberReading
from core.rosters import Candidate, Roster
from ocr.identity import SheetEvidence


def roster(size: int = 48, first: int = 20260101) -> Roster:
    """Consecutive numbers: a wrong digit is often somebody else's number."""
    return Roster(
        candidates=tuple(
            Candidate(id=f"c{n:03d}", number=str(first + n), name=f"考生{n}") for n in range(size)
        )
    )


def certain(text: str, source: str = "bubbles", sure: float = 0.999) -> NumberReading:
    """A reading of the text; "_" is an empty position, "?" one that may be anything."""
    return NumberReading(source=source, digits=tuple(_digit(character, sure) for character in text))


def _digit(character: str, sure: float) -> DigitReading:
    if character == "_":
        return DigitReading(probabilities=(0.1,) * 10, blank=0.999)
    if character == "?":
        return DigitReading(probabilities=(0.1,) * 10, blank=0.0)
    return distribution({int(character): sure})


def distribution(shares: dict[int, float], blank: float = 0.001) -> DigitReading:
    """The given shares, the rest spread evenly over the other digits."""
    rest = (1 - sum(shares.values())) / (10 - len(shares))
    values = tuple(shares.get(digit, rest) for digit in range(10))
    return DigitReading(probabilities=values, blank=blank)


def sheet(sheet_id: str, *numbers: NumberReading, pages: tuple[int, ...] = (1, 2)) -> SheetEvidence:
    return SheetEvidence(
        sheet_id=sheet_id,
        page_ids=tuple(f"{sheet_id}-{page}" for page in pages),
        card_pages=pages,
        numbers=numbers,
    )


@dataclass
class Slips:
    """How often things go wrong, per sheet (digits of the classifier: per digit)."""

    wrong_bubble: float = 0.03
    swapped_bubbles: float = 0.01
    swapped_everywhere: float = 0.005
    empty_column: float = 0.03
    two_in_column: float = 0.02
    no_number: float = 0.02
    digit_misread: float = 0.023
    absent: float = 0.04


@dataclass
class SimulatedClass:
    """Sheets with the candidate who really wrote each."""

    sheets: list[SheetEvidence] = field(default_factory=list)
    writers: dict[str, str] = field(default_factory=dict)


def simulate(of: Roster, rng: np.random.Generator, slips: Slips, sources: tuple[str, ...]) -> SimulatedClass:
    """One sitting of the class."""
    made = SimulatedClass()
    for candidate in of.candidates:
        if rng.random() < slips.absent:
            continue
        sheet_id = f"s{rng.integers(10**9):09d}"
        made.writers[sheet_id] = candidate.id
        made.sheets.append(sheet(sheet_id, *_written(candidate.number, rng, slips, sources)))
    return made


def _written(
    number: str, rng: np.random.Generator, slips: Slips, sources: tuple[str, ...]
) -> list[NumberReading]:
    if rng.random() < slips.no_number:
        return [certain("_" * len(number), source) for source in sources]
    if rng.random() < slips.swapped_everywhere:
        number = _swap(number, rng)
    readings = []
    for source in sources:
        readings.append(
            written_bubbles(number, rng, slips) if source == "bubbles" else written_digits(number, rng, slips)
        )
    return readings


def _swap(number: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(len(number) - 1))
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def written_bubbles(number: str, rng: np.random.Generator, slips: Slips) -> NumberReading:
    if rng.random() < slips.swapped_bubbles:
        number = _swap(number, rng)
    digits = [_digit(character, 0.999) for character in number]
    at = int(rng.integers(len(number)))
    other = int((int(number[at]) + rng.integers(1, 10)) % 10)
    chance = rng.random()
    if chance < slips.wrong_bubble:
        digits[at] = distribution({other: 0.999})
    elif chance < slips.wrong_bubble + slips.empty_column:
        digits[at] = _digit("_", 0.0)
    elif chance < slips.wrong_bubble + slips.empty_column + slips.two_in_column:
        digits[at] = distribution({int(number[at]): 0.49, other: 0.49})
    return NumberReading(source="bubbles", digits=tuple(digits))


def written_digits(number: str, rng: np.random.Generator, slips: Slips) -> NumberReading:
    """A classifier that is right in 97.7 % of cases and too sure of itself."""
    read = []
    for character in number:
        right = int(character)
        other = int((right + rng.integers(1, 10)) % 10)
        if rng.random() < slips.digit_misread:
            sure = float(rng.uniform(0.5, 0.99))
            read.append(distribution({other: sure, right: (1 - sure) * 0.7}))
        else:
            sure = float(1 - rng.exponential(0.03))
            read.append(distribution({right: max(sure, 0.55), other: min(1 - sure, 0.45) * 0.8}))
    return NumberReading(source="digits", digits=tuple(read))
