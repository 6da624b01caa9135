"""Which way up a page lies whose edges or markers look the same from all sides.

Where the template's bubbles stand, the page shows the same small picture again and again (an outline,
a letter); turned, it shows words, lines or nothing there. So the turn is taken under which the pictures
at the bubbles are most alike, and only where that is clear.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.cards import BubbleField, CardPage
from core.pages import Registration
from ocr.alignment.frame import Matrix
from ocr.bubbles.sampling import Floats, darkness, patches
from ocr.rasters import Grey, rectify

_PX_PER_MM = 4.0
_MOST_BUBBLES = 160
_LEAST_BUBBLES = 8
_REACH, _SIDE = 1.5, 16
_CLEARLY, _TIMES = 0.05, 1.2  #: more alike than as it lies, by this much and this factor
_UPRIGHT_ENOUGH = 0.65  #: as it lies, this alike: nothing else is tried
_QUARTER = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  #: of the unit square, clockwise


def quarters_turned(image: Grey, registration: Registration, page: CardPage) -> int:
    """How many quarters clockwise the page lies turned in the frame that was found (0 when unclear).

    Args:
        image: grey pixels as scanned.
        registration: the frame, taken as upright.
        page: the template's page with its bubbles.
    """
    centres, halves = _bubbles(page.bubbles)
    if len(centres) < _LEAST_BUBBLES:
        return 0
    raster = rectify(image, registration, page, _PX_PER_MM)
    size = np.array([page.width_mm, page.height_mm])
    scores = []
    for quarters in range(4):
        places = _turned(centres / size, quarters) * size
        reach = halves if quarters % 2 == 0 else halves[:, ::-1] * size / size[::-1]
        grey = patches(raster, places, np.asarray(reach), _REACH, _SIDE)
        scores.append(_alikeness(darkness(grey, np.zeros(len(grey), np.int64))))
        if quarters == 0 and scores[0] >= _UPRIGHT_ENOUGH:
            return 0
    best = int(np.argmax(scores))
    return best if scores[best] >= max(scores[0] + _CLEARLY, _TIMES * scores[0]) else 0


def turned_frame(width: float, height: float, quarters: int) -> Matrix:
    """The map from an upright page ``width`` × ``height`` to the same frame in which it lies turned."""
    scale = np.diag([width, height, 1.0])
    return np.asarray(scale @ np.linalg.matrix_power(_QUARTER, quarters) @ np.linalg.inv(scale))


def _turned(shares: Floats, quarters: int) -> Floats:
    return np.asarray(
        np.column_stack([shares, np.ones(len(shares))]) @ np.linalg.matrix_power(_QUARTER, quarters).T
    )[:, :2]


def _bubbles(fields: Sequence[BubbleField]) -> tuple[Floats, Floats]:
    """Centres and half sizes of some of the bubbles, spread over the page."""
    boxes = [bubble.box for field in fields for bubble in field.bubbles]
    chosen = (
        [boxes[i] for i in np.linspace(0, len(boxes) - 1, min(len(boxes), _MOST_BUBBLES)).astype(int)]
        if boxes
        else []
    )
    centres = np.array([(box.centre.x_mm, box.centre.y_mm) for box in chosen]).reshape(-1, 2)
    return centres, np.array([(box.width_mm / 2, box.height_mm / 2) for box in chosen]).reshape(-1, 2)


def _alikeness(dark: Floats | np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    """Mean correlation of the pictures with their median, -1 to 1; filled bubbles lower it a little."""
    flat = np.minimum(dark, 0.5).reshape(len(dark), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    typical = np.median(flat, axis=0)
    norm = np.sqrt((flat**2).sum(axis=1) * (typical**2).sum())
    return float(np.mean(flat @ typical / np.maximum(norm, 1e-3)))
