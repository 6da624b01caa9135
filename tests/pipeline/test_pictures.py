"""Pictures for screens: what is shown of a page, and what never is."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cards import PX_PER_MM, BubblePurpose, CardPage
from core.errors import NotFound
from core.geometry import BoxMm
from core.pages import PageState
from demo.stack import make_stack
from pipeline.pictures import (
    blank_item_picture,
    card_picture,
    head_picture,
    item_box,
    item_picture,
    page_picture,
)
from pipeline.repair import hold_again, place_page
from pipeline.review import task
from tests.pipeline.homes import OFFICE, Home, found_exam, upload
from tests.pipeline.small_exam import SMALL_EXAM, small_roster

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def opened(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("L"))


def private_boxes(page: CardPage) -> list[BoxMm]:
    boxes = [box for box in (page.name_box, page.sticker_box, *page.number_boxes) if box is not None]
    numbers = [field for field in page.bubbles if field.purpose is BubblePurpose.NUMBER]
    return boxes + [bubble.box for field in numbers for bubble in field.bubbles]


def test_no_crop_touches_the_place_of_name_or_number(home: Home) -> None:
    for page in home.card.pages:
        for item in home.exam.items:
            box = item_box(page, item.number)
            if box is None:
                continue
            for private in private_boxes(page):
                apart = (
                    box.right_mm <= private.x_mm
                    or private.right_mm <= box.x_mm
                    or box.bottom_mm <= private.y_mm
                    or private.bottom_mm <= box.y_mm
                )
                assert apart, (item.number, private)


def test_the_page_that_crops_are_cut_from_has_no_name_and_no_number(home: Home) -> None:
    with home.tb.store.read() as uow:
        reading = uow.pages.reading(home.page_of("270102"))
    assert reading is not None
    page = opened(home.tb.blobs.get(reading.raster_blob))
    for box in private_boxes(home.card.page(1)):
        left, top, right, bottom = (
            round(v * PX_PER_MM) for v in (box.x_mm, box.y_mm, box.right_mm, box.bottom_mm)
        )
        assert page[top:bottom, left:right].min() > 200


def test_a_crop_shows_its_item_and_the_head_shows_the_rest(home: Home) -> None:
    page = home.page_of("270102")
    for item in ("1", "7"):
        if home.card.pages_of(item) == (1,):
            crop = opened(item_picture(home.tb, page, item))
            assert crop.min() < 120 < 200 < crop.max()
            box = item_box(home.card.page(1), item)
            assert box is not None
            assert box.width_mm <= crop.shape[1] / PX_PER_MM <= box.width_mm + 4
    head = opened(head_picture(home.tb, page))
    assert head.min() < 120


def test_an_item_that_goes_on_over_the_page_is_shown_in_one_picture(tmp_path: Path) -> None:
    text = SMALL_EXAM.replace("{id: b, points: 1, statement: 压强", "{id: b, points: 1, statement: 液体压强")
    text = text.replace("- number: 7\n", "- number: 7\n        height_mm: 320\n")
    home = found_exam(tmp_path / "home", text, text_engine="null")
    assert len(home.card.pages_of("7")) == 2
    first, second = home.card.pages_of("7")
    stack = make_stack(home.exam, home.card, home.tb.blobs.get(home.card.pdf_blob), small_roster(), seed=16)
    upload(home, stack.pdf)
    home.work()
    whole = [n for n in ("270102", "270104") if len(pages_of(home, n)) == len(home.card.pages)]
    page = home.page_of(whole[0], first)
    picture = opened(item_picture(home.tb, page, "7"))
    boxes = [item_box(home.card.page(n), "7") for n in (first, second)]
    heights_mm = [box.height_mm for box in boxes if box is not None]
    assert len(heights_mm) == 2
    assert sum(heights_mm) <= picture.shape[0] / PX_PER_MM <= sum(heights_mm) + 8
    texts = {t.part for t in task(home.tb, page, "7").reading.texts_of("7")}
    assert texts  # the first page's own; its later parts were read on the next page
    assert (page, "7") in home.marks  # one mark, on the page where the item begins
    assert (home.page_of(whole[0], second), "7") not in home.marks
    home.tb.store.close()


def pages_of(home: Home, number: str) -> list[int]:
    candidate = home.candidate(number)
    return [e.card_page for e in home.entries if e.candidate_id == candidate]


def test_the_scan_itself_and_a_small_copy_of_it(home: Home) -> None:
    page = home.page_of("270102")
    content, media_type = page_picture(home.tb, page)
    assert media_type == "image/jpeg"
    assert content == home.tb.blobs.get(next(e.page.blob for e in home.entries if e.page.id == page))
    small, _ = page_picture(home.tb, page, 300)
    assert opened(small).shape[1] <= 300


def test_the_blank_card_and_its_items(home: Home) -> None:
    height, width = opened(card_picture(home.tb, home.card.id, 1)).shape
    assert abs(height - 297 * PX_PER_MM) <= 1
    assert abs(width - 210 * PX_PER_MM) <= 1
    blank = blank_item_picture(home.tb, home.card, "1")
    assert blank is not None
    assert opened(blank).min() < 150
    assert blank_item_picture(home.tb, home.card, "99") is None
    with pytest.raises(NotFound, match="没有第 9 面"):
        card_picture(home.tb, home.card.id, 9)


def test_what_was_never_read_has_no_crop(home: Home) -> None:
    stray = next(e.page.id for e in home.entries if e.state is PageState.STRAY)
    with pytest.raises(NotFound, match="这一页没有读过"):
        item_picture(home.tb, stray, "1")
    with pytest.raises(NotFound, match="这一页没有可以显示"):
        head_picture(home.tb, stray)
    hold_again(home.tb, stray, OFFICE)
    place_page(home.tb, stray, 2, home.candidate("270101"), OFFICE)
    with pytest.raises(NotFound, match="没有第 10 题"):
        item_picture(home.tb, stray, "10")
    with pytest.raises(NotFound, match="没有第 99 题"):
        item_picture(home.tb, home.page_of("270102"), "99")
