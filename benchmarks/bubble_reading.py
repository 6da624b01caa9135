"""Made-up pages read as the product reads them, field by field against what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.bubble_card import bubble_card
from benchmarks.bubble_hands import Hand, fill_page
from benchmarks.bubble_scans import Scan, scan_by_chance
from core.pages import BubbleReading, BubbleVerdict
from ocr.bubbles import read_bubbles
from ocr.rasters import Grey, rectify
from ocr.registration import Located, locate_page


@dataclass(frozen=True)
class ReadField:
    """One field as read, what was meant and how it was filled."""

    reading: BubbleReading
    meant: tuple[str, ...]
    manner: str

    @property
    def is_right(self) -> bool:
        return self.reading.marked == self.meant

    @property
    def is_settled(self) -> bool:
        return self.reading.verdict is not BubbleVerdict.DOUBTFUL


def made_page(
    seed: int, scan: Scan | None = None
) -> tuple[Grey, dict[tuple[str, str], tuple[tuple[str, ...], str]]]:
    """A scan of one hand's page, and by field what was meant and in which manner."""
    rng = np.random.default_rng([20, seed])
    known = bubble_card()
    filled = fill_page(known.page, Hand.drawn(rng), rng)
    image = (scan or scan_by_chance(rng)).of(filled.laid_on(known.print_), rng)
    return image, {key: (meant, filled.manner[key]) for key, meant in filled.meant.items()}


def read_pages(seeds: Iterable[int], scan: Scan | None = None) -> Iterator[list[ReadField]]:
    """Each page's fields; an empty list for a page that was held."""
    known = bubble_card()
    for seed in seeds:
        image, truth = made_page(seed, scan)
        located = locate_page(image, [known.card])
        if not isinstance(located, Located):
            yield []
            continue
        raster = rectify(image, located.registration, located.page)
        readings = read_bubbles(raster, known.page.bubbles, known.blank)
        yield [ReadField(reading, *truth[reading.purpose, reading.key]) for reading in readings]
