"""Whether a confidence says what it says: expected calibration error, and a picture of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

_BINS = 10
_SIDE, _RIM = 420, 50


@dataclass(frozen=True)
class Bin:
    """Readings whose confidence lies in one tenth: how many, mean confidence, share right."""

    count: int
    confidence: float
    right: float


def bins(confidences: Sequence[float], rights: Sequence[bool]) -> tuple[Bin, ...]:
    """The tenths that have any reading in them."""
    confidence, right = np.asarray(confidences, np.float64), np.asarray(rights, np.float64)
    tenth = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    found = []
    for number in np.unique(tenth):
        own = tenth == number
        found.append(Bin(int(own.sum()), float(confidence[own].mean()), float(right[own].mean())))
    return tuple(found)


def calibration_error(of: Sequence[Bin]) -> float:
    """The mean over all readings of how far a bin's confidence is from its share right."""
    total = sum(one.count for one in of)
    return sum(one.count * abs(one.confidence - one.right) for one in of) / max(1, total)


def draw(of: Sequence[Bin], title: str, path: Path) -> None:
    """The reliability diagram as PNG: confidence to the right, share right upwards, dots by count."""
    plane: NDArray[np.uint8] = np.full((_SIDE + 2 * _RIM, _SIDE + 2 * _RIM, 3), 255, np.uint8)
    for step in np.linspace(0, 1, 6):
        at = round(step * _SIDE)
        cv2.line(plane, (_RIM + at, _RIM), (_RIM + at, _RIM + _SIDE), (225, 225, 225), 1)
        cv2.line(plane, (_RIM, _RIM + at), (_RIM + _SIDE, _RIM + at), (225, 225, 225), 1)
        _text(plane, f"{step:.1f}", (_RIM + at - 10, _RIM + _SIDE + 18))
        _text(plane, f"{1 - step:.1f}", (_RIM - 32, _RIM + at + 4))
    cv2.line(plane, (_RIM, _RIM + _SIDE), (_RIM + _SIDE, _RIM), (150, 150, 150), 1, cv2.LINE_AA)
    for one in of:
        where = (_RIM + round(one.confidence * _SIDE), _RIM + round((1 - one.right) * _SIDE))
        cv2.circle(plane, where, 3 + round(2 * np.log10(max(one.count, 1))), (160, 90, 20), -1, cv2.LINE_AA)
        _text(plane, str(one.count), (where[0] - 12, where[1] + 24))
    _text(plane, f"{title}: expected calibration error {calibration_error(of):.3f}", (_RIM, 28), 0.5)
    _text(plane, "confidence (number of readings at each dot)", (_RIM + 70, _RIM + _SIDE + 40))
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), plane)


def _text(plane: NDArray[np.uint8], words: str, at: tuple[int, int], size: float = 0.4) -> None:
    cv2.putText(plane, words, at, cv2.FONT_HERSHEY_SIMPLEX, size, (40, 40, 40), 1, cv2.LINE_AA)
