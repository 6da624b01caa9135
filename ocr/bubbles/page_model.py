"""What empty and full mean on this page: its pencil, its paper, its scanner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.bubbles.ink import Ink
from ocr.bubbles.sampling import Floats

_USUAL_FULL = 0.5  #: added darkness of a full pencil bubble, weighing as much as ``_PRIOR_MARKS`` marks
_PRIOR_MARKS = 2.0
_LEAST_SPREAD = 0.006
_TOP = 0.75  #: quantile of the marks: a few fills on a page of ticks do not make fills the usual mark
_USUAL_STRENGTH = 0.7
_UNEVEN = 0.55  #: usual darkness over strength: proper fills lie above 0.7, ticks and crosses below 0.5
#: Marks weaker than this share of the page's usual strength are pale. Even hands keep within a fifth;
#: where a page's marks vary more, the share falls with their spread (chosen on made-up hands).
_PALE, _PALEST, _PALE_SPREADS = 0.8, 0.68, 2.5
_LEAST_CONTRAST = 0.07  #: added darkness below this is never taken as a mark


@dataclass(frozen=True)
class PageModel:
    """Added darkness of empty bubbles (``empty`` ± ``spread``) and of full ones; strength of full ink.

    ``least_strength`` is what the darkest tenth of a mark must reach to be ink of the usual kind: an
    eraser's remnant has as much darkness over the whole as a tick, but never a tick's strength.
    ``overflow`` is the share of ink in the surroundings of a usual mark and ``corners`` how many of its
    corners are inked: sloppy filling, or a template's boxes that are smaller than the printed bubbles.
    """

    empty: float
    spread: float
    full: float
    strength: float
    least_strength: float
    overflow: float
    corners: float

    @property
    def is_of_strokes(self) -> bool:
        """Whether the page's usual marks are ticks, crosses or dashes with paper between them."""
        return self.full - self.empty <= _UNEVEN * self.strength

    def relative(self, fill: Floats) -> Floats:
        """Fill on the page's own scale: 0 empty, 1 typical full."""
        return (fill - self.empty) / (self.full - self.empty)


def learn(ink: Ink, field: NDArray[np.int64]) -> PageModel:
    """The page's model. Of each field the lighter half is taken as empty at first."""
    quiet = ink.fill[_lighter_half(ink.fill, field)]
    if not len(quiet):
        quiet = ink.fill[ink.fill <= np.median(ink.fill)]
    empty, spread = _centre(quiet)
    for _ in range(3):
        near = ink.fill < empty + max(5 * spread, 0.02)
        if near.sum() >= 3:
            empty, spread = _centre(ink.fill[near])
    if empty > 0.3:  # no empty bubble on the page can be that dark: all are filled
        empty, spread = 0.0, _LEAST_SPREAD
    strongest = _field_maximum(ink.fill, field)
    marks = ink.fill[strongest]
    is_mark = marks > empty + max(8 * spread, _LEAST_CONTRAST)
    strongest = strongest[is_mark]
    marks, strengths, outside, corners = (
        part[strongest] for part in (ink.fill, ink.strength, ink.outside, ink.corners.astype(np.float64))
    )
    typical = _upper_typical(marks)
    weight = len(marks) / (len(marks) + _PRIOR_MARKS)
    full = empty + weight * (typical - empty) + (1 - weight) * _USUAL_FULL
    strength, least_strength = _strengths(strengths[marks >= 0.7 * typical], len(marks) >= 3)
    overflow = float(np.median(outside)) if len(marks) >= 3 else 0.0
    usual_corners = float(np.median(corners)) if len(marks) >= 3 else 0.0
    full = max(full, empty + 2 * _LEAST_CONTRAST)
    return PageModel(empty, spread, full, strength, least_strength, overflow, usual_corners)


def _strengths(of_marks: Floats, are_enough: bool) -> tuple[float, float]:
    """The usual strength of the page's marks, and the least that is still usual."""
    if not are_enough:
        return _USUAL_STRENGTH, _PALEST * _USUAL_STRENGTH
    usual, spread = _centre(of_marks)
    share = float(np.clip(1 - _PALE_SPREADS * spread / max(usual, 1e-6), _PALEST, _PALE))
    return usual, share * usual


def _upper_typical(marks: Floats) -> float:
    """The typical full mark: the median of those not far below the strongest (ticks stay out)."""
    if not len(marks):
        return 0.0
    top = float(np.quantile(marks, _TOP))
    return float(np.median(marks[marks >= 0.5 * top]))


def _lighter_half(fill: Floats, field: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.lexsort((fill, field))
    starts = np.searchsorted(field[order], np.arange(field.max() + 1))
    rank = np.arange(len(fill)) - starts[field[order]]
    sizes = np.bincount(field)[field[order]]
    return np.asarray(order[rank < sizes // 2], dtype=np.int64)


def _field_maximum(fill: Floats, field: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.lexsort((fill, field))
    ends = np.searchsorted(field[order], np.arange(field.max() + 1), side="right") - 1
    return np.asarray(order[ends], dtype=np.int64)


def _centre(values: Floats) -> tuple[float, float]:
    middle = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - middle)))
    return middle, max(spread, _LEAST_SPREAD)
