"""All bubble fields of a page, read against the page itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.cards import BubbleField
from core.pages import BubbleReading
from ocr.bubbles.ink import measure_ink
from ocr.bubbles.page_model import learn
from ocr.bubbles.sampling import bubble_set
from ocr.bubbles.shifts import block_shifts
from ocr.bubbles.verdicts import judge
from ocr.rasters import PageRaster

#: Blocks that move together: size in mm, and bubbles across at least. A page curls differently over
#: longer ways; without a blank more bubbles are needed to know where they are.
_TILES, _TILES_WITH_BLANK = (45.0, 7.0), (24.0, 4.0)


def read_bubbles(
    raster: PageRaster, fields: Sequence[BubbleField], blank: PageRaster | None = None
) -> tuple[BubbleReading, ...]:
    """Read the fields, in their order.

    Args:
        raster: the page in the card's frame.
        fields: all bubble fields of the page: the more, the better the page's own scale is known.
        blank: the printed card without writing; without it, the print is learned from the page.
    """
    if not fields:
        return ()
    bubbles = bubble_set(fields, *(_TILES if blank is None else _TILES_WITH_BLANK))
    shifts = block_shifts(raster, bubbles, blank)
    ink = measure_ink(raster, bubbles, shifts, blank)
    model = learn(ink, bubbles.field)
    ends = np.cumsum([len(field.bubbles) for field in fields])
    spans = [slice(int(end) - len(field.bubbles), int(end)) for field, end in zip(fields, ends, strict=True)]
    return tuple(judge(field, ink, span, model) for field, span in zip(fields, spans, strict=True))
