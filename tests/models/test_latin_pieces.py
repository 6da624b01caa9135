"""Cutting lines into words and joining them, and the changes that make other hands of one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models import latin
from models.training.latin.pieces import Sample, aligned, cuts_of, joined, piece, shown
from models.training.latin.variety import varied

SPACE = 3


def logs(path: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """One step for each letter of ``path``: ``-`` is the blank, ``a`` and ``b`` are 1 and 2, ``_`` the space."""
    shares = np.full((len(path), 4), 0.01, dtype=np.float32)
    for step, said in enumerate(path):
        shares[step, "-ab_".index(said)] = 0.97
    return np.log(shares)


def two_words() -> Sample:
    """Two strokes of ink with paper between columns 40 and 80."""
    crop = np.full((32, 120), 255, dtype=np.uint8)
    crop[8:24, 4:40] = 0
    crop[8:24, 80:116] = 0
    return Sample(crop, ((1, 1), (2,)), SPACE)


def test_the_words_of_a_line_are_joined_by_the_space() -> None:
    assert two_words().columns == (1, 1, SPACE, 2)


@pytest.mark.parametrize(
    ("path", "columns", "spans"),
    [
        ("-aa-b-", (1, 2), [(1, 2), (4, 4)]),
        ("a-a", (1, 1), [(0, 0), (2, 2)]),
        ("ab", (1, 2), [(0, 0), (1, 1)]),
    ],
)
def test_characters_are_found_at_their_steps(
    path: str, columns: tuple[int, ...], spans: list[tuple[int, int]]
) -> None:
    assert aligned(logs(path), columns) == spans


def test_a_text_too_long_for_the_steps_is_not_aligned() -> None:
    assert aligned(logs("aa"), (1, 1)) == []
    assert cuts_of(two_words(), logs("ab")) == ()


def test_the_cut_lies_on_the_paper_between_the_words() -> None:
    (cut,) = cuts_of(two_words(), logs("-a-a--__--bb"))
    assert 40 <= cut <= 80


def test_a_piece_says_what_its_picture_shows() -> None:
    sample = Sample(two_words().crop, two_words().words, SPACE, (60,))
    seen = {piece(sample, np.random.default_rng(seed)).columns for seed in range(30)}
    assert seen == {(1, 1, SPACE, 2), (1, 1), (2,)}
    widths = {
        p.columns: p.crop.shape[1] for p in (piece(sample, np.random.default_rng(s)) for s in range(30))
    }
    assert widths == {(1, 1, SPACE, 2): 120, (1, 1): 60, (2,): 60}


def test_a_line_whose_cuts_are_not_known_stays_whole() -> None:
    assert piece(two_words(), np.random.default_rng(0)).columns == two_words().columns


def test_joined_pieces_have_one_height_and_both_texts() -> None:
    high = Sample(cv2.resize(two_words().crop, (240, 64)).astype(np.uint8), ((2,),), SPACE)
    both = joined(two_words(), high, np.random.default_rng(0))
    assert both.crop.shape[0] == 32
    assert both.columns == (1, 1, SPACE, 2, SPACE, 2)
    assert both.crop.shape[1] > 240


def test_an_epoch_shows_as_many_as_there_are_lines() -> None:
    assert len(shown([two_words()] * 20, np.random.default_rng(0))) == 20


def test_a_varied_line_keeps_its_height_and_its_ink_and_repeats_with_its_seed() -> None:
    crop = np.full((64, 300), 255, dtype=np.uint8)
    cv2.putText(crop, "une ville", (10, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 2, cv2.LINE_AA)
    first, again, other = (varied(crop, np.random.default_rng(seed), 0.8) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)
    for line in (first, other):
        assert line.shape[0] == latin.HEIGHT_PX
        assert 0.02 < (line < 128).mean() < 0.5
