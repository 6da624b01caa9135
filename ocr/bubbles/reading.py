"""All bubble fields of a page, read against the page itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.cards import BubbleField
from core.pages import BubbleReading
from ocr.bubbles.ink import blank_print, measure_ink
from ocr.bubbles.page_model import learn
from ocr.bubbles.sampling import BubbleSet, Patches, bubble_set
from ocr.bubbles.shifts import BlockPlan, block_plans, block_shifts
from ocr.bubbles.verdicts import judge
from ocr.rasters import PageRaster
from ocr.registration.bending import page_bending

#: Blocks that move together: size in mm, and bubbles across at least. A page curls differently over
#: longer ways; without a blank more bubbles are needed to know where they are.
_TILES, _TILES_WITH_BLANK = (45.0, 7.0), (24.0, 4.0)


@dataclass(frozen=True)
class _Known:
    """What is known of a card page's bubbles before a scan is seen; ``print_`` with a blank only."""

    bubbles: BubbleSet
    blocks: tuple[BlockPlan, ...]
    print_: Patches | None


@lru_cache(maxsize=16)
def _known(fields: tuple[BubbleField, ...], blank: PageRaster | None) -> _Known:
    """Worked out once for all pages of a card (0.7 MiB for three hundred bubbles)."""
    bubbles = bubble_set(fields, *(_TILES if blank is None else _TILES_WITH_BLANK))
    print_ = None if blank is None else blank_print(blank, bubbles)
    return _Known(bubbles, block_plans(bubbles, blank), print_)


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
    known = _known(tuple(fields), blank)
    bubbles = known.bubbles
    if blank is not None:
        bubbles = bubbles.moved(page_bending(raster, blank, bubbles.centres).at(bubbles.centres))
    shifts = block_shifts(raster, bubbles, known.blocks)
    ink = measure_ink(raster, bubbles, shifts, known.print_)
    model = learn(ink, known.bubbles.field)
    ends = np.cumsum([len(field.bubbles) for field in fields])
    spans = [slice(int(end) - len(field.bubbles), int(end)) for field, end in zip(fields, ends, strict=True)]
    return tuple(judge(field, ink, span, model) for field, span in zip(fields, spans, strict=True))
