"""Bad uploads: refused or marked with a sentence that names the file and says what to do."""

from __future__ import annotations

import zlib

import pytest

from core.errors import BadInput, ScanUnreadable, UnsafeUpload
from ocr.intake import IntakeLimits, open_scan
from tests.ocr import intake_files as files

_SMALL = IntakeLimits(
    pages=3,
    inflated_bytes=1 << 20,
    archive_bytes=1 << 20,
    entry_bytes=1 << 18,
    archive_entries=4,
    file_bytes=8 << 20,
)
_BOMB = zlib.compress(bytes(3 << 20), 9)


@pytest.mark.parametrize(
    ("content", "name", "error", "part"),
    [
        (b"", "空.pdf", ScanUnreadable, "“空.pdf”是空文件（0 字节）"),
        (files.locked_pdf(), "locked.pdf", ScanUnreadable, "有打开密码"),
        (files.empty_pdf(), "none.pdf", ScanUnreadable, "“none.pdf”里没有页面"),
        (b"%PDF-1.7 nonsense", "bad.pdf", ScanUnreadable, "不是完好的 PDF"),
        (files.drawn_pdf(4), "long.pdf", UnsafeUpload, "有 4 页，超过一次 3 页"),
        (files.stream_pdf(_BOMB), "bomb.pdf", UnsafeUpload, "疑似压缩炸弹"),
        (
            files.stream_pdf(zlib.compress(_BOMB, 9), b"[/FlateDecode /FlateDecode]"),
            "bomb2.pdf",
            UnsafeUpload,
            "疑似压缩炸弹",
        ),
        (b"<svg onload='alert(1)'></svg>", "a.jpg", UnsafeUpload, "网页、SVG 或脚本"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><html>", "a.png", UnsafeUpload, "网页、SVG 或脚本"),
        (b"<?xml version='1.0'?><svg/>", "a.pdf", UnsafeUpload, "网页、SVG 或脚本"),
        (b"#!/bin/sh\nrm -rf /", "a.jpg", UnsafeUpload, "是脚本"),
        (b"MZ\x90\x00", "scan.pdf", UnsafeUpload, "是程序"),
        (b"Rar!\x1a\x07", "a.zip", ScanUnreadable, "RAR"),
        (b"GIF89a...", "a.jpg", ScanUnreadable, "GIF"),
        (b"just words", "a.jpg", ScanUnreadable, "不是可以识别的扫描文件"),
        (files.huge_png(), "big.png", UnsafeUpload, "20000×20000 像素（约 400 百万）"),
        (files.huge_jpeg(), "big.jpg", UnsafeUpload, "20000×20000 像素"),
        (files.jpeg()[:60], "cut.jpg", ScanUnreadable, "文件头不完整"),
        (files.png()[:20], "cut.png", ScanUnreadable, "文件头不完整"),
        (files.png()[:900], "cut.png", ScanUnreadable, "PNG 已损坏"),
        (b"II*\x00\xff\xff\xff\x7f", "cut.tif", ScanUnreadable, "TIFF 已损坏"),
        (files.heic()[:300], "cut.heic", ScanUnreadable, "HEIC 照片无法读取"),
        (b"PK\x03\x04 nonsense", "cut.zip", ScanUnreadable, "不是完好的 ZIP"),
        (files.zipped({}), "none.zip", ScanUnreadable, "没有文件"),
        (files.zipped({"__MACOSX/._a": b"x"}), "none.zip", ScanUnreadable, "没有文件"),
        (files.zipped({"[Content_Types].xml": b"<x/>"}), "a.docx", ScanUnreadable, "Office 文档"),
        (files.zipped({f"{n}.jpg": b"x" for n in range(5)}), "many.zip", UnsafeUpload, "5 个文件"),
        (files.zipped({"a.jpg": bytes(2 << 20)}), "bomb.zip", UnsafeUpload, "疑似压缩炸弹"),
        (bytes(9 << 20), "huge.bin", UnsafeUpload, "9 MiB，超过上限 8 MiB"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_a_remedy(
    content: bytes, name: str, error: type[BadInput], part: str
) -> None:
    with pytest.raises(error) as caught:
        list(open_scan(content, name, _SMALL))
    assert part in caught.value.message
    assert f"“{name}”" in caught.value.message
    assert caught.value.remedy


def test_a_file_is_refused_before_its_first_page_is_asked_for() -> None:
    with pytest.raises(ScanUnreadable):
        open_scan(files.locked_pdf(), "locked.pdf")


_GOOD = files.jpeg()


@pytest.mark.parametrize(
    ("content", "name", "bad", "part"),
    [
        (files.zipped({"1.jpg": b"", "2.jpg": _GOOD}), "a.zip", 0, "“a.zip/1.jpg”是空文件"),
        (files.zipped({"1.svg": b"<svg/>", "2.jpg": _GOOD}), "a.zip", 0, "SVG"),
        (files.zipped({"1.zip": files.zipped({"x": b"y"}), "2.jpg": _GOOD}), "a.zip", 0, "压缩包里的压缩包"),
        (files.zipped({"1.pdf": files.locked_pdf(), "2.jpg": _GOOD}), "a.zip", 0, "有打开密码"),
        (files.zipped({"1.png": files.huge_png(), "2.jpg": _GOOD}), "a.zip", 0, "20000×20000"),
        (
            files.zipped({"1.tif": files.huge_tiff(), "2.jpg": _GOOD}),
            "a.zip",
            0,
            "图像太大，超过上限 80 百万像素",
        ),
        (files.lying_zip(_GOOD), "a.zip", 0, "“a.zip/a.jpg”已损坏"),
        (files.linked_zip(), "a.zip", 0, "是链接"),
        (files.zipped({"1.jpg": bytes(300_000), "2.jpg": _GOOD}), "a.zip", 0, "解开后超过"),
        (files.huge_image_pdf(), "a.pdf", 0, "“a.pdf 第1页”有 20000×20000 像素"),
        (files.stream_pdf(b"", media_box=b"0 0 99999 99999"), "a.pdf", 0, "毫米，不合理"),
        (files.stream_pdf(b"", media_box=b"0 0 3 3"), "a.pdf", 0, "毫米，不合理"),
        (files.jpeg_pdf([_GOOD[: len(_GOOD) // 2], _GOOD]), "a.pdf", 0, "“a.pdf 第1页”的图像不完整"),
        (files.tiff(3)[:-4000], "a.tif", -1, "已损坏"),
        (_GOOD[: len(_GOOD) // 2], "cut.jpg", 0, "“cut.jpg”的图像不完整"),
    ],
)
def test_a_bad_page_is_kept_in_the_list_with_its_problem(
    content: bytes, name: str, bad: int, part: str
) -> None:
    got = list(open_scan(content, name, _SMALL))
    assert part in got[bad].problem
    others = [page for page in got if page is not got[bad]]
    assert not any(page.problem for page in others)
    assert [page.index for page in got] == list(range(len(got)))


def test_a_cut_off_jpeg_keeps_what_there_is() -> None:
    (page,) = open_scan(_GOOD[: len(_GOOD) // 2], "cut.jpg")
    assert page.content == _GOOD[: len(_GOOD) // 2]


def test_a_zip_never_names_a_place_outside_of_it() -> None:
    content = files.zipped({"../../etc/passwd.jpg": _GOOD, "/abs/x.jpg": _GOOD, "C:\\w\\y.jpg": _GOOD})
    names = [page.source_name for page in open_scan(content, "slip.zip")]
    assert sorted(names) == ["slip.zip/passwd.jpg", "slip.zip/x.jpg", "slip.zip/y.jpg"]


def test_pages_beyond_the_limit_are_reported_once() -> None:
    content = files.zipped({"a.tif": files.tiff(2), "b.tif": files.tiff(2), "c.jpg": _GOOD})
    got = list(open_scan(content, "a.zip", _SMALL))
    assert len(got) == 4
    assert "没有收下" in got[3].problem
