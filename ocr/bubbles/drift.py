"""What all blocks of a page together say of its displacement: a shift that may grow over the page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.bubbles.sampling import Floats

CELL = 24  #: px a side of a folded cell
FAR_COST = 0.1  #: for each pitch moved: the nearer of two equals is right
LEAST_GAIN = 0.05  #: in likeness, before anything is moved
_MOST_MM = 1.0  #: of displacement, with a blank
MOST_PITCH = 0.62  #: without one
_MOST_GROWTH = 0.02  #: of displacement over distance: a page cropped 2 % too large
_GROWTHS = 17
_STEPS_PER_PITCH = 24


@dataclass(frozen=True)
class Block:
    """One block folded to a cell. ``likeness`` over displacements of one period, zero in the middle."""

    members: NDArray[np.int64]
    sampled: NDArray[np.int64]
    centres: Floats  #: of its members, mm
    pitch: Floats  #: mm, as x, y
    likeness: Floats  #: (CELL, CELL), rows are y

    @property
    def centre(self) -> Floats:
        return np.asarray(self.centres.mean(axis=0))

    @property
    def best_gain(self) -> float:
        """How much likelier the block's best place is than where it stands."""
        return float(self.likeness.max() - self.likeness[CELL // 2, CELL // 2])

    def at(self, x_mm: Floats, y_mm: Floats) -> Floats:
        """Likeness at displacements in mm, wrapped to the period."""
        column = np.round(x_mm / self.pitch[0] * CELL).astype(int) + CELL // 2
        row = np.round(y_mm / self.pitch[1] * CELL).astype(int) + CELL // 2
        return np.asarray(self.likeness[row % CELL, column % CELL], dtype=np.float64)


@dataclass(frozen=True)
class Drift:
    """Displacement in mm at a place: ``shift + growth @ (place - origin)``."""

    origin: Floats
    shift: Floats
    growth: Floats  #: (2, 2): row x or y of the displacement, column x or y of the place

    @property
    def is_still(self) -> bool:
        return not (self.shift.any() or self.growth.any())

    def at(self, places: Floats) -> Floats:
        """Displacements ``(n, 2)`` at places ``(n, 2)``."""
        return np.asarray(self.shift + (places - self.origin) @ self.growth.T, dtype=np.float64)

    def moved(self, step: Floats) -> Drift:
        return Drift(self.origin, self.shift + step, self.growth)


def voted_drift(blocks: list[Block], *, bounded: bool) -> Drift:
    """The drift that suits all blocks best; none unless it is clearly better than standing still.

    First a shift common to all, then each growth together with the shift of its axis, twice.
    """
    places = np.array([b.centre for b in blocks])
    pitch = np.median([b.pitch for b in blocks], axis=0)
    still = Drift(places.mean(axis=0), np.zeros(2), np.zeros((2, 2)))
    if all(block.best_gain < LEAST_GAIN for block in blocks):
        return still
    best = _best_shift(blocks, places, pitch, still, bounded=bounded)
    for _ in range(2 if len(blocks) > 1 else 0):
        for axis, along in ((1, 1), (0, 0), (1, 0), (0, 1)):
            best = _best_growth(blocks, places, pitch, best, axis, along, bounded=bounded)
    gain = _votes(blocks, best.at(places)[:, :, None]) - _votes(blocks, still.at(places)[:, :, None])
    return best if float(gain[0]) >= LEAST_GAIN else still


def _offsets(pitch: float, *, bounded: bool) -> Floats:
    most = min(_MOST_MM, 0.4 * pitch) if bounded else MOST_PITCH * pitch
    count = max(1, round(most / pitch * _STEPS_PER_PITCH))
    return np.linspace(-most, most, 2 * count + 1)


def _best_shift(blocks: list[Block], places: Floats, pitch: Floats, start: Drift, *, bounded: bool) -> Drift:
    grid = np.meshgrid(*(_offsets(float(p), bounded=bounded) for p in pitch))
    offers = np.stack([axis.ravel() for axis in grid])  # (2, m)
    votes = _votes(blocks, np.broadcast_to(offers, (len(places), *offers.shape)))
    cost = FAR_COST * np.max(np.abs(offers) / pitch[:, None], axis=0)
    return start.moved(offers[:, int(np.argmax(votes - cost))])


def _best_growth(
    blocks: list[Block], places: Floats, pitch: Floats, start: Drift, axis: int, along: int, *, bounded: bool
) -> Drift:
    """The best growth of one axis' displacement along x or y, with that axis' shift free again."""
    away = places[:, along] - start.origin[along]
    most = min(_MOST_GROWTH, _MOST_MM / max(float(np.abs(away).max()), 1.0)) if bounded else _MOST_GROWTH
    shift, growth = (
        g.ravel()
        for g in np.meshgrid(
            _offsets(float(pitch[axis]), bounded=bounded), np.linspace(-most, most, _GROWTHS)
        )
    )
    base = Drift(start.origin, start.shift.copy(), start.growth.copy())
    base.shift[axis], base.growth[axis, along] = 0.0, 0.0
    offers = np.repeat(base.at(places)[:, :, None], len(shift), axis=2)
    offers[:, axis, :] += shift + away[:, None] * growth
    cost = FAR_COST * (np.abs(shift) + np.abs(growth) * np.abs(away).max()) / pitch[axis]
    at = int(np.argmax(_votes(blocks, offers) - cost))
    base.shift[axis], base.growth[axis, along] = shift[at], growth[at]
    return base


def _votes(blocks: list[Block], shifts: Floats) -> Floats:
    """Weighted mean likeness of offered displacements ``(blocks, 2, m)``: ``(m,)``."""
    weights = np.sqrt([len(b.members) for b in blocks])
    found = [block.at(offer[0], offer[1]) for block, offer in zip(blocks, shifts, strict=True)]
    return np.asarray(np.average(found, axis=0, weights=weights), dtype=np.float64)
