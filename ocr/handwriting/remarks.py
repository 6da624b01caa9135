"""What the ink of a region says before it is read: blank, crossed out, outside the box."""

from __future__ import annotations

import cv2
import numpy as np

from core.cards import WritingKind, WritingRegion
from ocr.handwriting.ink import Ink

CROSSED_OUT = "crossed out"
PARTLY_CROSSED = "partly crossed out"
OUTSIDE = "outside the box"

#: A region is blank unless one stroke is at least so long and has at least so much ink: less is
#: dust, a resting pen or print that shows through.
STROKE_MM = 1.8
STROKE_MM2 = 0.3
#: A line through the writing is at least so long, and spans at least this share of its width.
STRIKE_MM = 7.0
STRIKE_SHARE = 0.75
#: Along a strike, ink touches it from above and from below in at least this share of its columns;
#: a fraction bar stands free.
STRIKE_TOUCHED = 0.12
TOUCH_MM = 0.4
#: A pixel of the cleaned crop darker than this is the middle of a stroke.
DARK_BELOW = 128
#: A scribble fills at least this share of its box, which is at least so wide and high.
SCRIBBLE_SHARE = 0.6
SCRIBBLE_MM = (4.0, 2.5)
#: Share of the ink beyond the box, by more than half a millimetre, that is worth a remark.
OUTSIDE_SHARE = 0.2


def is_blank(ink: Ink) -> bool:
    """Whether no stroke in the region is large enough to be writing."""
    scale, strokes = ink.px_per_mm, ink.strokes
    if not strokes.count:
        return True
    writing = (strokes.extents_px >= STROKE_MM * scale) & (strokes.areas >= STROKE_MM2 * scale**2)
    return not bool(writing.any())


def remark(ink: Ink, region: WritingRegion) -> str:
    """``crossed out``, ``outside the box``, or nothing.

    Here only a line is told to be crossed out, and only as a whole; what is crossed out within a text
    is told where it is read (:mod:`ocr.handwriting.crossing`).
    """
    if not ink.mask.any():
        return ""
    if region.kind is WritingKind.LINE and (struck_through(ink) or scribbled(ink)):
        return CROSSED_OUT
    total = len(ink.strokes.of)
    if total - ink.inside(region.box.grown(0.5)) > OUTSIDE_SHARE * total:
        return OUTSIDE
    return ""


def struck_through(ink: Ink) -> bool:
    """Whether a long nearly level stroke runs through the writing and touches it on both sides."""
    dark = (ink.grey < DARK_BELOW).astype(np.uint8)
    columns = np.flatnonzero(dark.any(axis=0))
    if len(columns) == 0:
        return False
    length = max(round(STRIKE_MM * ink.px_per_mm), round(STRIKE_SHARE * (columns[-1] - columns[0] + 1)))
    thick = cv2.dilate(dark, np.ones((7, 1), np.uint8))  # lets a stroke of a hand drift up and down
    if thick.shape[1] < length:
        return False
    opened = cv2.morphologyEx(
        thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0
    )  # beyond the picture is paper
    bar = (opened > 0) & (dark > 0)
    width = int(bar.any(axis=0).sum())
    reach = round(TOUCH_MM * ink.px_per_mm)
    column = np.ones((reach + 1, 1), np.uint8)
    sides = [cv2.dilate(bar.astype(np.uint8), column, anchor=(0, at)) > 0 for at in (0, reach)]
    touched = [int((side & (dark > 0) & ~bar).any(axis=0).sum()) for side in sides]
    return width > 0 and min(touched) > STRIKE_TOUCHED * width


def scribbled(ink: Ink) -> bool:
    """Whether most of the ink is one dense patch."""
    dark = (ink.grey < DARK_BELOW).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    if count < 2:
        return False
    largest = stats[1:][np.argmax(stats[1:, cv2.CC_STAT_AREA])]
    width, height = int(largest[cv2.CC_STAT_WIDTH]), int(largest[cv2.CC_STAT_HEIGHT])
    area = int(largest[cv2.CC_STAT_AREA])
    large = width > SCRIBBLE_MM[0] * ink.px_per_mm and height > SCRIBBLE_MM[1] * ink.px_per_mm
    return large and area > SCRIBBLE_SHARE * width * height and area > 0.5 * int(dark.sum())
