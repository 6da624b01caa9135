"""Filled pages of the demo's card as scanned, and what the card's blank pages look like."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from core.cards import Card, CardPage
from core.pages import Registration
from demo.stack import make_stack
from demo.story import demo_exam, demo_roster
from ocr.cards import blank_pages, design_card, draw_card
from ocr.intake import decode_grey, open_scan
from ocr.rasters import Grey, PageRaster, rectify
from ocr.registration import Flattened, Located, flattened, locate_page


@dataclass(frozen=True)
class Scans:
    """Both sides of one pupil's sheet."""

    card: Card
    blanks: tuple[PageRaster, ...]
    sides: tuple[Grey, ...]


@functools.cache
def scans(seed: int = 5) -> Scans:
    """A sheet with which nothing is wrong, upright; the same for the same seed."""
    exam = demo_exam()
    card = design_card(exam, 1)
    pdf = draw_card(card, exam)
    stack = make_stack(exam, card, pdf, demo_roster(), seed=seed, candidates=4)
    images = [decode_grey(page.content) for page in open_scan(stack.pdf, "stack.pdf")]
    sound = {number for number, person in stack.truth["candidates"].items() if not person["faults"]}
    by_side = {
        scan["page"]: images[scan["index"]][::-1, ::-1] if scan["upside_down"] else images[scan["index"]]
        for scan in stack.truth["scans"]
        if scan["number"] in sound
    }
    blanks = tuple(PageRaster(decode_grey(png)) for png in blank_pages(pdf, len(card.pages)))
    return Scans(card, blanks, tuple(np.ascontiguousarray(by_side[n]) for n in sorted(by_side)))


@dataclass(frozen=True)
class Seen:
    """A page that was placed."""

    image: Grey
    page: CardPage
    blank: PageRaster
    plain: PageRaster  #: as the homography alone has it
    registration: Registration
    flat: Flattened


def seen(image: Grey, of: Scans) -> Seen:
    """Locate, rectify and flatten; fails when the page is not found."""
    located = locate_page(image, [of.card])
    assert isinstance(located, Located), located
    raster = rectify(image, located.registration, located.page)
    blank = of.blanks[located.page.number - 1]
    flat = flattened(image, raster, located.registration, located.page, blank)
    return Seen(image, located.page, blank, raster, located.registration, flat)


def difference(one: PageRaster, other: PageRaster) -> float:
    """Mean difference of grey levels where either is dark."""
    dark = (one.pixels < 128) | (other.pixels < 128)
    away = np.abs(one.pixels[dark].astype(np.int16) - other.pixels[dark])
    return float(away.mean())
