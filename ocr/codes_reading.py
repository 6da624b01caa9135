"""Reading printed codes with zxing-cpp: the QR page code, and the sticker with a candidate's number."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from core.geometry import BoxMm
from core.pages import PageCode
from ocr.cards.codes import parse_page_code
from ocr.rasters import Grey, PageRaster

_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
_STICKER = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.Code128,
        zxingcpp.BarcodeFormat.Code39,
        zxingcpp.BarcodeFormat.EAN13,
        zxingcpp.BarcodeFormat.EAN8,
        zxingcpp.BarcodeFormat.QRCode,
    ]
)
_STICKER_MARGIN_MM = 3.0  #: stickers are put on by hand
_LONGEST_NUMBER = 20


@dataclass(frozen=True)
class FoundCode:
    """A page code and where its centre lies in the image that was read, in pixels."""

    code: PageCode
    x_px: float
    y_px: float


def find_page_code(image: Grey) -> FoundCode | None:
    """The page code anywhere in the image, in any orientation; ``None`` when none of ours is there.

    Falls back to a smoothed and to a halved image, in which print that was scanned coarsely or
    photographed with noise is read more often.
    """
    found = _first_page_code(image)
    if found is None:
        found = _first_page_code(cv2.GaussianBlur(image, (0, 0), 1.0))
    if found is None and max(image.shape) > 1500:
        half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        found = _first_page_code(half)
        found = found and FoundCode(found.code, found.x_px * 2, found.y_px * 2)
    return found


def find_page_code_in(patch: Grey) -> FoundCode | None:
    """The page code in a small patch that should hold it, tried harder than on a whole page."""
    found = _first_page_code(patch)
    if found is not None:
        return found
    for changed in (
        cv2.GaussianBlur(patch, (0, 0), 1.2),
        cv2.addWeighted(patch, 2.2, cv2.GaussianBlur(patch, (0, 0), 2.5), -1.2, 0),
        cv2.morphologyEx(patch, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)),
    ):
        found = _first_page_code(changed)
        if found is not None:
            return found
    return None


def _first_page_code(image: NDArray[np.generic]) -> FoundCode | None:
    for barcode in zxingcpp.read_barcodes(np.ascontiguousarray(image), formats=_QR, try_invert=False):
        code = parse_page_code(barcode.text)
        if code is not None:
            place = barcode.position
            corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
            return FoundCode(code, sum(p.x for p in corners) / 4, sum(p.y for p in corners) / 4)
    return None


def read_sticker(raster: PageRaster, box: BoxMm) -> str:
    """The number on the bar code or QR sticker in the box; "" when there is none, or two disagree.

    Args:
        raster: the rectified page.
        box: the sticker area; codes that stand out of it by up to 3 mm are still read.

    Returns:
        Letters and digits only, at most 20.
    """
    crop = raster.crop(box, _STICKER_MARGIN_MM)
    for factor in (1.0, 2.0, 0.5):
        picture = crop if factor == 1.0 else _scaled(crop, factor)
        texts = {_number_in(barcode.text) for barcode in zxingcpp.read_barcodes(picture, formats=_STICKER)}
        texts.discard("")
        if texts:
            return texts.pop() if len(texts) == 1 else ""
    return ""


def _scaled(crop: Grey, factor: float) -> Grey:
    way = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(crop, None, fx=factor, fy=factor, interpolation=way), dtype=np.uint8)


def _number_in(text: str) -> str:
    """The number that a sticker says; "" for other texts, page codes among them."""
    number = text.strip()
    fits = number.isascii() and number.isalnum() and len(number) <= _LONGEST_NUMBER
    return number if fits else ""
