"""The same sheet fed twice, against two sheets; and stickers."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import zxingcpp

from core.geometry import BoxMm
from ocr.codes_reading import find_page_code, read_sticker
from ocr.rasters import Grey, PageRaster, rectify
from ocr.registration import SAME_PAGE_SIMILARITY, Located, locate_page, page_similarity
from tests.ocr.registration_pages import card, printed, scanned, turned

CARD = card()


def written(seed: int, strokes: int) -> Grey:
    """The page with pen strokes of 3 to 7 mm."""
    rng, paper, scale = np.random.default_rng(seed), printed(CARD, 1), 200 / 25.4
    for _ in range(strokes):
        x, y, angle = rng.uniform(25, 185), rng.uniform(40, 265), rng.uniform(0, 2 * np.pi)
        length = rng.uniform(3, 7)
        start = (round(x * scale), round(y * scale))
        end = (round((x + length * np.cos(angle)) * scale), round((y + length * np.sin(angle)) * scale))
        cv2.line(paper, start, end, int(rng.integers(20, 90)), 4, cv2.LINE_AA)
    return paper


def fed(paper: Grey, seed: int, quality: int = 70, blur: float = 0.5) -> PageRaster:
    """The page through the scanner and brought into its card's frame."""
    rng = np.random.default_rng(seed)
    image = scanned(turned(paper, rng.uniform(-3, 3), 1.1)[0], rng, quality, blur)
    found = locate_page(image, [CARD])
    assert isinstance(found, Located)
    return rectify(image, found.registration, found.page)


@pytest.mark.parametrize("strokes", [0, 30, 400])
def test_a_sheet_fed_twice_is_the_same_although_skew_noise_and_quality_differ(strokes: int) -> None:
    paper = written(1, strokes)
    assert page_similarity(fed(paper, 2), fed(paper, 3, 45, 0.9)) >= SAME_PAGE_SIMILARITY


@pytest.mark.parametrize("strokes", [30, 400])
def test_two_sheets_with_different_writing_are_not_the_same(strokes: int) -> None:
    one, other = fed(written(1, strokes), 2), fed(written(9, strokes), 3)
    assert page_similarity(one, other) < SAME_PAGE_SIMILARITY / 2


def test_similarity_is_symmetric() -> None:
    one, other = fed(written(1, 30), 2), fed(written(9, 30), 3)
    assert page_similarity(one, other) == pytest.approx(page_similarity(other, one))


def test_pages_of_different_size_cannot_be_compared() -> None:
    small = PageRaster(pixels=np.full((800, 800), 250, np.uint8))
    with pytest.raises(ValueError, match="different size"):
        page_similarity(small, PageRaster(pixels=np.full((1600, 800), 250, np.uint8)))


_BOX = BoxMm(x_mm=20, y_mm=20, width_mm=60, height_mm=25)


def sticker(text: str, kind: zxingcpp.BarcodeFormat, degrees: float = 0.0) -> PageRaster:
    """A page of 120 × 80 mm with a code glued into the box, slightly askew."""
    paper = np.full((640, 960), 245, np.uint8)
    made = np.asarray(zxingcpp.create_barcode(text, kind).to_image(scale=3), np.uint8)
    if made.shape[0] < 60:
        made = np.repeat(made[:1], 90, axis=0)
    top, left = 200 + 20 - made.shape[0] // 2 + 40, 400 - made.shape[1] // 2
    paper[top : top + made.shape[0], left : left + made.shape[1]] = made
    turn = cv2.getRotationMatrix2D((400, 260), degrees, 1.0)
    tilted = cv2.warpAffine(paper, turn, (960, 640), borderValue=245)
    return PageRaster(pixels=np.asarray(cv2.GaussianBlur(tilted, (0, 0), 0.6), np.uint8))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("20260107", zxingcpp.BarcodeFormat.Code128),
        ("6901234567892", zxingcpp.BarcodeFormat.EAN13),
        ("A20260107", zxingcpp.BarcodeFormat.QRCode),
    ],
)
@pytest.mark.parametrize("degrees", [0.0, 3.0, -4.0])
def test_a_sticker_is_read_although_it_sits_askew(
    text: str, kind: zxingcpp.BarcodeFormat, degrees: float
) -> None:
    assert read_sticker(sticker(text, kind, degrees), _BOX) == text


@pytest.mark.parametrize("text", ["https://a.b", "ZP1|wuli|1|1", "考号"])
def test_a_code_that_is_no_number_is_not_taken_for_one(text: str) -> None:
    assert read_sticker(sticker(text, zxingcpp.BarcodeFormat.QRCode), _BOX) == ""


def test_an_empty_sticker_area_gives_nothing() -> None:
    assert read_sticker(PageRaster(pixels=np.full((640, 960), 245, np.uint8)), _BOX) == ""


def test_two_stickers_that_disagree_give_nothing() -> None:
    one = sticker("111111", zxingcpp.BarcodeFormat.QRCode).pixels
    both = np.minimum(one, np.roll(one, 150, axis=1))
    both = np.minimum(both, np.roll(sticker("222222", zxingcpp.BarcodeFormat.QRCode).pixels, -150, axis=1))
    assert read_sticker(PageRaster(pixels=both), _BOX) == ""


def test_a_page_code_is_found_anywhere_and_upside_down() -> None:
    found = find_page_code(np.ascontiguousarray(printed(CARD, 2)[::-1, ::-1]))
    assert found is not None
    assert found.code.page == 2
