"""What a file is, by its first bytes; its name is never believed."""

from __future__ import annotations

from enum import StrEnum

from core.errors import ScanUnreadable, UnsafeUpload

SUPPORTED = "PDF、JPEG、PNG、TIFF、HEIC，或装有这些文件的 ZIP"


class Kind(StrEnum):
    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    HEIC = "heic"
    ZIP = "zip"


_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1")

_MAGIC = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),
    (b"MM\x00+", Kind.TIFF),
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
)

#: Known files that are refused, with what to say about them.
_REFUSED = (
    (b"Rar!", "是 RAR 压缩包", "请解压后改用 ZIP 重新压缩，或直接上传里面的文件。"),
    (b"7z\xbc\xaf\x27\x1c", "是 7z 压缩包", "请解压后改用 ZIP 重新压缩，或直接上传里面的文件。"),
    (b"\xd0\xcf\x11\xe0", "是 Office 文档", "请在办公软件里另存为 PDF 再上传。"),
    (b"GIF8", "是 GIF 图片", "请另存为 JPEG 或 PNG 再上传。"),
    (b"BM", "是 BMP 图片", "请另存为 JPEG 或 PNG 再上传。"),
    (b"RIFF", "是 WebP 图片或音视频", "请另存为 JPEG 或 PNG 再上传。"),
    (b"MZ", "是程序，不是扫描件", "请不要上传程序；请上传扫描仪导出的文件。"),
    (b"\x7fELF", "是程序，不是扫描件", "请不要上传程序；请上传扫描仪导出的文件。"),
    (b"#!", "是脚本，不是扫描件", "请不要上传脚本；请上传扫描仪导出的文件。"),
)
_MARKUP = (b"<svg", b"<?xml", b"<html", b"<!doctype", b"<script", b"<head", b"<body", b"<!--", b"<?php")


def kind_of(content: bytes, name: str) -> Kind:
    """What the bytes are.

    Raises:
        ScanUnreadable: the file is empty or of a kind that is not read.
        UnsafeUpload: markup, a script or a program, whatever its name says.
    """
    if not content:
        raise ScanUnreadable(f"“{name}”是空文件（0 字节）。", "请重新导出或重新扫描后再上传。")
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    if content[4:8] == b"ftyp" and any(content[at : at + 4] in _HEIC_BRANDS for at in range(8, 40, 4)):
        return Kind.HEIC
    if b"%PDF-" in content[:1024]:
        return Kind.PDF
    _refuse(content, name)
    raise ScanUnreadable(f"“{name}”的内容不是可以识别的扫描文件。", f"请上传 {SUPPORTED}。")


def _refuse(content: bytes, name: str) -> None:
    """Say what the file is where that is known and refused."""
    opening = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if opening.startswith(_MARKUP) or b"<svg" in opening or b"<script" in opening:
        raise UnsafeUpload(f"“{name}”是网页、SVG 或脚本，不是扫描图片。", f"请上传 {SUPPORTED}。")
    for magic, what, remedy in _REFUSED:
        if content.startswith(magic):
            error = UnsafeUpload if "程序" in what or "脚本" in what else ScanUnreadable
            raise error(f"“{name}”{what}。", remedy)
