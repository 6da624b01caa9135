"""Pictures that say how they were held are taken in upright, whatever file brings them."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from ocr.intake import ScannedImage, decode_colour, decode_grey, open_scan
from ocr.rasters import Grey
from tests.ocr import intake_files as files

ORIENTATION = 0x0112


def upright() -> Grey:
    """A page with a dark block at its top left and a smaller one beside it: no turn or mirror is like it."""
    paper = np.full((480, 320), 240, np.uint8)
    paper[20:140, 20:120] = 30
    paper[20:60, 160:220] = 30
    return paper


def held(orientation: int) -> Image.Image:
    """The pixels as a camera stores them, with the tag that says how to turn them back."""
    pixels = upright()
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    if orientation in {5, 6, 7, 8}:
        pixels = np.swapaxes(pixels, 0, 1)
    picture = Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB")
    picture.getexif()[ORIENTATION] = orientation
    return picture


def as_file(orientation: int, form: str) -> bytes:
    picture = held(orientation)
    stream = io.BytesIO()
    if form == "HEIC":
        file = pillow_heif.from_pillow(Image.fromarray(np.asarray(picture)))  # or it would turn the pixels
        file.info["exif"] = picture.getexif().tobytes()
        file.save(stream, quality=90)
    else:
        picture.save(stream, form, exif=picture.getexif())
    return stream.getvalue()


def only_page(content: bytes, name: str) -> ScannedImage:
    (page,) = open_scan(content, name)
    return page


def assert_upright(page: ScannedImage) -> None:
    pixels = decode_grey(page.content)
    assert pixels.shape == (page.height_px, page.width_px) == (480, 320)
    assert np.abs(pixels.astype(int) - upright()).mean() < 6
    assert decode_colour(page.content).shape == (480, 320, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("form", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("TIFF", "a.tif")])
def test_a_picture_is_turned_as_it_says(form: str, name: str, orientation: int) -> None:
    assert_upright(only_page(as_file(orientation, form), name))


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_heic_photo_is_turned_as_it_says(orientation: int) -> None:
    assert_upright(only_page(as_file(orientation, "HEIC"), "IMG_1.HEIC"))


@pytest.mark.parametrize("orientation", [3, 5, 6, 8])
def test_photos_in_a_zip_are_turned_as_they_say(orientation: int) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("1.jpg", as_file(orientation, "JPEG"))
        archive.writestr("2.heic", as_file(6, "HEIC"))
    pages = list(open_scan(stream.getvalue(), "photos.zip"))
    assert len(pages) == 2
    for page in pages:
        assert_upright(page)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_inside_a_pdf_lies_as_the_pdf_shows_it(orientation: int) -> None:
    """Viewers pass over the tag inside a PDF: what the page shows is what counts."""
    picture = Image.fromarray(upright()).convert("RGB")
    picture.getexif()[ORIENTATION] = orientation
    stream = io.BytesIO()
    picture.save(stream, "JPEG", exif=picture.getexif())
    assert_upright(only_page(files.jpeg_pdf([stream.getvalue()], size_pt=(320, 480)), "scan.pdf"))


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_pdf_page_that_is_turned_is_taken_in_as_it_is_shown(rotate: int) -> None:
    sideways = np.rot90(upright(), rotate // 90)  # counter-clockwise; the page is turned clockwise
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(sideways)).save(stream, "JPEG")
    size = (sideways.shape[1] * 0.36, sideways.shape[0] * 0.36)
    page = only_page(files.jpeg_pdf([stream.getvalue()], size_pt=size, rotate=rotate), "scan.pdf")
    pixels = decode_grey(page.content)
    assert abs(pixels.shape[0] - 480) <= 1 and abs(pixels.shape[1] - 320) <= 1  # drawn at 200 dpi
    away = pixels[:479, :319].astype(int) - upright()[:479, :319]
    assert np.abs(away).mean() < 8
