"""Page bytes to pixels, with EXIF orientation respected."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import ScanUnreadable
from ocr.intake.headers import check_size, jpeg_header, png_size
from ocr.intake.kinds import Kind, kind_of
from ocr.intake.records import IntakeLimits
from ocr.rasters import Grey

Colour = NDArray[np.uint8]  #: (height, width, 3), blue green red


def decode_grey(content: bytes, limits: IntakeLimits = IntakeLimits()) -> Grey:  # noqa: B008 frozen
    """Grey pixels ``(height, width)``, upright as the EXIF orientation says.

    Raises:
        ScanUnreadable: not a JPEG or PNG, or damaged.
        UnsafeUpload: larger than the limits allow.
    """
    return _decode(content, cv2.IMREAD_GRAYSCALE, limits)


def decode_colour(content: bytes, limits: IntakeLimits = IntakeLimits()) -> Colour:  # noqa: B008 frozen
    """Colour pixels ``(height, width, 3)`` in OpenCV's order (blue, green, red), upright.

    Raises:
        ScanUnreadable: not a JPEG or PNG, or damaged.
        UnsafeUpload: larger than the limits allow.
    """
    return _decode(content, cv2.IMREAD_COLOR_BGR, limits)


def _decode(content: bytes, flag: int, limits: IntakeLimits) -> NDArray[np.uint8]:
    name = "页面图像"
    kind = kind_of(content, name)
    if kind is Kind.JPEG:
        header = jpeg_header(content, name)
        check_size(header.width_px, header.height_px, name, limits)
    elif kind is Kind.PNG:
        check_size(*png_size(content, name), name, limits)
    else:
        raise ScanUnreadable(f"{name}应为 JPEG 或 PNG，实际是 {kind.value}。", "请重新上传原文件。")
    pixels = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), flag)
    if pixels is None:
        raise ScanUnreadable(f"{name}已损坏，无法解码。", "请重新扫描这一页。")
    return np.asarray(pixels, dtype=np.uint8)


def encode_jpeg(pixels: NDArray[np.uint8], quality: int = 92) -> bytes:
    """The pixels as a JPEG file."""
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def encode_png(pixels: NDArray[np.uint8], *, bilevel: bool = False) -> bytes:
    """The pixels as a PNG file, one bit each where they are only black and white."""
    options = [cv2.IMWRITE_PNG_COMPRESSION, 2, cv2.IMWRITE_PNG_BILEVEL, int(bilevel)]
    return bytes(cv2.imencode(".png", pixels, options)[1])
