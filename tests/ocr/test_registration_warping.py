"""Curled and folded paper laid flat by its own print."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from benchmarks.faults import curl, fold
from core.pages import Registration, RegistrationMethod, Warp
from ocr.rasters import PageRaster, rectify
from ocr.registration import flattened
from ocr.registration.landmarks import FINE, find_landmarks, landmarks_of, shrunken
from ocr.splines import basis, surface
from tests.ocr.scanned_pages import Scans, scans, seen

CHANCE = np.random.default_rng(0)


@pytest.fixture(scope="module")
def sheet() -> Scans:
    return scans()


def displacement_mm(raster: PageRaster, blank: PageRaster, sheet: Scans) -> float:
    """How far nine tenths of all landmarks lie at most from their places, of those that are found."""
    page = sheet.card.pages[0]
    marks = landmarks_of(blank, page, FINE)
    found = find_landmarks(shrunken(raster.pixels, FINE.shrink), marks, np.zeros((len(marks), 2)), 3.0)
    two_way = np.linalg.eigvalsh(marks.tensors)[:, 0] > 0.15
    sure = (found.scores > 0.6) & two_way
    assert sure.sum() > 30
    return float(np.quantile(np.linalg.norm(found.shifts_mm[sure], axis=1), 0.9))


def test_weights_of_a_spline_add_up_to_one() -> None:
    weights = basis(7, 200.0, np.linspace(0, 200, 41))
    assert weights.sum(axis=1) == pytest.approx(1.0)
    assert ((weights > 0).sum(axis=1) <= 4).all()


def test_a_spline_is_exact_for_a_plane() -> None:
    columns, rows = np.meshgrid(np.arange(-1.0, 5), np.arange(-1.0, 8))
    heights = surface(2 * columns + 3 * rows, (30.0, 60.0), np.array([0.0, 25.0]), np.array([10.0, 60.0]))
    assert heights == pytest.approx(np.array([[3.0, 8.0], [18.0, 23.0]]))  # cells of 10 mm


def test_a_warp_of_nothing_changes_nothing(sheet: Scans) -> None:
    found = seen(sheet.sides[0], sheet)
    still = Warp(columns=5, rows=6, x_mm=(0.0,) * 30, y_mm=(0.0,) * 30)
    same = rectify(found.image, found.registration.model_copy(update={"warp": still}), found.page)
    assert np.abs(same.pixels.astype(int) - found.plain.pixels).max() <= 3


def test_a_warp_moves_print_by_its_millimetres(sheet: Scans) -> None:
    found = seen(sheet.sides[0], sheet)
    shift = Warp(columns=5, rows=6, x_mm=(2.0,) * 30, y_mm=(3.0,) * 30)
    moved = rectify(found.image, found.registration.model_copy(update={"warp": shift}), found.page)
    away = moved.pixels[:-24, :-16].astype(int) - found.plain.pixels[24:, 16:]
    assert np.abs(away).mean() < 0.5


def test_a_warp_without_all_its_points_is_refused() -> None:
    with pytest.raises(ValueError, match="5 x 6 control points, got 3 and 30"):
        Warp(columns=5, rows=6, x_mm=(0.0,) * 3, y_mm=(0.0,) * 30)


def test_registrations_stored_before_there_were_warps_are_read() -> None:
    old = '{"image_from_card": [8, 0, 0, 0, 8, 0, 0, 0, 1], "residual_mm": 0.1, "method": "fiducials"}'
    assert Registration.model_validate_json(old).warp is None


@pytest.mark.parametrize("side", [0, 1])
def test_a_flat_page_is_left_alone(sheet: Scans, side: int) -> None:
    found = seen(sheet.sides[side], sheet)
    assert found.flat.registration is found.registration
    assert found.flat.raster is found.plain
    assert found.flat.displaced_mm < 0.25


def test_a_flat_page_costs_next_to_nothing(sheet: Scans) -> None:
    found = seen(sheet.sides[0], sheet)
    begun = time.process_time()
    for _ in range(5):
        flattened(found.image, found.plain, found.registration, found.page, found.blank)
    assert (time.process_time() - begun) / 5 < 0.02  # 2 ms where nothing else runs


@pytest.mark.parametrize("bow_mm", [1.0, 3.0, 5.0])
def test_a_curled_page_is_laid_flat(sheet: Scans, bow_mm: float) -> None:
    found = seen(curl(sheet.sides[0], sheet.sides[1], bow_mm, CHANCE).pixels, sheet)
    assert found.flat.registration.warp is not None
    assert displacement_mm(found.plain, found.blank, sheet) > 0.4
    assert displacement_mm(found.flat.raster, found.blank, sheet) < 0.15


@pytest.mark.parametrize("lift_mm", [1.5, 2.5])
def test_a_folded_page_is_laid_flat(sheet: Scans, lift_mm: float) -> None:
    found = seen(fold(sheet.sides[0], sheet.sides[1], lift_mm, CHANCE).pixels, sheet)
    assert found.flat.registration.warp is not None
    before, after = (displacement_mm(r, found.blank, sheet) for r in (found.plain, found.flat.raster))
    assert after < min(0.4, before / 2)  # the crease itself is not smooth


def test_what_is_stored_gives_the_same_picture_again(sheet: Scans) -> None:
    found = seen(curl(sheet.sides[0], sheet.sides[1], 2.5, CHANCE).pixels, sheet)
    stored = Registration.model_validate_json(found.flat.registration.model_dump_json())
    assert np.array_equal(rectify(found.image, stored, found.page).pixels, found.flat.raster.pixels)


def test_another_cards_print_is_no_surface(sheet: Scans) -> None:
    """The second side held against the first one's blank: nothing fits, and nothing is made to fit."""
    found = seen(sheet.sides[1], sheet)
    wrong = flattened(found.image, found.plain, found.registration, sheet.card.pages[0], sheet.blanks[0])
    assert wrong.registration.warp is None
    assert wrong.displaced_mm > 1.0


def test_a_blank_without_print_has_no_landmarks(sheet: Scans) -> None:
    empty = PageRaster(np.full_like(sheet.blanks[0].pixels, 255))
    page = sheet.card.pages[0]
    assert len(landmarks_of(empty, page, FINE)) == 0
    image = cv2.resize(sheet.sides[0], (1654, 2339))
    place = Registration(
        image_from_card=(7.87, 0, 0, 0, 7.87, 0, 0, 0, 1),
        residual_mm=0,
        method=RegistrationMethod.WHOLE_IMAGE,
    )
    raster = rectify(np.asarray(image, np.uint8), place, page)
    assert flattened(image, raster, place, page, empty).registration.warp is None  # type: ignore[arg-type]
