"""Lattices: what was possible on a line survives being kept."""

from __future__ import annotations

import math

import pytest

from core.lattices import BLANK, Lattice, Step, joined, packed, unpacked

STEPS: tuple[Step, ...] = (
    ((BLANK, 0.99995),),
    (("浮", 0.91), ("孚", 0.05), (BLANK, 0.04)),
    ((BLANK, 1.0),),
    (("𠮷", 0.6), (" ", 0.3), ("1", 1e-9)),
)


def test_characters_and_probabilities_come_back() -> None:
    found = unpacked(packed(STEPS))
    assert [[char for char, _ in step] for step in found] == [[char for char, _ in step] for step in STEPS]
    for step, wanted in zip(found, STEPS, strict=True):
        for (_, p), (_, q) in zip(step, wanted, strict=True):
            assert math.log(p) == pytest.approx(math.log(q), abs=0.001)


def test_a_lattice_survives_json() -> None:
    lattice = packed(STEPS)
    assert unpacked(Lattice.model_validate_json(lattice.model_dump_json())) == unpacked(lattice)


def test_nothing_packs_to_nothing() -> None:
    assert unpacked(packed(())) == ()


def test_a_line_of_twenty_characters_takes_about_half_a_kilobyte() -> None:
    line = [
        ((chr(0x4E00 + 37 * n), 0.9), (chr(0x5E00 + 53 * n), 0.06), (BLANK, 0.03))
        if n % 4 == 0
        else ((BLANK, 1.0),)
        for n in range(80)
    ]
    assert len(packed(line).packed) < 700


def test_pieces_of_a_line_are_joined_with_a_silent_step_between() -> None:
    first, second = packed(STEPS[:2]), packed(STEPS[3:])
    assert unpacked(joined([first, second])) == (*unpacked(first), ((BLANK, 1.0),), *unpacked(second))
    assert joined([first]) == first
