"""Views of one crop."""

from __future__ import annotations

import numpy as np
import pytest

from models.looks import VIEWS, looks


def crop() -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    picture = np.full((40, 90), 230, dtype=np.uint8)
    picture[8:32, 30:34] = 60
    return picture


def test_the_first_look_is_the_crop_itself() -> None:
    picture = crop()
    assert looks(picture, 1)[0] is picture


def test_each_further_look_shows_the_stroke_on_its_own_paper() -> None:
    for view in looks(crop(), 1 + len(VIEWS))[1:]:
        assert view.dtype == np.uint8 and view.ndim == 2
        assert view.min() < 110
        assert abs(int(np.median(view)) - int(view[0, 0])) < 5


def test_there_are_no_more_looks_than_views() -> None:
    assert len(looks(crop(), 99)) == 1 + len(VIEWS)


def test_an_empty_crop_stays_empty() -> None:
    assert [view.size for view in looks(np.zeros((0, 5), dtype=np.uint8), 3)] == [0, 0, 0]


def test_no_look_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="how_many is 0"):
        looks(crop(), 0)
