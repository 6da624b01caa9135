"""Maps fitted to what came true, and how far they are off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibration import Cases, diagram, expected_error, fitted, judged, judged_by_halves, write
from benchmarks.verify import Answers, answer_part, other_digits, other_lengths, threshold
from models.reliability import LogisticMap


def made_up(count: int = 4000) -> Cases:
    """Cases whose chance is half of what their first sign says, and whose second sign says nothing."""
    rng = np.random.default_rng(1)
    signs = rng.normal(0.0, 3.0, (count, 2))
    true = rng.random(count) < 1.0 / (1.0 + np.exp(-0.5 * signs[:, 0]))
    return Cases(signs, true.astype(np.float64), np.ones(count), np.arange(count) % 2)


def test_the_fitted_map_finds_the_weights_that_made_the_cases() -> None:
    found = fitted(made_up())
    assert found.weights[0] == pytest.approx(0.5, abs=0.06)
    assert found.weights[1] == pytest.approx(0.0, abs=0.05)


def test_no_sign_speaks_against_a_text() -> None:
    cases = made_up()
    against = Cases(-cases.signs, cases.true, cases.weights, cases.half)
    assert min(fitted(against).weights) >= 0.0


def test_a_map_judged_on_cases_that_it_never_saw_is_nearly_right_and_an_overconfident_one_is_not() -> None:
    cases = made_up()
    assert expected_error(judged_by_halves(cases), cases) < 0.03
    assert expected_error(judged(LogisticMap(0.0, (3.0, 0.0)), cases), cases) > 0.1


def test_the_diagram_has_a_dot_for_what_was_judged() -> None:
    cases = made_up(200)
    picture = diagram(judged_by_halves(cases), cases, "made up")
    assert (picture == (170, 90, 20)).all(axis=2).sum() > 100


def test_written_maps_are_toml_with_their_origin(tmp_path: Path) -> None:
    path = tmp_path / "maps.toml"
    write({"verified": LogisticMap(1.0, (0.5, 0.0)), "read": LogisticMap(0.0, (1.0, 2.0))}, path)
    assert "cn-arithmetic-lines" in path.read_text("utf-8")
    assert "odds = 0.500" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("truth", "begin"), [("3+4=7", 4), ("53-6<49", 5), ("3+(4)=7", 6), ("583-30", 6), ("319÷4≈80", 6)]
)
def test_the_answer_begins_behind_the_last_relation(truth: str, begin: int) -> None:
    assert answer_part(truth) == begin


def test_only_digits_of_the_answer_are_changed() -> None:
    assert len(other_digits("3+4=17")) == 18
    assert all(text.startswith("3+4=") for text in other_digits("3+4=17"))
    assert other_digits("583-30") == []
    assert "3+4=7" in other_lengths("3+4=17")


def test_the_threshold_lets_one_of_two_hundred_pass() -> None:
    answers = Answers(right=[0.5, 0.992, 0.999], wrong={"wrong": [at / 200 for at in range(200)]})
    assert sum(score > threshold(answers.wrong["wrong"]) for score in answers.wrong["wrong"]) == 1
    assert answers.refused("wrong") == pytest.approx(1 / 3)
