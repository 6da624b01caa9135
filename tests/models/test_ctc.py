"""CTC: texts, spans and scores out of small tables that can be checked by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from models import ctc

#: The columns of the tables.
CHARS = ("", "a", "b")
A_BLANK_B = np.array([[0.1, 0.9, 0.0], [0.8, 0.1, 0.1], [0.2, 0.0, 0.8]], dtype=np.float32)


def by_enumeration(table: NDArray[np.float32]) -> dict[str, float]:
    """The probability of every text, by adding up every path."""
    found: dict[str, float] = {}
    for path in itertools.product(range(table.shape[1]), repeat=len(table)):
        joined = [index for index, _ in itertools.groupby(path)]
        text = "".join(CHARS[index] for index in joined)
        weight = math.prod(float(table[at, index]) for at, index in enumerate(path))
        found[text] = found.get(text, 0.0) + weight
    return found


def test_greedy_reading_joins_repeats_and_drops_blanks() -> None:
    rows = np.eye(3, dtype=np.float32)[[1, 1, 0, 1, 2, 2, 0]]
    spans = ctc.best_path(ctc.sparse(rows, 1 / 7, CHARS))
    assert [(s.char, s.first, s.last) for s in spans] == [("a", 0, 1), ("a", 3, 3), ("b", 4, 5)]


def test_only_probable_characters_are_kept_best_first() -> None:
    rows = np.array([[0.0005, 0.3, 0.6995]], dtype=np.float32)
    assert [char for char, _ in ctc.sparse(rows, 1.0, CHARS).steps[0]] == ["b", "a"]


def test_at_most_eight_characters_are_kept_for_a_step() -> None:
    rows = np.full((1, 50), 0.02, dtype=np.float32)
    assert len(ctc.sparse(rows, 1.0, [chr(64 + n) for n in range(50)]).steps[0]) == ctc.KEPT_PER_STEP


@pytest.mark.parametrize("seed", range(5))
def test_the_forward_score_is_the_sum_over_all_paths(seed: int) -> None:
    table = np.random.default_rng(seed).dirichlet(np.ones(3), size=4).astype(np.float32)
    emissions = ctc.sparse(table, 0.25, CHARS)
    for text, probability in by_enumeration(table).items():
        if probability > 1e-4:
            assert ctc.log_probability(emissions, text) == pytest.approx(math.log(probability), abs=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_the_other_readings_are_the_most_probable_texts(seed: int) -> None:
    table = np.random.default_rng(seed).dirichlet(np.ones(3), size=4).astype(np.float32)
    truth = by_enumeration(table)
    found = ctc.best_texts(ctc.sparse(table, 0.25, CHARS), beam=40, keep=3)
    best = sorted(truth, key=lambda text: -truth[text])[:3]
    assert [text for text, _ in found] == best
    assert [math.exp(score) for _, score in found] == pytest.approx([truth[t] for t in best], rel=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_steps_that_are_surely_blank_are_told_apart_like_all_others(seed: int) -> None:
    table = np.random.default_rng(seed).dirichlet(np.ones(3), size=7).astype(np.float32)
    table[[0, 2, 5]] = (0.9996, 0.0002, 0.0002)
    emissions = ctc.sparse(table, 1 / 7, CHARS)
    assert [len(emissions.steps[at]) for at in (0, 2, 5)] == [1, 1, 1]
    truth = by_enumeration(table)
    for text, score in ctc.best_texts(emissions, beam=40, keep=3):
        assert math.exp(score) == pytest.approx(truth[text], rel=0.02)


def test_a_text_that_does_not_fit_has_no_probability() -> None:
    assert ctc.log_probability(ctc.sparse(A_BLANK_B, 1 / 3, CHARS), "abab") == -math.inf


def test_a_wrong_character_scores_far_below_the_right_one() -> None:
    emissions = ctc.sparse(A_BLANK_B, 1 / 3, CHARS)
    assert ctc.log_probability(emissions, "ab") > ctc.log_probability(emissions, "ba") + 3


def test_one_character_alone_gets_the_weight_of_all_its_paths() -> None:
    table = np.array([[0.5, 0.3, 0.2], [0.2, 0.7, 0.1]], dtype=np.float32)
    truth = by_enumeration(table)
    expected = np.array([truth["a"], truth["b"]])
    assert ctc.one_of(table) == pytest.approx(expected / expected.sum(), abs=1e-6)


def test_nothing_is_read_from_no_steps() -> None:
    nothing = ctc.Emissions((), 1.0)
    assert ctc.best_path(nothing) == ()
    assert ctc.best_texts(nothing) == (("", 0.0),)
    assert ctc.log_probability(nothing, "") == 0.0


def test_an_expected_character_is_kept_where_it_is_improbable() -> None:
    rows = np.array([[0.9999, 0.00004, 0.00006], [0.5, 0.49998, 0.00002]], dtype=np.float32)
    with_b = ctc.sparse(rows, 0.5, CHARS, expected=[2])
    assert [[char for char, _ in step] for step in with_b.steps] == [["", "b"], ["", "a", "b"]]
    assert [[char for char, _ in step] for step in ctc.sparse(rows, 0.5, CHARS).steps] == [[""], ["", "a"]]
