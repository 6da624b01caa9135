"""PDF files: a page that is one full-page JPEG gives that JPEG; every other page is drawn.

pypdfium2 is not thread-safe: one thread of a process may read PDFs at a time.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import re
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from core.errors import BadInput, ScanUnreadable, UnsafeUpload
from ocr.intake.decoding import encode_jpeg
from ocr.intake.headers import check_size, without_exif
from ocr.intake.pdf_bombs import refuse_bombs
from ocr.intake.pictures import read_jpeg
from ocr.intake.records import IntakeLimits, Picture

_PT_PER_INCH = 72.0
_NO_PAGES = re.compile(rb"/Count\s+0\b")
_EDGE_SHARE = 0.02  #: how far, of the page's side, a full-page image may miss the page's edges
_SMALLEST_PAGE_PT = 50.0
_LONGEST_RENDER_PX = 5000
_GREY_TOLERANCE = 8  #: a page whose channels never differ by more is drawn grey


@dataclass(frozen=True)
class PdfFile:
    """An open document. ``plain``: none of its images has a mask or a changed meaning of its values."""

    document: pdfium.PdfDocument
    name: str
    plain: bool

    def page(self, number: int, limits: IntakeLimits) -> Picture:
        """Page ``number`` (from 0).

        Raises:
            ScanUnreadable: damaged.
            UnsafeUpload: beyond the limits.
        """
        return _page(self.document, number, f"{self.name} 第{number + 1}页", self.plain, limits)


def open_pdf(content: bytes | mmap.mmap, name: str, limits: IntakeLimits) -> PdfFile:
    """The document, checked as far as that is possible without looking at its pages.

    Only a process that may die (``pdf_child``) should read the pages: pdfium expands drawings that
    call each other before anybody can count them.

    Raises:
        ScanUnreadable: password-protected, damaged or without pages.
        UnsafeUpload: too many pages, or a stream that inflates without bound.
    """
    refuse_bombs(content, name, limits)
    try:
        document = pdfium.PdfDocument(_in_memory(content))
    except pdfium.PdfiumError as error:
        raise _unopened(error, content, name) from error
    try:
        _check_pages(len(document), name, limits)
    except BadInput:
        document.close()
        raise
    return PdfFile(document, name, _images_are_plain(content))


def _in_memory(content: bytes | mmap.mmap) -> bytes | ctypes.Array[ctypes.c_char]:
    """A mapped file as the library takes it, without a copy."""
    return content if isinstance(content, bytes) else (ctypes.c_char * len(content)).from_buffer(content)


def _unopened(error: pdfium.PdfiumError, content: bytes | mmap.mmap, name: str) -> ScanUnreadable:
    """Why the document does not open. The library may report the error of an earlier document."""
    said = str(error).lower()
    if content.find(b"/Encrypt") >= 0 and ("password" in said or "security" in said):
        return ScanUnreadable(
            f"“{name}”有打开密码，无法读取。", "请在 PDF 软件里去掉密码（另存为不加密的 PDF）再上传。"
        )
    if _NO_PAGES.search(content):
        return _without_pages(name)
    return ScanUnreadable(f"“{name}”不是完好的 PDF：{error}", "请重新导出或重新扫描后上传。")


def _without_pages(name: str) -> ScanUnreadable:
    return ScanUnreadable(f"“{name}”里没有页面。", "请检查扫描仪的导出设置，重新导出后上传。")


def _check_pages(count: int, name: str, limits: IntakeLimits) -> None:
    if count < 1:
        raise _without_pages(name)
    if count > limits.pages:
        raise UnsafeUpload(
            f"“{name}”有 {count} 页，超过一次 {limits.pages} 页的上限。", "请按班级拆成几个文件分别上传。"
        )


def _images_are_plain(content: bytes | mmap.mmap) -> bool:
    """No image of the file has a mask or a changed meaning of its values.

    Image dictionaries belong to streams, and those are never packed into object streams, so their
    keys can be looked for in the file's bytes. ``/DecodeParms`` is another key.
    """
    changing = (b"/SMask ", b"/Mask ", b"/Mask[", b"/Decode[", b"/Decode [")
    return all(content.find(key) < 0 for key in changing)


def _page(document: pdfium.PdfDocument, number: int, page_name: str, plain: bool, limits: IntakeLimits
          ) -> Picture:  # fmt: skip
    page = None
    try:
        page = document.get_page(number)
        _check_page_size(page, page_name, limits)
        picture = _embedded_jpeg(page, page_name, limits) if plain else None
        return picture or _drawn(page, page_name, limits)
    except (pdfium.PdfiumError, ValueError, MemoryError, RuntimeError) as error:
        raise ScanUnreadable(f"“{page_name}”无法读取：{error}", "请重新扫描这一页。") from error
    finally:
        if page is not None:
            page.close()


def _check_page_size(page: pdfium.PdfPage, name: str, limits: IntakeLimits) -> None:
    width_pt, height_pt = page.get_size()
    longest, shortest = max(width_pt, height_pt), min(width_pt, height_pt)
    if not (shortest >= _SMALLEST_PAGE_PT and longest <= limits.page_side_pt):
        raise UnsafeUpload(
            f"“{name}”的页面尺寸是 {width_pt * 25.4 / 72:.0f}×{height_pt * 25.4 / 72:.0f} 毫米，不合理。",
            "请按 A4 或 A3 的实际大小重新导出。",
        )


def _embedded_jpeg(page: pdfium.PdfPage, name: str, limits: IntakeLimits) -> Picture | None:
    """The page's only image, not coded anew, when it is a JPEG that fills the upright page."""
    image = _only_image(page, name, limits)
    if image is None or page.get_rotation() != 0 or image.get_filters() != ["DCTDecode"]:
        return None
    if not _fills(image, page) or image.get_metadata().colorspace not in _PLAIN_COLOURS:
        return None
    # Inside a PDF the picture lies as it is stored; its own word on how it was held does not count.
    picture = read_jpeg(without_exif(bytes(image.get_data(decode_simple=False))), name, limits)
    dpi = picture.width_px / (page.get_width() / _PT_PER_INCH)
    return Picture(
        picture.content, picture.media_type, picture.width_px, picture.height_px, dpi, picture.problem
    )


_PLAIN_COLOURS = {
    pdfium_c.FPDF_COLORSPACE_DEVICEGRAY,
    pdfium_c.FPDF_COLORSPACE_DEVICERGB,
    pdfium_c.FPDF_COLORSPACE_CALGRAY,
    pdfium_c.FPDF_COLORSPACE_CALRGB,
    pdfium_c.FPDF_COLORSPACE_ICCBASED,
}


def _only_image(page: pdfium.PdfPage, name: str, limits: IntakeLimits) -> pdfium.PdfImage | None:
    """The image when nothing else is seen on the page; text that an OCR laid under it is not seen.

    Raises:
        UnsafeUpload: an image or the number of objects is beyond the limits.
    """
    images: list[pdfium.PdfImage] = []
    others = 0
    for count, thing in enumerate(page.get_objects()):
        if count >= limits.page_objects:
            raise UnsafeUpload(
                f"“{name}”上的图形对象超过 {limits.page_objects} 个。",
                "请打印后重新扫描这一页，或导出为图片。",
            )
        if isinstance(thing, pdfium.PdfImage):
            width_px, height_px = thing.get_px_size()
            check_size(width_px, height_px, name, limits)
            images.append(thing)
        elif not _invisible(thing):
            others += 1
    return images[0] if len(images) == 1 and not others and images[0].level == 0 else None


def _invisible(thing: pdfium.PdfObject) -> bool:
    if thing.type != pdfium_c.FPDF_PAGEOBJ_TEXT:
        return False
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(thing)
    return bool(mode == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE)


def _fills(image: pdfium.PdfImage, page: pdfium.PdfPage) -> bool:
    """The image is upright, not mirrored, and covers the visible page."""
    a, b, c, d, x, y = image.get_matrix().get()
    left, bottom, right, top = page.get_cropbox()
    width, height = right - left, top - bottom
    slack_x, slack_y = _EDGE_SHARE * width, _EDGE_SHARE * height
    return bool(
        a > 0 and d > 0 and abs(b) < 0.01 * a and abs(c) < 0.01 * d
        and abs(x - left) < slack_x and abs(x + a - right) < slack_x
        and abs(y - bottom) < slack_y and abs(y + d - top) < slack_y
    )  # fmt: skip


def _drawn(page: pdfium.PdfPage, name: str, limits: IntakeLimits) -> Picture:
    """The page drawn in colour (pdfium's grey drawing is three times slower) and kept as JPEG."""
    width_pt, height_pt = page.get_size()
    scale = min(limits.render_dpi / _PT_PER_INCH, _LONGEST_RENDER_PX / max(width_pt, height_pt))
    check_size(round(width_pt * scale), round(height_pt * scale), name, limits)
    bitmap = page.render(scale=scale, may_draw_forms=False)
    with contextlib.closing(bitmap):
        pixels = np.array(bitmap.to_numpy(), dtype=np.uint8)
    pixels = _without_colour(pixels)
    return Picture(encode_jpeg(pixels), "image/jpeg", pixels.shape[1], pixels.shape[0], scale * _PT_PER_INCH)


def _without_colour(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One channel where the page has no colour, seen on every fourth pixel."""
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return pixels.reshape(pixels.shape[:2])
    sample = pixels[::4, ::4, :3].astype(np.int16)
    if int(np.ptp(sample, axis=2).max()) <= _GREY_TOLERANCE:
        return np.ascontiguousarray(pixels[:, :, 1])
    return np.ascontiguousarray(pixels[:, :, :3])
