"""The line recogniser: its preparation with a fake session, its reading with the real model."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.recogniser import (
    MIN_WIDTH_PX,
    Grey,
    LineRecogniser,
    batches,
    default_recogniser,
    scale_to_height,
    tensor,
)


class FakeSession:
    """Says "a" at the first step of every crop and keeps the shapes that it was given."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def run(self, outputs: None, feeds: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        shape = feeds["x"].shape
        self.shapes.append(shape)
        answer = np.zeros((shape[0], shape[3] // 8, 3), dtype=np.float32)
        answer[:, :, 0] = 1.0
        answer[:, 0] = (0.1, 0.7, 0.2)
        return [answer]


def paper(height: int, width: int) -> Grey:
    return np.full((height, width), 255, dtype=np.uint8)


def printed(text: str, height: int = 60) -> Grey:
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.4, 3)
    crop = paper(height, width + 24)
    cv2.putText(crop, text, (10, height - 18), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3, cv2.LINE_AA)
    return crop


def test_crops_keep_their_order_whatever_their_width() -> None:
    widths = [500, 20, 90, 700, 21]
    lines = LineRecogniser(FakeSession(), ["", "a", "b"]).read([paper(48, width) for width in widths])
    assert [line.emissions.width_share for line in lines] == pytest.approx([8 / width for width in widths])


def test_a_short_crop_is_not_padded_to_320_px() -> None:
    session = FakeSession()
    LineRecogniser(session, ["", "a", "b"]).read([paper(48, 90)])
    assert session.shapes == [(1, 3, 48, 96)]


def test_short_crops_share_a_batch_and_long_ones_do_not() -> None:
    assert [len(batch) for batch in batches(dict.fromkeys(range(10), 80))] == [8, 2]
    assert batches({0: 700, 1: 700}) == [[0], [1]]


def test_what_lies_in_the_padding_is_cut_off() -> None:
    line = LineRecogniser(FakeSession(), ["", "a", "b"]).read([paper(48, 20)])[0]
    assert len(line.emissions.steps) == 3 < MIN_WIDTH_PX // 8
    assert (line.chars[0].start, line.chars[0].end) == (0.0, 8 / 20)


@pytest.mark.parametrize("shape", [(0, 0), (0, 40), (40, 0), (1, 1), (1, 400), (400, 1), (3, 9000)])
def test_no_size_of_crop_is_an_error(shape: tuple[int, int]) -> None:
    recogniser = LineRecogniser(FakeSession(), ["", "a", "b"])
    assert len(recogniser.read([paper(*shape)])) == 1
    assert recogniser.one_of([paper(*shape)], "ab").shape == (1, 2)


def test_black_and_white_become_minus_one_and_one_and_padding_stays_between() -> None:
    crop = np.array([[0, 255]] * 48, dtype=np.uint8)
    plane = tensor(scale_to_height(crop), 4)
    assert plane.shape == (3, 48, 4)
    assert plane[0, 0].tolist() == [-1.0, 1.0, 0.0, 0.0]


def test_a_character_the_model_cannot_write_is_named() -> None:
    with pytest.raises(ValueError, match="z"):
        LineRecogniser(FakeSession(), ["", "a", "b"]).restrict_to("az")


def test_the_real_model_reads_text_with_places_and_probabilities() -> None:
    line = default_recogniser().read([printed("force 42 N")])[0]
    assert line.text.replace(" ", "") == "force42N"
    assert 0.8 < line.probability <= 1.0
    starts = [char.start for char in line.chars]
    assert starts == sorted(starts)
    assert all(0 <= char.start < char.end <= 1 for char in line.chars)


def test_the_right_text_scores_above_wrong_ones() -> None:
    recogniser = default_recogniser()
    emissions = recogniser.emissions([printed("gravity")])[0]
    right = recogniser.log_probability(emissions, "gravity")
    assert right > -1.0
    assert recogniser.log_probability(emissions, "gravit") < right - 4
    assert recogniser.log_probability(emissions, "gravitu") < right - 4
    assert recogniser.log_probability(emissions, "\x00") == float("-inf")


def test_batching_does_not_change_what_is_read() -> None:
    recogniser = default_recogniser()
    crops = [printed(word) for word in ("mass", "time", "heat", "wave")]
    together = [line.text for line in recogniser.read(crops)]
    assert together == [recogniser.read([crop])[0].text for crop in crops]


def test_restricted_to_digits_every_printed_digit_is_right() -> None:
    recogniser = default_recogniser()
    chances = recogniser.one_of([printed(digit, 60) for digit in "0123456789"], "0123456789")
    assert chances.argmax(axis=1).tolist() == list(range(10))
    assert chances.sum(axis=1) == pytest.approx(np.ones(10))
