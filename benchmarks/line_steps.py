"""What each step of preparing a line's crop is worth: error rate and processor time with it alone changed.

``python -m benchmarks.line_steps [--data ../shared/data] [--every N] [--french N] [--steps NAME,NAME]``

The product's way is ``tightened`` (:mod:`ocr.handwriting.crops`). Every other row changes one thing of it,
so that its difference to the first row is what that thing does. "raw" is the crop as it comes. Sets and
error rate are those of ``benchmarks.lines``; the reader is the stock model, greedy, one thread; times are
of the processor, preparation included, not of the wall.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np

from benchmarks._common import parse, save, skipped
from benchmarks.line_samples import Sample, Score, missing, samples
from models.recogniser import default_recogniser
from ocr.handwriting.crops import MARGIN_SHARE, TAIL_SHARE, tightened
from ocr.handwriting.ink import grey_of
from ocr.handwriting.paper import STRONG, Darkness, darkness_of, noise_of, smoothed, thresholds
from ocr.handwriting.prints import Mask
from ocr.handwriting.rules import rules_mask
from ocr.handwriting.strikes import pen_px
from ocr.handwriting.strokes import inked
from ocr.rasters import Grey

Cut = Callable[[Grey], Grey]

#: A picture of a line is taken to show so many millimetres from top to bottom.
LINE_MM = 9.0
#: Slants tried, as columns to the right for each row up, and the least that is straightened.
SLANTS, LEAST_SLANT = np.arange(-0.8, 0.81, 0.1), 0.15
#: Of a body this high (what the recogniser sees of 48 rows) strokes are made so wide.
BODY_PX, STROKE_PX = 40.0, 3.5


@dataclass(frozen=True)
class Layout:
    """How a crop is prepared; the defaults are what :func:`ocr.handwriting.crops.tightened` does."""

    contrast: bool = True
    rules: str = "kept"  #: "kept", "erased", or "unseen": kept, but they do not count for the body
    deslant: bool = False
    stroke: bool = False
    tail: float = TAIL_SHARE
    margin: float = MARGIN_SHARE
    sides: float | None = None
    gamma: float = 1.0
    stretch: float = 1.0


def main(arguments: list[str] | None = None) -> int:
    """Measure every step on every set, print the table, save the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="only every Nth line; nothing is saved then")
    parser.add_argument("--french", type=int, default=10, help="of the French lines only every Nth")
    parser.add_argument("--steps", default="", help="only these, separated by commas; nothing is saved then")
    options = parse(parser, arguments)
    if (gone := missing(options.data)) is not None:
        return skipped("line_steps", gone)
    lines = samples(
        options.data,
        dict.fromkeys(("exam", "composed"), options.every) | {"french": options.every * options.french},
    )
    chosen = {step: STEPS[step] for step in options.steps.split(",")} if options.steps else STEPS
    table: dict[str, dict[str, Score]] = {}
    for name, cut in chosen.items():
        table[name] = {key: measured(cut, some) for key, some in lines.items()}
        print(f"{name:20}" + "".join(f"{k:>10} {t.cer:7.2%} {t.ms:6.1f} ms" for k, t in table[name].items()))
    if options.every == 1 and not options.steps:
        save(
            "line_steps",
            {f"{key}_cer_{name}": round(t.cer, 4) for name, row in table.items() for key, t in row.items()},
            milliseconds={name: {key: t.ms for key, t in row.items()} for name, row in table.items()},
            lines={key: len(pictures) for key, pictures in lines.items()},
        )
    return 0


def measured(cut: Cut, lines: list[Sample]) -> Score:
    """Read every line after this preparation."""
    recogniser, score = default_recogniser(), Score()
    for line in lines:
        started = time.process_time()
        text = recogniser.read([cut(line.picture)])[0].text
        score.add(text, line.text, time.process_time() - started)
    return score


def laid_out(crop: Grey, layout: Layout) -> Grey:
    """A crop prepared by a layout."""
    darkness = darkness_of(crop)
    smooth = smoothed(darkness)
    mask = np.asarray(smooth > STRONG)
    if not mask.any():
        return crop
    grey = grey_of(darkness, mask) if layout.contrast else crop
    if layout.rules != "kept":
        grey, mask = _without_rules(grey, mask, smooth, crop, erase=layout.rules == "erased")
    if layout.deslant:
        grey, mask = _deslanted(grey, mask)
    if layout.stroke:
        grey, mask = _restroked(grey, mask)
    if layout.gamma != 1.0:
        grey = np.asarray(np.round(255.0 * (grey / 255.0) ** layout.gamma), dtype=np.uint8)
    framed = _framed(grey, mask, layout)
    width = max(1, round(framed.shape[1] * layout.stretch))
    method = cv2.INTER_AREA if layout.stretch < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(framed, (width, framed.shape[0]), interpolation=method), dtype=np.uint8)


def _framed(grey: Grey, mask: Mask, layout: Layout) -> Grey:
    columns = np.flatnonzero(mask.any(axis=0))
    reached = np.cumsum(mask.sum(axis=1)) / mask.sum()
    top = int(np.searchsorted(reached, layout.tail))
    bottom = int(np.searchsorted(reached, 1.0 - layout.tail)) + 1
    margin = max(2, round(layout.margin * (bottom - top)))
    sides = margin if layout.sides is None else max(2, round(layout.sides * (bottom - top)))
    inner = grey[:, columns[0] : columns[-1] + 1]
    white = cv2.copyMakeBorder(inner, margin, margin, sides, sides, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(white[top : bottom + 2 * margin], dtype=np.uint8)


def _without_rules(grey: Grey, mask: Mask, smooth: Darkness, crop: Grey, *, erase: bool) -> tuple[Grey, Mask]:
    limits, scale = thresholds(noise_of(crop)), crop.shape[0] / LINE_MM
    rules = rules_mask(smooth, limits[0], scale)
    ink = inked(smooth, rules, limits, scale) & mask
    if not rules.any() or not ink.any():
        return grey, mask
    return (np.where(rules & ~ink, np.uint8(255), grey) if erase else grey), ink


def slant_of(mask: Mask) -> float:
    """The slant at which upright strokes stand most nearly straight, by the sharpness of the columns."""
    ys, xs = np.nonzero(mask)

    def sharpness(slant: float) -> float:
        places = np.round(xs + slant * (ys - ys.mean())).astype(np.intp)
        return float((np.bincount(places - places.min()).astype(np.float64) ** 2).sum())

    return max((float(slant) for slant in SLANTS), key=lambda slant: (sharpness(slant), -abs(slant)))


def _deslanted(grey: Grey, mask: Mask) -> tuple[Grey, Mask]:
    slant = slant_of(mask)
    if abs(slant) < LEAST_SLANT:
        return grey, mask
    height, width = grey.shape
    room = int(abs(slant) * height) + 2
    shear = np.array([[1.0, slant, room - slant * height / 2], [0.0, 1.0, 0.0]])
    size = (width + 2 * room, height)
    level = cv2.warpAffine(grey, shear, size, flags=cv2.INTER_LINEAR, borderValue=255)
    inside = cv2.warpAffine(mask.astype(np.uint8), shear, size, flags=cv2.INTER_NEAREST, borderValue=0)
    return np.asarray(level, dtype=np.uint8), np.asarray(inside > 0)


def _restroked(grey: Grey, mask: Mask) -> tuple[Grey, Mask]:
    """Strokes made thicker or thinner by whole pixels, to what they should be in a line this high."""
    rows = np.flatnonzero(mask.any(axis=1))
    wanted = STROKE_PX * (rows[-1] + 1 - rows[0]) / BODY_PX
    by = round((wanted - pen_px(mask)) / 2)
    if by == 0:
        return grey, mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * min(3, abs(by)) + 1,) * 2)
    change = cv2.erode if by > 0 else cv2.dilate  # dark ink grows where the light is eroded
    grown = np.asarray(change(grey, disc), dtype=np.uint8)
    return grown, np.asarray(grown < 200) if (grown < 200).any() else mask


def _binary(crop: Grey) -> Grey:
    return np.where(tightened(crop) < 128, np.uint8(0), np.uint8(255))


_PLAIN = Layout()
STEPS: dict[str, Cut] = {
    "product": tightened,
    "raw": lambda crop: crop,
    "no contrast": partial(laid_out, layout=replace(_PLAIN, contrast=False)),
    "black and white": _binary,
    **{f"gamma {g}": partial(laid_out, layout=replace(_PLAIN, gamma=g)) for g in (0.5, 0.7, 1.4, 2.0)},
    "stroke width": partial(laid_out, layout=replace(_PLAIN, stroke=True)),
    "deslant": partial(laid_out, layout=replace(_PLAIN, deslant=True)),
    "rules erased": partial(laid_out, layout=replace(_PLAIN, rules="erased")),
    "rules unseen": partial(laid_out, layout=replace(_PLAIN, rules="unseen")),
    **{f"tail {t}": partial(laid_out, layout=replace(_PLAIN, tail=t)) for t in (0.0, 0.005, 0.02, 0.04)},
    **{f"margin {m}": partial(laid_out, layout=replace(_PLAIN, margin=m)) for m in (0.0, 0.05, 0.2, 0.3)},
    **{f"sides {m}": partial(laid_out, layout=replace(_PLAIN, sides=m)) for m in (0.0, 0.3, 0.6)},
    **{
        f"stretch {s}": partial(laid_out, layout=replace(_PLAIN, stretch=s))
        for s in (0.8, 0.9, 1.1, 1.2, 1.3)
    },
}


if __name__ == "__main__":
    raise SystemExit(main())
