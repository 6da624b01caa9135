"""Sizes of JPEG and PNG images from their headers, before a single pixel is decoded."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from core.errors import ScanUnreadable, UnsafeUpload
from ocr.intake.records import IntakeLimits

_SOF_READ = {0xC0, 0xC1, 0xC2}  #: baseline, extended and progressive Huffman frames
_SOF_OTHER = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_NO_LENGTH = {0x01, *range(0xD0, 0xD9)}
_SOS, _EOI, _APP1 = 0xDA, 0xD9, 0xE1


@dataclass(frozen=True)
class JpegHeader:
    """What a JPEG's markers say. ``scan_at`` is where its first scan begins."""

    width_px: int
    height_px: int
    components: int
    scan_at: int
    whole: bool  #: the end marker is there


def jpeg_header(content: bytes, name: str) -> JpegHeader:
    """Walk the markers up to the first scan.

    Raises:
        ScanUnreadable: damaged, or of a JPEG process that scanners do not write.
    """
    at, frame = 2, None
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            break
        marker = content[at + 1]
        if marker == 0xFF or marker in _NO_LENGTH:
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack_from(">H", content, at + 2)[0]
        if marker in _SOF_OTHER:
            raise ScanUnreadable(
                f"“{name}”是少见的 JPEG 编码（SOF{marker - 0xC0}），无法读取。", "请另存为普通 JPEG 或 PNG。"
            )
        if marker in _SOF_READ and length >= 8 and at + 10 <= len(content):
            frame = struct.unpack_from(">BHHB", content, at + 4)
        if marker == _SOS:
            return _with_frame(frame, content, at, name)
        if length < 2 or marker == _EOI:
            break
        at += 2 + length
    raise ScanUnreadable(
        f"“{name}”的 JPEG 已损坏，文件头不完整。", "请重新扫描这一页，或重新拷贝文件后上传。"
    )


def without_exif(content: bytes) -> bytes:
    """A JPEG without its EXIF blocks: for pictures whose place is told elsewhere, as in a PDF."""
    at, kept = 2, [content[:2]]
    while at + 10 <= len(content) and content[at] == 0xFF and content[at + 1] != _SOS:
        marker = content[at + 1]
        length = 0 if marker == 0xFF else struct.unpack_from(">H", content, at + 2)[0]
        after = at + (1 if marker == 0xFF else 2 + length)
        if marker != _APP1 or content[at + 4 : at + 8] != b"Exif":
            kept.append(content[at:after])
        at = after
    return b"".join([*kept, content[at:]])


def _with_frame(frame: tuple[int, ...] | None, content: bytes, at: int, name: str) -> JpegHeader:
    if frame is None or frame[1] == 0 or frame[2] == 0:
        raise ScanUnreadable(f"“{name}”的 JPEG 没有写明尺寸。", "请重新扫描这一页。")
    bits, height, width, components = frame
    if bits != 8:
        raise ScanUnreadable(f"“{name}”是 {bits} 位 JPEG，无法读取。", "请另存为普通（8 位）JPEG。")
    # Inside a scan 0xFF is stuffed, so the first end marker after its start is the image's own.
    whole = content.find(b"\xff\xd9", at) >= 0
    return JpegHeader(width, height, components, at, whole)


def png_size(content: bytes, name: str) -> tuple[int, int]:
    """Width and height in pixels.

    Raises:
        ScanUnreadable: the header is damaged.
    """
    if len(content) < 33 or content[12:16] != b"IHDR":
        raise ScanUnreadable(f"“{name}”的 PNG 已损坏，文件头不完整。", "请重新导出后上传。")
    width, height = struct.unpack_from(">II", content, 16)
    return int(width), int(height)


def check_size(width_px: int, height_px: int, name: str, limits: IntakeLimits) -> None:
    """Refuse an image that would cost too much to decode.

    Raises:
        UnsafeUpload: more pixels, or a longer side, than the limits allow.
        ScanUnreadable: an image without extent.
    """
    if width_px < 1 or height_px < 1:
        raise ScanUnreadable(f"“{name}”的尺寸是 {width_px}×{height_px}，没有内容。", "请重新扫描这一页。")
    if width_px * height_px > limits.pixels or max(width_px, height_px) > limits.side_px:
        raise UnsafeUpload(
            f"“{name}”有 {width_px}×{height_px} 像素（约 {width_px * height_px / 1e6:.0f} 百万），"
            f"超过上限 {limits.pixels / 1e6:.0f} 百万像素或边长 {limits.side_px}。",
            "请用 200–300 dpi 重新扫描。",
        )
