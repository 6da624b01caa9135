"""Small displacements of blocks of bubbles (curl, stretch, a template that is a little off).

Each block is folded to one cell of its grid: the median over its bubbles of the picture around each,
one pitch wide and high, in which letters and marks fade and outlines stay. With a blank, the blank's
cell is sought in it. Without one, the cell's centre of symmetry is sought (circles, ovals, boxes and
brackets are symmetric), and since the gap between bubbles is symmetric too, it is weighed with where
the cell's ink gathers. All blocks of the page vote on a common displacement, each then takes its own
near it. Displacements by a whole pitch look alike inside a block and differ at its ends only, so that
is where they are told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.bubbles.drift import CELL, FAR_COST, LEAST_GAIN, MOST_PITCH, Block, Drift, voted_drift
from ocr.bubbles.sampling import BubbleSet, Floats, Patches, darkness, patches
from ocr.rasters import PageRaster

_MOST_BUBBLES = 40  #: of a block are looked at
_MOST_WITH_BLANK = 16
_LEAST_BUBBLES = 4
_NEAR_PITCH = 0.36  #: how far a block may stand from the page's drift
_INK_WEIGHT = 0.65  #: of where the ink gathers, against symmetry
_ENDS_WEIGHT = 2.0
_ALIAS_FROM = 0.3  #: pitches from which a displacement is checked at the blocks' ends


@dataclass(frozen=True)
class BlockPlan:
    """A block before a scan is seen: its members, which of them are looked at, its pitch in mm (x, y).

    ``still`` is the blank's cell, if there is a blank.
    """

    members: NDArray[np.int64]
    sampled: NDArray[np.int64]
    pitch: Floats
    still: Patches | None


def block_plans(bubbles: BubbleSet, blank: PageRaster | None) -> tuple[BlockPlan, ...]:
    """The blocks of a card page that are large enough to be placed."""
    members = [np.nonzero(bubbles.block == number)[0] for number in range(int(bubbles.block.max()) + 1)]
    members = [own for own in members if len(own) >= _LEAST_BUBBLES]
    most = _MOST_BUBBLES if blank is None else _MOST_WITH_BLANK
    sampled = [own[_scattered(len(own), most)] for own in members]
    pitches = [np.median(bubbles.room[own] * bubbles.halves[own] * 2, axis=0) for own in members]
    stills: Sequence[Patches | None] = [None] * len(members)
    if blank is not None:
        stills = [np.median(cells, axis=0) for cells in _cells(blank, bubbles, sampled, pitches)]
    return tuple(BlockPlan(*parts) for parts in zip(members, sampled, pitches, stills, strict=True))


def block_shifts(raster: PageRaster, bubbles: BubbleSet, plans: Sequence[BlockPlan]) -> Floats:
    """Displacement of each bubble in mm, ``(n, 2)``; zero where moving does not clearly help."""
    blocks = _folded(raster, bubbles, plans)
    if not blocks:
        return np.zeros_like(bubbles.centres)
    has_blank = plans[0].still is not None
    drift = voted_drift(blocks, bounded=has_blank)
    if not has_blank and not drift.is_still:
        drift = _at_the_ends(drift, blocks, raster, bubbles)
    shifts = drift.at(bubbles.centres)
    for block in blocks:
        shifts[block.members] = _own(block, drift)
    if not has_blank:
        for block in blocks:
            shifts[block.members] += _alias_step(block, shifts[block.members], raster, bubbles)
    return shifts


def _folded(raster: PageRaster, bubbles: BubbleSet, plans: Sequence[BlockPlan]) -> list[Block]:
    views = _cells(raster, bubbles, [plan.sampled for plan in plans], [plan.pitch for plan in plans])
    blocks = []
    for plan, view in zip(plans, views, strict=True):
        typical = np.median(view, axis=0)
        if plan.still is not None:
            likeness = _matched(typical, plan.still)
        else:
            likeness = _symmetry(typical) + _INK_WEIGHT * _gathering(view.mean(axis=0))
        centres = bubbles.centres[plan.members]
        blocks.append(Block(plan.members, plan.sampled, centres, plan.pitch, likeness))
    return blocks


def _scattered(count: int, most: int) -> NDArray[np.int64]:
    """At most ``most`` of ``count`` indices, in no step with the grid's rows or columns."""
    if count <= most:
        return np.arange(count)
    return np.unique((np.arange(most) * 0.6180339887 % 1 * count).astype(np.int64))


def _cells(
    raster: PageRaster, bubbles: BubbleSet, groups: list[NDArray[np.int64]], pitches: list[Floats]
) -> list[Patches]:
    """Darkness of one cell around each bubble of each group, sampled in one go."""
    if not groups:
        return []
    every = np.concatenate(groups)
    reach = np.repeat(np.array(pitches) / 2, [len(g) for g in groups], axis=0)
    group = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
    dark = darkness(patches(raster, bubbles.centres[every], reach, 1.0, CELL), group)
    return np.split(dark, np.cumsum([len(g) for g in groups])[:-1])


def _matched(view: Patches, still: Patches) -> Floats:
    """Correlation of the blank's cell with the page's at each displacement."""
    one, other = view - view.mean(), still - still.mean()
    norm = max(float(np.sqrt((one**2).sum() * (other**2).sum())), 1e-6)
    product = np.fft.fft2(one) * np.conj(np.fft.fft2(other))
    return np.asarray(np.fft.fftshift(np.fft.ifft2(product).real) / norm, dtype=np.float64)


def _symmetry(view: Patches) -> Floats:
    """How point-symmetric the cell is about each displaced centre, -1 to 1."""
    flat = view - view.mean()
    norm = max(float((flat**2).sum()), 1e-6)
    folded = np.fft.ifft2(np.fft.fft2(flat) ** 2).real / norm
    # The sum over p of view(p) view(t - p) is largest at t = 2c for a centre c; pixel p lies at p + 1/2.
    steps = (2 * (np.arange(CELL) - CELL // 2) + CELL - 1) % CELL
    return np.asarray(folded[np.ix_(steps, steps)], dtype=np.float64)


def _gathering(mean: Patches) -> Floats:
    """How much of the cell's ink lies around each displaced centre rather than at its rim, -1 to 1."""
    ink = mean - mean.min()
    turns = 2 * np.pi * (np.arange(CELL) + 0.5 - CELL / 2) / CELL
    wave = np.exp(1j * turns)
    total = max(float(ink.sum()), 1e-6)
    back = np.exp(-1j * 2 * np.pi * (np.arange(CELL) - CELL // 2) / CELL)
    near_x = ((ink.sum(axis=0) @ wave) / total * back).real
    near_y = ((ink.sum(axis=1) @ wave) / total * back).real
    return np.asarray(near_y[:, None] + near_x[None, :], dtype=np.float64)


def _at_the_ends(drift: Drift, blocks: list[Block], raster: PageRaster, bubbles: BubbleSet) -> Drift:
    """The drift or its alias a pitch away, whichever finds a bubble under every place of the page."""
    pitch = np.median([b.pitch for b in blocks], axis=0)
    steps = _alias_steps(drift.shift, pitch)
    if len(steps) == 1:
        return drift
    scores = []
    for step in steps:
        moved = drift.moved(step)
        alike = [_alikeness_at(b, moved.at(b.centres), raster, bubbles) for b in blocks]
        far = float(np.max(np.abs(moved.shift) / pitch))
        scores.append(_ENDS_WEIGHT * float(np.mean(alike)) - FAR_COST * far)
    return drift.moved(steps[int(np.argmax(scores))])


def _alias_step(block: Block, shifts: Floats, raster: PageRaster, bubbles: BubbleSet) -> Floats:
    """The same for one block: nothing, or the step of a pitch that puts it right."""
    middle = shifts.mean(axis=0)
    steps = _alias_steps(middle, block.pitch)
    if len(steps) == 1:
        return steps[0]
    scores = [
        _ENDS_WEIGHT * _alikeness_at(block, shifts + step, raster, bubbles)
        - FAR_COST * float(np.max(np.abs(middle + step) / block.pitch))
        for step in steps
    ]
    return steps[int(np.argmax(scores))]


def _alias_steps(shift: Floats, pitch: Floats) -> list[Floats]:
    """No step, and for each axis that moved far the step of a pitch back."""
    steps = [np.zeros(2)]
    for axis in np.nonzero(np.abs(shift) > _ALIAS_FROM * pitch)[0]:
        step = np.zeros(2)
        step[axis] = -np.sign(shift[axis]) * pitch[axis]
        steps.append(step)
    return steps


def _alikeness_at(block: Block, shifts: Floats, raster: PageRaster, bubbles: BubbleSet) -> float:
    """How alike the block's cells are when its members stand displaced so."""
    reach = np.broadcast_to(block.pitch / 2, shifts.shape)
    grey = patches(raster, bubbles.centres[block.members] + shifts, reach, 1.0, CELL)
    return _alikeness(darkness(grey, np.zeros(len(shifts), np.int64)))


def _alikeness(cells: Patches) -> float:
    """Mean correlation of a block's cells with their median: marks and strangers lower it."""
    typical = np.median(cells, axis=0).ravel()
    typical = typical - typical.mean()
    flat = cells.reshape(len(cells), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    norm = np.sqrt((flat**2).sum(axis=1) * (typical**2).sum())
    return float(np.mean(flat @ typical / np.maximum(norm, 1e-6)))


def _own(block: Block, drift: Drift) -> Floats:
    """The block's displacements: its own best place near the page's drift, where that clearly helps."""
    shifts = drift.at(block.centres)
    common = drift.at(block.centre[None, :])[0]
    reach = max(1, int(_NEAR_PITCH * CELL))
    steps = np.arange(-reach, reach + 1) / CELL
    grid_x, grid_y = np.meshgrid(common[0] + steps * block.pitch[0], common[1] + steps * block.pitch[1])
    away = np.maximum(np.abs(steps)[:, None], np.abs(steps)[None, :])
    scores = block.at(grid_x, grid_y) - FAR_COST * away
    is_far = (np.abs(grid_x) > MOST_PITCH * block.pitch[0]) | (np.abs(grid_y) > MOST_PITCH * block.pitch[1])
    if is_far.all():
        return np.zeros_like(shifts)  # the page's drift does not hold here
    scores[is_far] = -np.inf
    row, column = np.unravel_index(int(np.argmax(scores)), scores.shape)
    if max(scores[row, column], scores[reach, reach]) < float(block.at(*np.zeros((2, 1)))[0]) + LEAST_GAIN:
        return np.zeros_like(shifts)  # the page says move, but this block fits where it stands
    if scores[row, column] < scores[reach, reach] + LEAST_GAIN:
        return shifts
    own = np.array([grid_x[row, column], grid_y[row, column]])
    return np.asarray(shifts + own - common, dtype=np.float64)
