"""Pages of good uploads: every kind, in order, byte for byte where possible."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from core.errors import ScanUnreadable, UnsafeUpload
from ocr.intake import IntakeLimits, ScannedImage, decode_colour, decode_grey, open_scan
from tests.ocr import intake_files as files


def pages(content: bytes, name: str = "stack.pdf", limits: IntakeLimits | None = None) -> list[ScannedImage]:
    return list(open_scan(content, name, limits or IntakeLimits()))


def close(content: bytes, shade: int = 30) -> bool:
    """The image shows the sample page."""
    got = decode_grey(content)
    want = cv2.resize(files.page(shade), got.shape[::-1], interpolation=cv2.INTER_AREA)
    return float(np.abs(got.astype(int) - want.astype(int)).mean()) < 6


def test_jpegs_come_out_of_a_pdf_byte_for_byte() -> None:
    inside = [files.jpeg(30), files.jpeg(60), files.jpeg(90)]
    got = pages(files.jpeg_pdf(inside), "高一(1)班.pdf")
    assert [page.content for page in got] == inside
    assert [page.source_name for page in got] == [f"高一(1)班.pdf 第{n}页" for n in (1, 2, 3)]
    assert [page.index for page in got] == [0, 1, 2]
    assert (got[0].width_px, got[0].height_px, got[0].media_type) == (620, 877, "image/jpeg")
    assert got[0].dpi == pytest.approx(75, abs=0.1)
    assert not any(page.problem for page in got)


def test_pages_are_read_one_at_a_time() -> None:
    stream = open_scan(files.jpeg_pdf([files.jpeg()] * 3), "stack.pdf")
    assert next(stream).index == 0
    assert next(stream).index == 1


def test_a_turned_pdf_page_is_drawn_upright() -> None:
    (page,) = pages(files.jpeg_pdf([files.jpeg()], rotate=90))
    assert page.content != files.jpeg()
    assert page.width_px > page.height_px
    assert page.dpi == pytest.approx(200)
    upright = cv2.rotate(decode_grey(page.content), cv2.ROTATE_90_COUNTERCLOCKWISE)
    assert close(cv2.imencode(".png", upright)[1].tobytes())


def test_a_jpeg_that_fills_half_the_page_is_drawn_with_the_page() -> None:
    document = pdfium.PdfDocument(files.jpeg_pdf([files.jpeg()]))
    sheet = document[0]
    next(sheet.get_objects()).set_matrix(pdfium.PdfMatrix().scale(595.2, 420))
    sheet.gen_content()
    stream = io.BytesIO()
    document.save(stream)
    (page,) = pages(stream.getvalue())
    assert page.content != files.jpeg()
    assert float(decode_grey(page.content)[:1000].mean()) > 254


def test_an_empty_pdf_page_is_a_white_picture() -> None:
    (page,) = pages(files.drawn_pdf())
    assert (page.width_px, page.height_px) == (1654, 2338)
    assert int(decode_grey(page.content).min()) > 250


def test_single_pictures_are_kept_as_they_are() -> None:
    for content, media_type in ((files.jpeg(), "image/jpeg"), (files.png(), "image/png")):
        (page,) = pages(content, "IMG_1.jpg")
        assert (page.content, page.media_type, page.source_name) == (content, media_type, "IMG_1.jpg")
        assert (page.width_px, page.height_px) == (620, 877)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_respected(orientation: int) -> None:
    (page,) = pages(files.turned_jpeg(orientation), "photo.jpg")
    pixels = decode_grey(page.content)
    assert pixels.shape == (page.height_px, page.width_px)
    assert (pixels.shape[1] > pixels.shape[0]) == (orientation >= 5)


@pytest.mark.parametrize(
    ("mode", "compression"),
    [("L", "tiff_lzw"), ("RGB", "jpeg"), ("1", "group4"), ("L", "raw"), ("CMYK", "tiff_lzw")],
)
def test_every_frame_of_a_tiff_is_a_page(mode: str, compression: str) -> None:
    got = pages(files.tiff(3, mode, compression), "stack.tif")
    assert [page.source_name for page in got] == [f"stack.tif 第{n}页" for n in (1, 2, 3)]
    assert [page.dpi for page in got] == [200, 200, 200]
    if mode != "1":
        assert [close(page.content, 30 + 20 * n) for n, page in enumerate(got)] == [True] * 3
    else:
        assert {page.media_type for page in got} == {"image/png"}


def test_a_heic_photo_becomes_a_jpeg() -> None:
    (page,) = pages(files.heic(), "IMG_2.HEIC")
    assert page.media_type == "image/jpeg"
    assert close(page.content)


@pytest.mark.parametrize(
    "content",
    [
        files.saved(Image.fromarray(files.page()).convert("CMYK"), "JPEG"),
        files.saved(Image.fromarray(files.page().astype(np.uint16) * 257), "PNG"),
        files.saved(Image.fromarray(files.page().astype(np.uint16) * 257), "TIFF"),
        files.saved(Image.fromarray(files.page()).convert("P"), "PNG"),
    ],
    ids=["CMYK JPEG", "16-bit PNG", "16-bit TIFF", "palette PNG"],
)
def test_unusual_pixels_become_usual_ones(content: bytes) -> None:
    (page,) = pages(content, "x")
    assert page.problem == ""
    assert close(page.content)


def test_a_transparent_png_lies_on_white() -> None:
    clear = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    (page,) = pages(files.saved(clear, "PNG"), "x.png")
    assert int(decode_grey(page.content).min()) > 250


def test_colour_can_be_decoded_too() -> None:
    red = files.saved(Image.new("RGB", (60, 40), (220, 20, 20)), "JPEG")
    blue, green, strong = decode_colour(red)[20, 30].tolist()
    assert strong > 200 > max(blue, green)


def test_a_zip_gives_all_its_files_in_the_order_people_count_them() -> None:
    content = files.zipped(
        {
            "班/第10页.jpg": files.jpeg(90),
            "班/第2页.jpg": files.jpeg(60),
            "__MACOSX/班/._第2页.jpg": b"junk",
            ".DS_Store": b"junk",
            "班/第1页.pdf": files.jpeg_pdf([files.jpeg(30), files.jpeg(40)]),
        }
    )
    got = pages(content, "班.zip")
    assert [page.source_name for page in got] == [
        "班.zip/第1页.pdf 第1页",
        "班.zip/第1页.pdf 第2页",
        "班.zip/第2页.jpg",
        "班.zip/第10页.jpg",
    ]
    assert [page.index for page in got] == [0, 1, 2, 3]
    assert got[3].content == files.jpeg(90)


def test_names_that_chinese_windows_zipped_are_readable() -> None:
    (page,) = pages(files.gbk_zip("第一页.jpg", files.jpeg()), "a.zip")
    assert page.source_name == "a.zip/第一页.jpg"


def test_names_lose_folders_and_marks_that_deceive() -> None:
    (page,) = pages(files.jpeg(), "..\\..\\C:/x/\u202egpj.exe\x07.jpg")
    assert page.source_name == "gpj.exe.jpg"


def test_reading_again_gives_the_same() -> None:
    content = files.zipped({"a.tif": files.tiff(2), "b.heic": files.heic(), "c.pdf": files.drawn_pdf()})
    assert pages(content, "a.zip") == pages(content, "a.zip")


@pytest.mark.parametrize("content", [b"", b"GIF89a", files.jpeg()[:200], b"%PDF-1.4"])
def test_what_is_no_picture_is_not_decoded(content: bytes) -> None:
    with pytest.raises(ScanUnreadable):
        decode_grey(content)


def test_a_huge_picture_is_refused_before_decoding() -> None:
    with pytest.raises(UnsafeUpload, match="20000×20000"):
        decode_grey(files.huge_png())
