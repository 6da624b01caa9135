"""Other hands from the hands at hand: each time a line is shown to the network it looks a little different.

Slant, slope, width, height, tremor, thickness of the pen, contrast, shadow, blur, noise, rules. All of it is
drawn from one generator, so a run can be repeated.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models import latin
from models.latin import Grey

Numbers = NDArray[np.float32]

#: Ranges: columns for each row upwards, share of the width and height, rows of tremor.
SLANT = 0.35
STRETCH = 0.25
HEIGHT = 0.08
TREMOR_PX = 1.6
#: How far apart the knots of the tremor are.
KNOT_PX = 24
#: How often each of the other changes is made.
OFTEN = 0.3


def varied(crop: Grey, rng: Generator, squeeze: float) -> Grey:
    """The crop as another hand, pen and scanner might have left it, in the reader's layout."""
    bent = toned(penned(moved(crop, rng), rng), rng)
    light, mask = latin.levelled(bent)
    slope = latin.slope_of(mask) + rng.normal(0.0, 0.003)
    top, bottom = latin.body_of(mask, slope)
    tall = bottom - top
    top, bottom = top + tall * rng.uniform(-HEIGHT, HEIGHT), bottom + tall * rng.uniform(-HEIGHT, HEIGHT)
    stretch = float(np.exp(rng.uniform(-STRETCH, STRETCH)))
    width = latin.squeezed_width(stretch * light.shape[1], tall, squeeze)
    return latin.laid_out(light, slope, (top, bottom), (latin.HEIGHT_PX, width))


def moved(crop: Grey, rng: Generator) -> Grey:
    """Slanted and trembling, on a sheet wide enough for the slant."""
    height, width = crop.shape
    room = round(SLANT * height / 2)
    sheet = cv2.copyMakeBorder(crop, 0, 0, room, room, cv2.BORDER_CONSTANT, value=255)
    rows, columns = np.mgrid[0:height, 0 : width + 2 * room].astype(np.float32)
    columns += np.float32(rng.uniform(-SLANT, SLANT)) * (rows - height / 2)
    columns += tremor(height, width + 2 * room, 1.5 * TREMOR_PX, rng)
    rows += tremor(height, width + 2 * room, TREMOR_PX, rng)
    out = cv2.remap(
        sheet, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,)
    )
    return np.asarray(out, dtype=np.uint8)


def tremor(height: int, width: int, size_px: float, rng: Generator) -> Numbers:
    """A smooth field of displacements of this usual size."""
    knots = rng.normal(0.0, size_px, (max(2, height // KNOT_PX), max(2, width // KNOT_PX)))
    field = cv2.resize(knots.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(field, dtype=np.float32)


def penned(crop: Grey, rng: Generator) -> Grey:
    """With a thicker or a thinner pen, in part."""
    if rng.random() > 2 * OFTEN:
        return crop
    shape = ((2, 2), (1, 3), (3, 1), (3, 3))[rng.integers(4)]
    change = cv2.erode if rng.random() < 0.6 else cv2.dilate
    share = float(rng.uniform(0.3, 1.0))
    return np.asarray(
        cv2.addWeighted(change(crop, np.ones(shape, np.uint8)), share, crop, 1.0 - share, 0.0), np.uint8
    )


def toned(crop: Grey, rng: Generator) -> Grey:
    """Other ink, paper, focus, scanner; now and then a rule or a stray stroke."""
    shade = (crop.astype(np.float32) / 255.0) ** float(np.exp(rng.uniform(-0.5, 0.5)))
    shade = 1.0 - float(rng.uniform(0.35, 1.0)) * (1.0 - shade)
    if rng.random() < OFTEN:
        shade *= float(rng.uniform(0.75, 1.0)) + 0.05 * tremor(crop.shape[0], crop.shape[1], 1.0, rng)
    if rng.random() < OFTEN:
        ruled(shade, rng)
    if rng.random() < OFTEN:
        shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), float(rng.uniform(0.4, 1.2))), np.float32)
    if rng.random() < OFTEN:
        shade += rng.normal(0.0, rng.uniform(0.01, 0.06), crop.shape).astype(np.float32)
    return np.asarray(np.clip(255.0 * shade, 0, 255), dtype=np.uint8)


def ruled(shade: Numbers, rng: Generator) -> None:
    """Draw a rule across the line, at the height of a base line as a rule."""
    height, width = shade.shape
    row = float(np.clip(rng.normal(0.72, 0.2), 0.0, 1.0)) * height
    start, end = (0, round(row)), (width, round(row + rng.normal(0.0, 0.01) * width))
    cv2.line(shade, start, end, float(rng.uniform(0.2, 0.8)), int(rng.integers(1, 3)), cv2.LINE_AA)
