"""Pages found on their card: every orientation, damage within reason, and nothing guessed."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from core.cards import Card
from ocr.rasters import Grey, rectify
from ocr.registration import Located, NotLocated, locate_page
from tests.ocr.registration_pages import (
    Matrix,
    card,
    covered,
    error_mm,
    photographed,
    printed,
    scanned,
    truth,
    turned,
)

CARD = card()
CARDS = [CARD, card(revision=2)]
PERFECT = printed(CARD, 1)


def located(image: Grey, cards: list[Card] | None = None) -> Located:
    result = locate_page(image, CARDS if cards is None else cards)
    assert isinstance(result, Located), result.reason
    return result


def refused(image: Grey, cards: list[Card] | None = None) -> NotLocated:
    result = locate_page(image, CARDS if cards is None else cards)
    assert isinstance(result, NotLocated)
    return result


def matrix(of: Located) -> Matrix:
    return np.array(of.registration.image_from_card).reshape(3, 3)


@pytest.mark.parametrize("degrees", [0, 5, -20, 90, 180, 270, 187])
def test_a_turned_page_is_found_to_a_twentieth_of_a_millimetre(degrees: float) -> None:
    image, moved = turned(PERFECT, degrees)
    found = located(scanned(image, np.random.default_rng(1)))
    assert error_mm(matrix(found), truth(200, moved), found.page)[1] < 0.05
    assert found.registration.residual_mm < 0.05
    assert found.registration.fiducials_found == 4
    turn = (found.registration.rotation_deg - degrees + 180) % 360 - 180
    assert abs(turn) < 0.1


@pytest.mark.parametrize(("dpi", "quality"), [(150, 40), (300, 60)])
def test_other_resolutions_are_found(dpi: float, quality: int) -> None:
    image, moved = turned(printed(CARD, 2, dpi), 2.0)
    found = located(scanned(image, np.random.default_rng(2), quality))
    assert found.page.number == 2
    assert error_mm(matrix(found), truth(dpi, moved), found.page)[1] < 0.08


@pytest.mark.parametrize("seed", range(2))
def test_a_photo_with_perspective_and_shade_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image, moved = photographed(PERFECT, rng)
    found = located(scanned(image, rng))
    assert error_mm(matrix(found), truth(200, moved), found.page)[1] < 0.1


@pytest.mark.parametrize(("marker", "grey"), [(0, 250), (1, 0), (2, 250), (3, 0)])
def test_one_fiducial_torn_off_or_painted_over_is_no_matter(marker: int, grey: int) -> None:
    image, moved = turned(covered(PERFECT, CARD, 1, marker, 200, grey), 1.5)
    found = located(scanned(image, np.random.default_rng(marker)))
    assert found.registration.fiducials_found == 3
    assert error_mm(matrix(found), truth(200, moved), found.page)[1] < 0.1


def test_one_fiducial_missing_on_a_photo_costs_half_a_millimetre_at_most() -> None:
    rng = np.random.default_rng(5)
    image, moved = photographed(covered(PERFECT, CARD, 1, 2, 200), rng)
    found = located(scanned(image, rng))
    assert error_mm(matrix(found), truth(200, moved), found.page)[1] < 0.6


@pytest.mark.parametrize("pair", [(0, 2), (1, 3)])
def test_two_diagonal_fiducials_are_enough_on_a_flat_scan(pair: tuple[int, int]) -> None:
    image = PERFECT
    for marker in pair:
        image = covered(image, CARD, 1, marker, 200)
    image, moved = turned(image, -1.0)
    found = located(scanned(image, np.random.default_rng(3)))
    assert found.registration.fiducials_found == 2
    assert error_mm(matrix(found), truth(200, moved), found.page)[1] < 0.1


def test_two_fiducials_of_one_side_are_not_enough() -> None:
    image = covered(covered(PERFECT, CARD, 1, 0, 200), CARD, 1, 1, 200)
    result = refused(image)
    assert result.kind == "too_crooked"
    assert "定位点" in result.reason


def test_two_diagonal_fiducials_on_a_photo_are_not_trusted() -> None:
    rng = np.random.default_rng(4)
    image = covered(covered(PERFECT, CARD, 1, 0, 200), CARD, 1, 2, 200)
    assert refused(photographed(image, rng)[0]).kind == "too_crooked"


def test_the_revision_on_the_page_decides_between_two_in_one_stack() -> None:
    found = [located(printed(each, 1)).card.revision for each in CARDS]
    assert found == [1, 2]


def test_the_code_carries_the_candidate_where_cards_are_named() -> None:
    found = located(printed(CARD, 1, code="ZP1|wuli|1|1|20260107"))
    assert found.code is not None
    assert found.code.candidate_number == "20260107"


def test_an_a3_card_is_found_among_a4_cards() -> None:
    wide = card(exam_id="yuwen", size_mm=(420.0, 297.0))
    image, moved = turned(printed(wide, 2), 90.5, 1.1)
    found = located(scanned(image, np.random.default_rng(6)), [CARD, wide])
    assert (found.card.exam_id, found.page.number) == ("yuwen", 2)
    assert error_mm(matrix(found), truth(200, moved), found.page)[1] < 0.08


def test_the_rectified_page_looks_like_the_printed_one() -> None:
    image, _ = turned(PERFECT, 183)
    found = located(scanned(image, np.random.default_rng(7)))
    raster = rectify(scanned(image, np.random.default_rng(7)), found.registration, found.page)
    assert found.page.code_box is not None
    want = cv2.resize(PERFECT, raster.pixels.shape[::-1], interpolation=cv2.INTER_AREA)
    difference = np.abs(raster.pixels.astype(int) - want.astype(int))
    assert float(difference.mean()) < 8


def _bent(image: Grey) -> Grey:
    """Paper bent by 4 mm between its corners, and cropped there."""
    height, width = image.shape
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    near = np.exp(-((xs - 95) ** 2 + (ys - 95) ** 2) / (2 * 60.0**2))
    return np.asarray(cv2.remap(image, xs + 30 * near, ys, cv2.INTER_LINEAR, borderValue=250), np.uint8)


def _only_code() -> Grey:
    image = PERFECT
    for marker in range(4):
        image = covered(image, CARD, 1, marker, 200)
    return image


def _letter() -> Grey:
    paper = np.full((2339, 1654), 250, np.uint8)
    for y in range(200, 2200, 40):
        cv2.putText(paper, "Dear parents, the class outing is on Friday", (120, y), 0, 1.3, 20, 2)
    return paper


def _smeared() -> Grey:
    return np.asarray(cv2.GaussianBlur(PERFECT, (0, 0), 14), np.uint8)


_BAD_PAGES: list[tuple[str, Callable[[], Grey], str, str]] = [
    ("another exam", lambda: printed(card(exam_id="huaxue"), 1), "stray", "另一场考试（huaxue）"),
    ("revision 7", lambda: printed(card(revision=7), 1), "unknown_revision", "第 7 版"),
    ("page 9", lambda: printed(CARD, 1, code="ZP1|wuli|1|9"), "unknown_revision", "第 9 页"),
    ("no code", lambda: printed(CARD, 1, code=""), "no_code", "读不出页码二维码"),
    ("a foreign code", lambda: printed(CARD, 1, code="https://example.org/"), "no_code", "读不出页码二维码"),
    ("blank", lambda: np.full((2339, 1654), 250, np.uint8), "no_code", "空白"),
    ("smeared", _smeared, "blurred", "模糊"),
    ("72 dpi", lambda: printed(CARD, 1, dpi=90), "blurred", "分辨率太低"),
    ("code alone", _only_code, "too_crooked", "只找到 0 个定位点"),
    ("letter", _letter, "no_code", "可能不是答题卡"),
]


@pytest.mark.parametrize(("name", "make", "kind", "part"), _BAD_PAGES, ids=[row[0] for row in _BAD_PAGES])
def test_a_page_that_cannot_be_placed_says_why(
    name: str, make: Callable[[], Grey], kind: str, part: str
) -> None:
    result = refused(make())
    assert result.kind == kind
    assert part in result.reason


def test_a_page_whose_corner_is_bent_is_read_from_the_other_three() -> None:
    found = located(_bent(PERFECT))
    assert found.registration.fiducials_found == 3


def test_a_fiducial_of_a_wrong_scale_makes_a_residual_that_is_held() -> None:
    page = CARD.page(1)
    crooked = page.model_copy(
        update={
            "fiducials": tuple(
                mark.model_copy(update={"side_mm": 4.0 if mark.marker_id % 2 else 15.0})
                for mark in page.fiducials
            )
        }
    )
    result = refused(PERFECT, [CARD.model_copy(update={"pages": (crooked, CARD.page(2))})])
    assert result.kind == "too_crooked"
    assert "定位误差" in result.reason


def test_without_cards_a_page_of_ours_is_a_stray() -> None:
    assert refused(PERFECT, []).kind == "stray"


def test_a_code_that_is_not_square_in_the_picture_is_still_read() -> None:
    squeezed = cv2.resize(PERFECT, None, fx=1.0, fy=0.97, interpolation=cv2.INTER_AREA)
    assert located(np.asarray(squeezed, np.uint8)).registration.residual_mm < 0.05
