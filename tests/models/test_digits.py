"""The digit reader: crops cut alike whatever their size, two readers multiplied, states told apart."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.digits import (
    DIGIT_PX,
    DIGITS,
    INSIDE_PX,
    LINE_PX,
    PITCH_PX,
    STATES,
    TILE_PX,
    DigitReader,
    Fit,
    Grey,
    Tile,
    combined,
    digit_of,
    line_shares,
    softmax,
    tile,
)


def paper(height: int = 60, width: int = 60) -> Grey:
    return np.full((height, width), 255, dtype=np.uint8)


def seven(scale: float = 1.0, grey: int = 0) -> Grey:
    """A seven in the middle of a crop of 60 pixels at scale 1."""
    crop = paper(round(60 * scale), round(60 * scale))
    points = (np.array([[18, 14], [42, 14], [28, 46]]) * scale).astype(np.int32)
    cv2.polylines(crop, [points], False, grey, max(1, round(3 * scale)), cv2.LINE_AA)
    return crop


class SameLogits:
    """A session that says the same of every tile, and keeps what it was shown."""

    def __init__(self, digits: Sequence[float], states: Sequence[float]) -> None:
        self.said = [np.array(digits, np.float32), np.array(states, np.float32)]
        self.tiles: Tile = np.zeros(0, np.float32)

    def run(self, outputs: None, feeds: dict[str, Tile]) -> list[NDArray[np.float32]]:
        self.tiles = feeds["tiles"]
        return [np.tile(said, (len(self.tiles), 1)) for said in self.said]


class Places:
    """A line recogniser that gives one digit most, and keeps the line."""

    def __init__(self, digit: int, share: float) -> None:
        self.row = np.full(10, (1 - share) / 9)
        self.row[digit] = share
        self.line: Grey = paper(1, 1)

    def one_of_each(
        self, line: Grey, centres_px: Sequence[float], pitch_px: float, alphabet: str
    ) -> NDArray[np.float64]:
        assert (pitch_px, alphabet) == (PITCH_PX, DIGITS)
        self.line = line
        return np.tile(self.row, (len(centres_px), 1))


def one_hot(digit: int, height: float) -> list[float]:
    return [height if at == digit else 0.0 for at in range(10)]


# cutting out


@pytest.mark.parametrize(("scale", "grey"), [(0.4, 0), (0.4, 180), (1.0, 120), (3.0, 0)])
def test_a_small_picture_and_a_large_scan_make_nearly_the_same_tile(scale: float, grey: int) -> None:
    seen, usual = tile(digit_of(seven(scale, grey))), tile(digit_of(seven()))
    assert seen.shape == (TILE_PX, TILE_PX)
    assert seen.max() == pytest.approx(1.0)
    assert np.corrcoef(seen.ravel(), usual.ravel())[0, 1] > 0.85


def test_the_longer_side_fills_the_tile_and_the_digit_is_in_its_middle() -> None:
    ink = tile(digit_of(seven())) > 0.3
    ys, xs = np.nonzero(ink)
    assert np.ptp(ys) + 1 == pytest.approx(INSIDE_PX, abs=1)
    assert (xs.min() + xs.max()) / 2 == pytest.approx(TILE_PX / 2, abs=1.5)


def test_a_decimal_point_is_no_part_of_the_digit() -> None:
    dotted = seven()
    cv2.circle(dotted, (54, 50), 2, 0, -1)
    assert np.array_equal(digit_of(dotted), digit_of(seven()))


@pytest.mark.parametrize("corner", [True, False])
def test_what_is_left_of_the_boxs_lines_is_no_part_of_the_digit(corner: bool) -> None:
    boxed = seven()
    boxed[0:2, 3:] = 60
    if corner:
        boxed[3:, 0:3] = 60
    assert digit_of(boxed).shape == digit_of(seven()).shape


def test_a_piece_of_a_line_at_the_edge_is_left_out_too() -> None:
    boxed = seven()
    boxed[0:2, :25] = 0
    assert digit_of(boxed).shape == digit_of(seven()).shape


def test_paper_without_ink_comes_back_as_it_is() -> None:
    assert np.array_equal(digit_of(paper()), paper())
    assert tile(paper()).max() == 0


# reading


def test_both_distributions_are_multiplied_with_their_powers() -> None:
    session, places = SameLogits(one_hot(7, 2.0), [5, 0, 0]), Places(1, 0.6)
    crops = [digit_of(seven())] * 3
    read = DigitReader(session, Fit(own=1.0, line=0.0)).read(crops, places)
    assert read.shares.argmax(axis=1).tolist() == [7, 7, 7]
    assert read.shares.sum(axis=1) == pytest.approx([1.0] * 3)
    assert read.states.argmax(axis=1).tolist() == [0, 0, 0]
    assert session.tiles.shape == (3, 1, TILE_PX, TILE_PX)
    trusting = DigitReader(session, Fit(own=0.5, line=1.0)).read(crops, places)
    assert trusting.shares.argmax(axis=1).tolist() == [1, 1, 1]


def test_no_digit_is_ever_ruled_out() -> None:
    shares = combined(np.array([one_hot(3, 60.0)]), np.array([one_hot(3, 1.0)]), Fit(2.0, 2.0))
    assert shares[0, 3] > 0.99
    assert shares.min() > 0


def test_no_crops_need_no_reader() -> None:
    reader = DigitReader(SameLogits(one_hot(0, 1.0), [1, 0, 0]), Fit(1.0, 1.0))
    read = reader.read([], Places(0, 0.5))
    assert (read.shares.shape, read.states.shape) == ((0, 10), (0, len(STATES)))
    assert line_shares([], Places(0, 0.5)).shape == (0, 10)


def test_digits_stand_well_apart_on_the_line() -> None:
    places = Places(7, 0.9)
    line_shares([digit_of(seven())] * 2, places)
    assert places.line.shape[0] == LINE_PX
    columns = np.flatnonzero((places.line < 128).any(axis=0))
    gap = np.diff(columns).max()
    assert gap > PITCH_PX - DIGIT_PX
    rows = np.flatnonzero((places.line < 128).any(axis=1))
    assert np.ptp(rows) + 1 == pytest.approx(DIGIT_PX, abs=1)


def test_shares_of_a_row_sum_to_one_however_large_the_logits() -> None:
    assert softmax(np.array([[1000.0, 0.0], [-1000.0, -1000.0]])).tolist() == [[1.0, 0.0], [0.5, 0.5]]
