"""Real digits, where the sample set lies beside the checkout: read right, and spoilt ones known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks.digits import on_top, struck
from models.digits import digit_of
from models.recogniser import default_recogniser
from models.training.digit_pictures import RUN, SET, Picture, fold_of, is_kept_back, pictures, trained_on
from ocr.handwriting.numbers import DIGIT, Seen, read_digits
from ocr.rasters import Grey

FOLDER = Path(__file__).parents[3] / "shared" / "data" / SET
HOW_MANY = 64


@cache
def unseen() -> tuple[Picture, ...]:
    """Digits that training never saw."""
    if not FOLDER.is_dir():
        pytest.skip(f"{FOLDER} is not there")
    return tuple(p for p in pictures(FOLDER) if p.digest not in trained_on())[:HOW_MANY]


def seen(crops: Sequence[Grey]) -> list[Seen]:
    return read_digits(crops, default_recogniser())


def test_digits_that_training_never_saw_are_read_and_none_is_taken_for_spoilt() -> None:
    read = seen([p.crop for p in unseen()])
    right = [int(s.shares.argmax()) == p.digit for s, p in zip(read, unseen(), strict=True)]
    assert np.mean(right) >= 0.95
    assert np.mean([s.state != DIGIT for s in read]) <= 0.04


def test_two_real_digits_on_top_of_each_other_are_mostly_known_as_spoilt() -> None:
    some = unseen()
    pairs = [(a, b) for a, b in zip(some, some[7:], strict=False) if a.digit != b.digit]
    read = seen([digit_of(on_top(a.crop, b.crop)) for a, b in pairs])
    assert np.mean([s.state != DIGIT for s in read]) >= 0.6


def test_real_digits_that_are_struck_through_are_mostly_known_as_spoilt() -> None:
    rng = np.random.default_rng(4)
    read = seen([digit_of(struck(p.crop, rng)) for p in unseen()])
    assert np.mean([s.state != DIGIT for s in read]) >= 0.75


def test_runs_of_neighbours_are_never_divided() -> None:
    for at in range(0, 10 * RUN, RUN):
        assert len({is_kept_back(n) for n in range(at, at + RUN)}) == 1
        assert len(set(fold_of(10 * RUN, 3)[at : at + RUN])) == 1
    kept = [is_kept_back(n) for n in range(30 * RUN)]
    assert np.mean(kept) == pytest.approx(1 / 3)


def test_the_list_of_training_pictures_is_of_digests() -> None:
    assert len(trained_on()) == 630
    assert all(len(digest) == 64 for digest in trained_on())
