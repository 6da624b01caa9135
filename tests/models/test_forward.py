"""Sums over paths, held against adding up every path of small tables."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from core.lattices import Step
from models.forward import NEVER, Table, edits_of, log_probabilities, table_of
from models.variants import states_of

CHARS = ("", "5", "8", "9")


def random_steps(seed: int, steps: int = 5) -> tuple[Step, ...]:
    rows = np.random.default_rng(seed).dirichlet(np.full(len(CHARS), 0.7), size=steps)
    return tuple(tuple((char, float(p)) for char, p in zip(CHARS, row, strict=True)) for row in rows)


def by_enumeration(steps: tuple[Step, ...]) -> dict[str, float]:
    """The probability of every text, by adding up every path."""
    found: dict[str, float] = {}
    for path in itertools.product(*steps):
        text = "".join(char for char, _ in itertools.groupby(char for char, _ in path))
        found[text] = found.get(text, 0.0) + math.prod(p for _, p in path)
    return found


def small(seed: int) -> tuple[Table, dict[str, float]]:
    steps = random_steps(seed)
    return table_of(steps, floor=1e-12), by_enumeration(steps)


@pytest.mark.parametrize("seed", range(4))
def test_every_text_of_a_batch_has_the_sum_over_all_its_paths(seed: int) -> None:
    table, truth = small(seed)
    texts = sorted(truth)
    found = log_probabilities(table, [states_of(text) for text in texts])
    assert np.exp(found) == pytest.approx([truth[text] for text in texts], rel=1e-6, abs=1e-9)
    assert np.exp(found).sum() == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_a_batch_says_what_each_text_alone_says(seed: int) -> None:
    table, truth = small(seed)
    states = [states_of(text) for text in sorted(truth)]
    alone = np.concatenate([log_probabilities(table, [state]) for state in states])
    assert log_probabilities(table, states) == pytest.approx(alone, abs=1e-9)


@pytest.mark.parametrize("text", ["5", "58", "55", "595", "8589", ""])
@pytest.mark.parametrize("seed", range(3))
def test_texts_one_edit_away_have_the_sums_over_their_own_paths(seed: int, text: str) -> None:
    table, truth = small(seed)
    keys = CHARS[1:]
    edits = edits_of(table, states_of(text), keys)
    assert math.exp(edits.log_probability) == pytest.approx(truth[text], rel=1e-6)
    for place, key in itertools.product(range(len(text)), range(len(keys))):
        other = text[:place] + keys[key] + text[place + 1 :]
        assert math.exp(edits.replaced[place, key]) == pytest.approx(
            truth.get(other, 0.0), rel=1e-6, abs=1e-10
        )
    for place, key in itertools.product(range(len(text) + 1), range(len(keys))):
        longer = text[:place] + keys[key] + text[place:]
        if longer in truth:
            assert math.exp(edits.added[place, key]) == pytest.approx(truth[longer], rel=1e-5)
    for place in range(len(text)):
        assert math.exp(edits.dropped[place]) == pytest.approx(
            truth[text[:place] + text[place + 1 :]], rel=1e-6
        )


def test_characters_of_one_plain_form_are_added_up() -> None:
    steps: tuple[Step, ...] = (
        (("２", 0.5), ("2", 0.4), ("", 0.1)),
        (("×", 0.3), ("x", 0.3), ("X", 0.3), ("", 0.1)),
    )
    found = log_probabilities(table_of(steps, 1e-9), [states_of("2x")])
    assert math.exp(found[0]) == pytest.approx(0.9 * 0.9, rel=1e-3)


def test_spaces_and_loose_signs_in_the_picture_change_nothing() -> None:
    steps: tuple[Step, ...] = (
        (("春", 1.0),),
        ((",", 0.9), ("", 0.1)),
        (("风", 1.0),),
        ((" ", 0.7), ("", 0.3)),
        (("。", 1.0),),
    )
    found = log_probabilities(table_of(steps, 1e-9), [states_of("春风")])
    assert math.exp(found[0]) == pytest.approx(1.0, rel=1e-6)


def test_a_decimal_point_is_no_loose_sign() -> None:
    steps: tuple[Step, ...] = ((("2", 1.0),), ((".", 1.0),), (("5", 1.0),))
    with_point, without = log_probabilities(table_of(steps, 1e-6), [states_of("2.5"), states_of("25")])
    assert with_point > -1e-6 and without < -12


def test_a_text_that_does_not_fit_never_is() -> None:
    table = table_of(((("5", 1.0),),), 1e-6)
    assert log_probabilities(table, [states_of("5555")])[0] == NEVER


def test_no_text_gives_no_score() -> None:
    assert len(log_probabilities(table_of((), 1e-6), [])) == 0


def test_a_picture_without_steps_says_nothing() -> None:
    table = table_of((), 1e-6)
    assert log_probabilities(table, [states_of(""), states_of("5")]).tolist() == [0.0, NEVER]
    assert edits_of(table, states_of("5"), ("8",)).dropped.tolist() == [0.0]
