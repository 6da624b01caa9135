"""Lines found in a known box, by our profiles and by RapidOCR's detector, on the same boxes.

``python -m benchmarks.line_finding [--data ../shared/data] [--boxes N]``

Boxes are composed of one to six real lines of a set, each brought to a body of 6 to 8 mm at the card's
scale, with a slope for the box, a little of its own for each line, an indent, and a pitch that leaves
2.5 mm between bodies at most and lets tails overlap at least. Both finders get the clean strokes; both
crops go through the same recogniser.

- right: lines that exactly one found row reads with less than half of their characters wrong;
- cer: of the whole box, rows in the order found;
- ms: processor time for finding a box's rows, reading not included.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np

from benchmarks._common import parse, save, skipped
from benchmarks.line_samples import Sample, Score, missing, samples
from benchmarks.lines import distance, folded
from core.cards import PX_PER_MM
from core.geometry import BoxMm
from models.recogniser import default_recogniser
from ocr.handwriting.crops import tightened
from ocr.handwriting.ink import grey_of, ink_of
from ocr.handwriting.paper import STRONG, darkness_of, smoothed
from ocr.handwriting.rows import find_rows
from ocr.rasters import Grey, PageRaster

BOX_MM = (170.0, 78.0)
MARGIN_MM = 4.0
BODY_MM = (6.0, 8.0)
SLOPE, OWN_SLOPE = 0.025, 0.006
#: White between one body and the next; tails reach into it.
GAP_MM = (0.3, 2.5)
MOST_LINES = 6
_MISS = 0.5

Finder = Callable[[Grey], list[Grey]]


@dataclass(frozen=True)
class Box:
    """A written box and its lines from top to bottom."""

    picture: Grey
    texts: tuple[str, ...]


@dataclass
class Found:
    """Of one finder: lines that are right, lines in all, and the score of the boxes' texts."""

    right: int = 0
    lines: int = 0
    score: Score = field(default_factory=Score)


def main(arguments: list[str] | None = None) -> int:
    """Compose, find, read, print, save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--boxes", type=int, default=20, help="of each set")
    options = parse(parser, arguments)
    if (gone := missing(options.data)) is not None:
        return skipped("line_finding", gone)
    finders: dict[str, Finder] = {"ours": our_rows, "detector": detector()}
    figures: dict[str, float] = {}
    for key, lines in samples(options.data, {"french": 5}).items():
        found = measured(finders, boxes(lines, options.boxes))
        for name, one in found.items():
            row = {"right": one.right / max(1, one.lines), "cer": one.score.cer, "ms": one.score.ms}
            figures |= {f"{key}_{name}_{what}": round(value, 4) for what, value in row.items()}
            print(f"{key:10}{name:10}" + "".join(f"{what:>8} {value:8.3f}" for what, value in row.items()))
    save("line_finding", figures, boxes=options.boxes)
    return 0


def boxes(lines: Sequence[Sample], count: int) -> list[Box]:
    """Composed boxes, the same at every call."""
    rng = np.random.default_rng(17)
    return [_box(lines, int(rng.integers(1, MOST_LINES + 1)), rng) for _ in range(count)]


def _box(lines: Sequence[Sample], many: int, rng: np.random.Generator) -> Box:
    page = np.full((round(BOX_MM[1] * PX_PER_MM), round(BOX_MM[0] * PX_PER_MM)), 255, dtype=np.uint8)
    slope, texts = float(rng.uniform(-SLOPE, SLOPE)), []
    y = MARGIN_MM + max(0.0, -slope * BOX_MM[0])
    for at in rng.permutation(len(lines))[:many]:
        body_mm = float(rng.uniform(*BODY_MM))
        indent = MARGIN_MM + float(rng.uniform(0, 8))
        if _put(page, lines[at].picture, (indent, y, body_mm), slope + float(rng.normal(0, OWN_SLOPE))):
            texts.append(lines[at].text)
            y += body_mm + float(rng.uniform(*GAP_MM))
    return Box(page, tuple(texts))


def _put(page: Grey, picture: Grey, place_mm: tuple[float, float, float], slope: float) -> bool:
    """Draw a line with its body at ``(left, top, height)``; False where the page has no room for it."""
    darkness = darkness_of(picture)
    mask = np.asarray(smoothed(darkness) > STRONG)
    reached = np.cumsum(mask.sum(axis=1)) / max(1, mask.sum())
    top, bottom = (int(np.searchsorted(reached, share)) for share in (0.02, 0.98))
    left, y, body = (value * PX_PER_MM for value in place_mm)
    first = int(np.flatnonzero(mask.any(axis=0))[0])
    scale = min(body / max(1, bottom - top), (page.shape[1] - left - 8) / (picture.shape[1] - first))
    shear = np.array([[scale, 0, left - scale * first], [scale * slope, scale, y - scale * top]])
    if y + scale * (bottom - top) + max(0.0, slope) * page.shape[1] > page.shape[0] - 8:
        return False
    drawn = cv2.warpAffine(
        grey_of(darkness, mask), shear, page.shape[::-1], flags=cv2.INTER_AREA, borderValue=255
    )
    np.minimum(page, drawn, out=page)
    return True


def measured(finders: dict[str, Finder], some: Sequence[Box]) -> dict[str, Found]:
    """All finders on all boxes."""
    found = {name: Found() for name in finders}
    for box in some:
        for name, finder in finders.items():
            started = time.process_time()
            crops = finder(box.picture)
            seconds = time.process_time() - started
            texts = [folded(line.text) for line in default_recogniser().read(crops)]
            found[name].right += sum(_is_right(truth, texts) for truth in box.texts)
            found[name].lines += len(box.texts)
            found[name].score.add("".join(texts), "".join(box.texts), seconds)
    return found


def _is_right(truth: str, texts: Sequence[str]) -> bool:
    near = [distance(text, truth) <= _MISS * len(truth) for text in texts]
    return near.count(True) == 1


def our_rows(picture: Grey) -> list[Grey]:
    """The product's way: strokes, bands, straightened rows."""
    page = PageRaster(picture, PX_PER_MM)
    whole = BoxMm(x_mm=0, y_mm=0, width_mm=BOX_MM[0], height_mm=BOX_MM[1])
    nothing_printed = PageRaster(np.full_like(picture, 255), PX_PER_MM)
    ink = ink_of(page, nothing_printed, whole, 0.0)
    return [piece.grey for row in find_rows(ink, single=False) for piece in row.pieces]


def detector() -> Finder:
    """RapidOCR's detector, its boxes cut out upright and put in order of reading."""
    from rapidocr import RapidOCR  # noqa: PLC0415  # only this benchmark needs the detector

    rapid = RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def find(picture: Grey) -> list[Grey]:
        colour = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        result = rapid(colour, use_det=True, use_cls=False, use_rec=False)
        corners = getattr(result, "boxes", None)
        quads = [] if corners is None else [np.asarray(quad, dtype=np.float32) for quad in corners]
        return [tightened(_upright(picture, quad)) for quad in _in_order(quads)]

    return find


def _in_order(quads: Sequence[np.ndarray]) -> list[np.ndarray]:
    """From top to bottom, and from left to right where two overlap in height by half."""
    rows: list[list[np.ndarray]] = []
    for quad in sorted(quads, key=lambda one: float(one[:, 1].mean())):
        if rows and abs(quad[:, 1].mean() - rows[-1][-1][:, 1].mean()) < 0.5 * np.ptp(quad[[0, 3], 1]):
            rows[-1].append(quad)
        else:
            rows.append([quad])
    return [quad for row in rows for quad in sorted(row, key=lambda one: float(one[:, 0].mean()))]


def _upright(picture: Grey, quad: np.ndarray) -> Grey:
    width = max(1, round(float(np.linalg.norm(quad[1] - quad[0]))))
    height = max(1, round(float(np.linalg.norm(quad[3] - quad[0]))))
    straight = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    turn = cv2.getPerspectiveTransform(quad, straight)
    return np.asarray(cv2.warpPerspective(picture, turn, (width, height), borderValue=255), dtype=np.uint8)


if __name__ == "__main__":
    raise SystemExit(main())
