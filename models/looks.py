"""The same line looked at again, a little changed: errors that change with it were no reading.

Each view is the crop drawn slightly otherwise (wider, larger, slanted, darker). None changes what is
written, so a text that is there keeps its probability in every view, while a misreading seldom
survives all of them. One view costs one more run of the recogniser, so a second is taken only where
the first left a doubt (:attr:`models.verification.Verification.is_settled`). The order is the order of use.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
View = Callable[[Grey], Grey]

WHITE = 255
#: How much wider than it is a line is drawn, as a factor.
WIDER = 1.15
#: How much darker weak strokes become: the exponent of a grey value in [0, 1], over one is darker.
DARKER = 1.6
#: Sideways run of a stroke per unit of height that is taken out of a slanted hand.
SLANT = 0.15
#: Paper added around the line, as a share of its height: the writing is read smaller.
AROUND = 0.08


def looks(crop: Grey, how_many: int) -> tuple[Grey, ...]:
    """The crop itself and up to ``len(VIEWS)`` views of it.

    Args:
        crop: one line, ``(height, width)``, dark ink on light paper.
        how_many: at least 1; more than there are gives all.

    Raises:
        ValueError: less than one was asked for.
    """
    if how_many < 1:
        raise ValueError(f"how_many is {how_many}; the crop itself is the first look")
    if crop.size == 0:
        return (crop,) * min(how_many, 1 + len(VIEWS))
    return (crop, *(view(crop) for view in VIEWS[: how_many - 1]))


def wider(crop: Grey) -> Grey:
    """Drawn wider at the same height, which also moves the strokes against the network's steps."""
    height, width = crop.shape
    wide = max(1, round(width * WIDER))
    return np.asarray(cv2.resize(crop, (wide, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def upright(crop: Grey) -> Grey:
    """Slanted to the left: most hands lean to the right."""
    height, width = crop.shape
    lean = SLANT * height
    matrix = np.array([[1.0, SLANT, 0.0], [0.0, 1.0, 0.0]])
    size = (width + round(lean), height)
    turned = cv2.warpAffine(crop, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, dtype=np.uint8)


def darker(crop: Grey) -> Grey:
    """Weak strokes made stronger, paper left white."""
    return np.asarray(np.round(WHITE * (crop / WHITE) ** DARKER), dtype=np.uint8)


def smaller(crop: Grey) -> Grey:
    """With more of its own paper around, so that the writing is read smaller."""
    margin = max(1, round(AROUND * crop.shape[0]))
    framed = cv2.copyMakeBorder(crop, *(margin,) * 4, cv2.BORDER_REPLICATE)
    return np.asarray(framed, dtype=np.uint8)


VIEWS: tuple[View, ...] = (smaller, wider, upright, darker)
