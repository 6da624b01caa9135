"""JPEG, PNG, HEIC and TIFF files: JPEGs are kept byte for byte, the rest becomes JPEG or PNG."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from core.errors import BadInput, ScanUnreadable, UnsafeUpload
from ocr.intake.decoding import encode_jpeg, encode_png
from ocr.intake.headers import check_size, jpeg_header, png_size
from ocr.intake.records import IntakeLimits, Picture

_ORIENTATION = 0x0112
_SIDEWAYS = {5, 6, 7, 8}
#: Everything that Pillow and its plug-ins raise on files that are damaged or made to harm.
_DAMAGED = (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, RuntimeError,
            OverflowError, MemoryError, Image.DecompressionBombError, UnidentifiedImageError)  # fmt: skip


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """No warnings from Pillow: sizes are checked against our own, lower, limit."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_jpeg(content: bytes, name: str, limits: IntakeLimits) -> Picture:
    """A JPEG as it is; only CMYK is converted. A cut-off one is kept with its problem.

    Raises:
        ScanUnreadable: nothing of it can be read.
        UnsafeUpload: too many pixels.
    """
    header = jpeg_header(content, name)
    check_size(header.width_px, header.height_px, name, limits)
    if header.components == 4:
        return _from_cmyk(content, name)
    dpi, sideways = _exif(content)
    width, height = header.width_px, header.height_px
    if sideways:
        width, height = height, width
    problem = "" if header.whole else _cut_off(name)
    return Picture(content, "image/jpeg", width, height, dpi, problem)


def _cut_off(name: str) -> str:
    return f"“{name}”的图像不完整（文件被截断），下半部分缺失。请重新扫描这一页，或重新拷贝文件后上传。"


def _exif(content: bytes) -> tuple[float, bool]:
    """The resolution (0 when unknown) and whether the orientation turns the page by a quarter."""
    if b"JFIF" not in content[:32] and b"Exif" not in content[:65536]:
        return 0.0, False
    try:
        with quiet_pillow(), Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
            return _dpi(picture), picture.getexif().get(_ORIENTATION, 1) in _SIDEWAYS
    except _DAMAGED:
        return 0.0, False


def _dpi(picture: Image.Image) -> float:
    try:
        dpi = float(picture.info.get("dpi", (0.0, 0.0))[0])
    except (TypeError, ValueError, ZeroDivisionError, IndexError):
        return 0.0
    # 72 is what cameras write without meaning it; below 50 or above 2400 no scanner works.
    return dpi if 50 <= dpi <= 2400 and dpi != 72 else 0.0


def _from_cmyk(content: bytes, name: str) -> Picture:
    try:
        with quiet_pillow(), Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
            return from_pillow(picture)
    except _DAMAGED as error:
        raise ScanUnreadable(f"“{name}”的 CMYK 图像已损坏：{error}", "请另存为 RGB 的 JPEG。") from error


def read_png(content: bytes, name: str, limits: IntakeLimits) -> Picture:
    """A PNG as it is when it has eight bits and no transparency, else laid on white and re-encoded.

    Raises:
        ScanUnreadable: damaged.
        UnsafeUpload: too many pixels.
    """
    width, height = png_size(content, name)
    check_size(width, height, name, limits)
    bits, colour_type = content[24], content[25]
    try:
        with quiet_pillow(), Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            transparent = colour_type >= 4 or "transparency" in picture.info
            if transparent or bits == 16:
                return from_pillow(picture)
            picture.load()
            if picture.getexif().get(_ORIENTATION, 1) in _SIDEWAYS:
                width, height = height, width
            return Picture(content, "image/png", width, height, _dpi(picture))
    except _DAMAGED as error:
        raise ScanUnreadable(f"“{name}”的 PNG 已损坏：{error}", "请重新导出后上传。") from error


def read_heic(content: bytes, name: str, limits: IntakeLimits) -> Picture:
    """A telephone's HEIC photo as JPEG.

    Raises:
        ScanUnreadable: damaged.
        UnsafeUpload: too many pixels.
    """
    try:
        photo = pillow_heif.open_heif(io.BytesIO(content), convert_hdr_to_8bit=True)
        width, height = photo.size
        check_size(width, height, name, limits)
        with quiet_pillow():
            return from_pillow(photo.to_pillow())
    except _DAMAGED as error:
        raise ScanUnreadable(
            f"“{name}”的 HEIC 照片无法读取：{error}", "请在手机上改用“兼容性最佳”格式，或另存为 JPEG。"
        ) from error


def tiff_pages(content: bytes, name: str, limits: IntakeLimits) -> Iterator[Picture | BadInput]:
    """The frames of a TIFF, one at a time; a damaged one comes as the error that says so.

    Raises:
        ScanUnreadable: the file cannot be opened at all.
    """
    try:
        with quiet_pillow():
            tiff = Image.open(io.BytesIO(content), formats=["TIFF"])
    except Image.DecompressionBombError as error:
        raise _too_large(name, limits) from error
    except _DAMAGED as error:
        raise ScanUnreadable(f"“{name}”的 TIFF 已损坏：{error}", "请重新导出后上传。") from error
    return _frames(tiff, name, limits)


def _too_large(name: str, limits: IntakeLimits) -> UnsafeUpload:
    """For images so large that Pillow does not even tell their size."""
    return UnsafeUpload(
        f"“{name}”的图像太大，超过上限 {limits.pixels / 1e6:.0f} 百万像素。", "请用 200–300 dpi 重新扫描。"
    )


def _frames(tiff: Image.Image, name: str, limits: IntakeLimits) -> Iterator[Picture | BadInput]:
    with tiff:
        for number in range(limits.pages + 1):
            page = f"{name} 第{number + 1}页"
            try:
                with quiet_pillow():
                    tiff.seek(number)
            except EOFError:
                return
            except Image.DecompressionBombError:
                yield _too_large(page, limits)
                return
            except _DAMAGED as error:
                yield ScanUnreadable(f"“{page}”起的 TIFF 已损坏：{error}", "请重新扫描这一页及其后各页。")
                return
            yield _frame(tiff, page, limits)


def _frame(tiff: Image.Image, page: str, limits: IntakeLimits) -> Picture | BadInput:
    try:
        check_size(*tiff.size, page, limits)
        with quiet_pillow():
            return from_pillow(tiff)
    except BadInput as error:
        return error
    except _DAMAGED as error:
        return ScanUnreadable(f"“{page}”的图像已损坏：{error}", "请重新扫描这一页。")


def from_pillow(picture: Image.Image) -> Picture:
    """An opened image of any mode as a grey or colour JPEG, or a one-bit PNG; upright, on white."""
    dpi = _dpi(picture)
    bilevel = picture.mode == "1"
    pixels = _upright(_eight_bits(picture), picture.getexif().get(_ORIENTATION, 1))
    content = encode_png(pixels, bilevel=True) if bilevel else encode_jpeg(pixels)
    media_type = "image/png" if bilevel else "image/jpeg"
    return Picture(content, media_type, pixels.shape[1], pixels.shape[0], dpi)


def _eight_bits(picture: Image.Image) -> NDArray[np.uint8]:
    """Grey ``(h, w)`` or blue-green-red ``(h, w, 3)`` pixels of any mode."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return _scaled(np.asarray(picture, dtype=np.float64), picture.mode)
    if picture.mode in {"1", "L"} and "transparency" not in picture.info:
        return np.asarray(picture.convert("L"), dtype=np.uint8)
    if picture.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    rgb: NDArray[Any] = np.asarray(picture.convert("RGB"), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), dtype=np.uint8)


def _scaled(values: NDArray[np.float64], mode: str) -> NDArray[np.uint8]:
    """16-bit and real values to 8 bits; a range that is not 16-bit is stretched."""
    top = 65535.0 if mode != "F" and values.max(initial=0) > 255 else max(float(values.max(initial=0)), 255.0)
    return np.asarray(np.clip(values * (255.0 / top), 0, 255).round(), dtype=np.uint8)


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Undo the EXIF orientation (1 to 8)."""
    if orientation in {5, 6, 7, 8}:
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
