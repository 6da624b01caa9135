"""Bubbles of made-up hands on a designed card: curled paper, odd marks, honest confidences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import reliability
from benchmarks.bubble_card import BubbleCard, bubble_card
from benchmarks.bubble_hands import ACCIDENTS, Hand, fill_page
from benchmarks.bubble_reading import made_page, read_pages
from benchmarks.bubble_scans import Scan
from benchmarks.bubbles import fitted_line, tally
from core.pages import BubbleFill, BubbleReading, BubbleVerdict
from ocr.bubbles import read_bubbles
from ocr.bubbles.calibration import calibrated, reading_kind
from ocr.rasters import Grey, PageRaster, rectify
from ocr.registration import Located, locate_page


@pytest.fixture(scope="module")
def card() -> BubbleCard:
    return bubble_card()


@pytest.mark.parametrize(
    ("curl_mm", "wave_mm", "stretch"), [(1.0, 140.0, 0.0), (2.0, 220.0, 0.0), (0.5, 220.0, 0.01)]
)
def test_curled_and_stretched_pages_read_without_a_wrong_field(
    curl_mm: float, wave_mm: float, stretch: float
) -> None:
    scan = Scan(curl_mm=curl_mm, wave_mm=wave_mm, stretch=stretch, skew_deg=0.3)
    row = tally("curled", list(read_pages(range(2), scan)))
    assert row.held == 0
    assert row.fields > 150
    assert row.settled_wrong == 0
    assert row.doubtful_share < 0.2


def test_hands_are_the_same_for_the_same_seed_and_mean_what_they_mark() -> None:
    first, truth = made_page(3, Scan(dpi=150))
    again, same = made_page(3, Scan(dpi=150))
    assert (first == again).all()
    assert truth == same
    assert {manner for _, manner in truth.values()} & set(ACCIDENTS)
    for meant, manner in truth.values():
        if manner in ("blank", "erased", "crossed"):
            assert meant == ()
        if manner == "double":
            assert len(meant) >= 2


def _read(card: BubbleCard, image: Grey, blank: PageRaster) -> tuple[BubbleReading, ...]:
    located = locate_page(image, [card.card])
    assert isinstance(located, Located)
    return read_bubbles(rectify(image, located.registration, located.page), card.page.bubbles, blank)


def test_a_page_whose_print_is_not_where_the_blank_has_it_is_left_to_a_person(card: BubbleCard) -> None:
    """As when the card was printed anew under the same code."""
    rng = np.random.default_rng(1)
    filled = fill_page(card.page, Hand.drawn(rng), rng)
    image = Scan().of(filled.laid_on(card.print_), rng)
    other = card.print_.copy()
    for top in range(0, len(other), 20):  # strips of 2.5 mm, each somewhere else
        other[top : top + 20] = np.roll(other[top : top + 20], int(rng.integers(20, 1600)), axis=1)
    readings = _read(card, image, PageRaster(other))
    assert sum(r.reason == "填涂框位置对不准" for r in readings) > 0.75 * len(readings)


def test_an_eraser_s_remnant_among_ticks_waits_for_a_person(card: BubbleCard) -> None:
    """As dark over the whole bubble as a tick, but nowhere as dark as a tick's stroke."""
    hand = Hand(darkness=0.7, pencil_mm=0.5, looseness_mm=0.05, habit="tick")
    for seed in range(1):
        rng = np.random.default_rng(seed)
        filled = fill_page(card.page, hand, rng)
        readings = _read(card, Scan(skew_deg=0.4).of(filled.laid_on(card.print_), rng), card.blank)
        wrong = [
            (r.key, filled.manner[r.purpose, r.key])
            for r in readings
            if r.verdict is not BubbleVerdict.DOUBTFUL and r.marked != filled.meant[r.purpose, r.key]
        ]
        assert wrong == []


def _reading(reason: str = "", fill: float = 1.0, probability: float = 0.99) -> BubbleReading:
    fills = (
        BubbleFill(label="A", fill=fill, probability=probability),
        BubbleFill(label="B", fill=0.0, probability=0.002),
    )
    return BubbleReading(
        purpose="answer",
        key="1",
        fills=fills,
        marked=("A",) if probability > 0.5 else (),
        verdict=BubbleVerdict.DOUBTFUL if reason else BubbleVerdict.MARKED,
        confidence=0.5,
        reason=reason,
    )


@pytest.mark.parametrize(
    ("reading", "kind"),
    [
        (_reading(), "filled"),
        (_reading(fill=0.4), "strokes"),
        (_reading(probability=0.01), "blank"),
        (_reading("疑似擦除"), "疑似擦除"),
    ],
)
def test_readings_are_of_kinds_with_their_own_rate_of_errors(reading: BubbleReading, kind: str) -> None:
    assert reading_kind(reading) == kind


def test_a_settled_reading_is_surer_than_a_doubtful_one_and_a_clear_one_than_a_vague_one() -> None:
    assert calibrated(_reading()).confidence > calibrated(_reading("疑似擦除")).confidence
    assert (
        calibrated(_reading("两处填涂", probability=0.99)).confidence
        > calibrated(_reading("两处填涂", probability=0.6)).confidence
    )
    assert 0 < calibrated(_reading("some new reason")).confidence < 1


def test_the_calibration_error_is_the_mean_distance_from_the_diagonal() -> None:
    found = reliability.bins([0.9, 0.92, 0.94, 0.96, 0.15, 0.15], [True, True, True, False, False, True])
    assert [one.count for one in found] == [2, 4]
    assert reliability.calibration_error(found) == pytest.approx(
        (2 * abs(0.15 - 0.5) + 4 * abs(0.93 - 0.75)) / 6
    )
    assert reliability.calibration_error(()) == 0


def test_a_line_fitted_to_coin_tosses_finds_their_odds() -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(-3, 3, 4000)
    y = (rng.random(4000) < 1 / (1 + np.exp(-(0.5 + 1.2 * x)))).astype(np.float64)
    offset, slope = fitted_line(x, y)
    assert offset == pytest.approx(0.5, abs=0.15)
    assert slope == pytest.approx(1.2, abs=0.15)
    falling = fitted_line(x, 1 - y)
    assert falling[1] == 0  # a surer reading is never taken for a worse one


def test_the_reliability_diagram_is_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "diagram.png"
    reliability.draw(reliability.bins([0.2, 0.9], [False, True]), "test", path)
    assert path.read_bytes().startswith(b"\x89PNG")
