"""The pictures of ``docs/photos.md``: what a photo should not be, and a curled page laid flat.

``.venv/bin/python -m scripts.photo_examples`` draws them into ``docs/images`` and prints what is said of each.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from benchmarks.faults import Grey, Picture, corner_blur, curl, glare, photo, shadow
from core.cards import Card
from demo.stack import make_stack
from demo.story import demo_exam, demo_roster
from ocr.cards import blank_pages, design_card, draw_card
from ocr.intake import decode_grey, open_scan
from ocr.photos import judge_page
from ocr.rasters import PageRaster, rectify
from ocr.registration import Located, flattened, locate_page

_FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
_HEIGHT_PX, _GAP_PX = 620, 14
_SEED = 3


def _sheet() -> tuple[Card, list[PageRaster], list[Grey]]:
    """The demo's card, its blank pages, and both sides of a filled sheet."""
    exam = demo_exam()
    card = design_card(exam, 1)
    pdf = draw_card(card, exam)
    stack = make_stack(exam, card, pdf, demo_roster(), seed=_SEED, candidates=5)
    scans = [decode_grey(page.content) for page in open_scan(stack.pdf, "stack.pdf")]
    blanks = [PageRaster(decode_grey(png)) for png in blank_pages(pdf, len(card.pages))]
    return card, blanks, scans[:2]


def _lettered(image: Grey, letter: str) -> Grey:
    factor = _HEIGHT_PX / image.shape[0]
    small = np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    framed = cv2.copyMakeBorder(small, 34, 2, 2, 2 + _GAP_PX, cv2.BORDER_CONSTANT, value=(255,))
    cv2.putText(framed, letter, (4, 26), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0,), 2, cv2.LINE_AA)
    return np.asarray(framed, np.uint8)


def _side_by_side(path: Path, images: list[Grey]) -> None:
    tiles = [_lettered(image, letter) for image, letter in zip(images, "ABCDEF", strict=False)]
    high = max(tile.shape[0] for tile in tiles)
    padded = [
        cv2.copyMakeBorder(t, 0, high - t.shape[0], 0, 0, cv2.BORDER_CONSTANT, value=(255,)) for t in tiles
    ]
    cv2.imwrite(str(path), np.hstack(padded), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    print(path.name)


def main() -> None:
    """Draw both pictures and say what the product says of each page."""
    card, blanks, (front, back) = _sheet()
    chance = np.random.default_rng(1)

    def spoilt(picture: Picture) -> Grey:
        return decode_grey(picture.jpeg)

    examples = [
        spoilt(photo(front, back, 12, chance)),
        spoilt(corner_blur(front, back, 1.0, chance)),
        spoilt(glare(front, back, 26, chance)),
        spoilt(shadow(front, back, 0.88, chance)),
    ]
    _side_by_side(_FOLDER / "photos-advice.png", examples)
    curled = spoilt(curl(front, back, 4.0, chance))
    for letter, image in zip("ABCDE", [*examples, curled], strict=True):
        located = locate_page(image, [card])
        if not isinstance(located, Located):
            print(letter, located.reason)
            continue
        blank = blanks[located.page.number - 1]
        plain = rectify(image, located.registration, located.page)
        flat = flattened(image, plain, located.registration, located.page, blank)
        quality = judge_page(image, flat.raster, flat.registration, located.page, blank, flat.displaced_mm)
        print(letter, quality.severity, quality.advice, flat.registration.warp is not None)
        if image is curled:
            _side_by_side(_FOLDER / "photos-curled.png", [_ruled(r.pixels) for r in (plain, flat.raster)])


def _ruled(pixels: Grey) -> Grey:
    """The lower half of the page, where a curl is easiest to see."""
    return np.ascontiguousarray(pixels[round(0.38 * pixels.shape[0]) :])


if __name__ == "__main__":
    main()
