"""Faults rise from weak to strong and give a picture at every strength."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.faults import FAULTS, Fault

PAGE = np.full((234, 165), 255, np.uint8)
PAGE[40:60, 20:140] = 30


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_strengths_go_one_way_and_each_gives_a_file(fault: Fault) -> None:
    steps = np.diff(fault.strengths)
    assert (steps > 0).all() or (steps < 0).all()
    for strength in fault.strengths:
        picture = fault.apply(PAGE, PAGE, strength, np.random.default_rng(1))
        assert picture.pixels.dtype == np.uint8
        assert picture.jpeg.startswith(b"\xff\xd8")


def test_the_stronger_the_fault_the_farther_the_page_is_from_what_it_was() -> None:
    by_name = {fault.name: fault for fault in FAULTS}
    for name in ("noise", "fold", "blur"):
        fault = by_name[name]
        off = [
            np.abs(fault.apply(PAGE, PAGE, s, np.random.default_rng(1)).pixels.astype(int) - PAGE).mean()
            for s in (fault.strengths[0], fault.strengths[-1])
        ]
        assert off[0] < off[1]


def test_compression_goes_down_to_the_lowest_quality_and_rotation_to_half_a_turn() -> None:
    strengths = {fault.name: fault.strengths for fault in FAULTS}
    assert strengths["jpeg"][-1] == 1
    assert {30, 45, 60, 135, 180} <= set(strengths["rotation"])
